package share.api;

import java.io.IOException;
import javax.servlet.annotation.WebServlet;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;
import share.Visitor;

/**
 * {@code GET|POST /api/slow?ms=N[&visit=true][&flush=true]}: answers as whoami does, N milliseconds later; {@code visit}
 * counts a visit before the wait, {@code flush} sends the head and a blank before it. It creates no session by itself.
 */
@WebServlet("/api/slow")
public final class Slow extends Endpoint {
    private static final long serialVersionUID = 1L;
    private static final long MAX_MS = 120_000;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        long ms = number("ms", 1000, MAX_MS, request, response);
        if (ms < 0) {
            return;
        }
        boolean visit = "true".equals(Query.of(request).get("visit"));
        boolean flush = "true".equals(Query.of(request).get("flush"));
        Visitor visitor = visit ? Visitor.of(request) : Visitor.ifKnown(request);
        if (visit) {
            visitor.countVisit();
        }
        if (flush) {
            response.setContentType("application/json; charset=UTF-8");
            response.getOutputStream().write(' ');
            response.flushBuffer();
        }
        if (!sleep(ms) && !flush) {
            response.sendError(HttpServletResponse.SC_SERVICE_UNAVAILABLE, "the node stops");
            return;
        }
        String answer = Json.of(describe(visitor, request, response)) + "\n";
        response.setContentType("application/json; charset=UTF-8");
        response.getOutputStream().write(answer.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
        doGet(request, response);
    }
}
