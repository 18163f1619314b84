package share.api;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import javax.servlet.annotation.WebServlet;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;
import share.Node;
import share.Visitor;

/**
 * {@code POST /api/count?key=K[&item=NAME][&ms=N]}: appends the line "NODE K" to the farm's file of executions, puts the
 * item into the cart, waits N milliseconds, and answers as whoami does. The file outlives a killed node, so it tells how
 * often a request was really executed.
 */
@WebServlet("/api/count")
public final class Count extends Endpoint {
    private static final long serialVersionUID = 1L;

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String key = Query.of(request).get("key");
        long ms = number("ms", 0, 120_000, request, response);
        if (ms < 0) {
            return;
        }
        if (key == null || !key.matches("[A-Za-z0-9_.:-]{1,100}")) {
            response.sendError(HttpServletResponse.SC_BAD_REQUEST, "key must be letters, digits, _ . : or -");
            return;
        }
        byte[] line = (Node.name() + " " + key + "\n").getBytes(StandardCharsets.US_ASCII);
        Files.write(Path.of(Node.executionsFile()), line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        String item = Query.of(request).get("item");
        Visitor visitor = item == null ? Visitor.ifKnown(request) : Visitor.of(request);
        if (item != null) {
            visitor.addToCart(item);
        }
        sleep(ms);
        Map<String, Object> values = describe(visitor, request, response);
        values.put("key", key);
        Json.answer(response, values);
    }
}
