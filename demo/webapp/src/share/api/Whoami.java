package share.api;

import java.io.IOException;
import javax.servlet.annotation.WebServlet;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;
import share.Visitor;

/**
 * {@code GET /api/whoami[?create=false]}: node, user, visits, cart and session. Without a session it creates one ("new" is
 * true then), unless {@code create=false}.
 */
@WebServlet("/api/whoami")
public final class Whoami extends Endpoint {
    private static final long serialVersionUID = 1L;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        boolean create = !"false".equals(Query.of(request).get("create"));
        Visitor visitor = create ? Visitor.of(request) : Visitor.ifKnown(request);
        Json.answer(response, describe(visitor, request, response));
    }
}
