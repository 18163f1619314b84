package share.api;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.servlet.http.HttpServlet;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;
import share.Node;
import share.SessionId;
import share.Visitor;

/** What the machine-readable answers have in common. */
abstract class Endpoint extends HttpServlet {
    private static final long serialVersionUID = 1L;

    /** A parameter of the query as a number from 0 to max; -1 with a 400 as the answer if it is none. */
    protected final long number(String name, long absent, long max, HttpServletRequest request,
            HttpServletResponse response) throws IOException {
        String text = Query.of(request).get(name);
        if (text == null) {
            return absent;
        }
        if (text.matches("[0-9]{1,15}") && Long.parseLong(text) <= max) {
            return Long.parseLong(text);
        }
        response.sendError(HttpServletResponse.SC_BAD_REQUEST, name + " must be a number from 0 to " + max);
        return -1;
    }

    /** The node and everything about the session; {@code visitor} may be null. */
    protected static Map<String, Object> describe(Visitor visitor, HttpServletRequest request,
            HttpServletResponse response) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("node", Node.name());
        values.put("user", visitor == null ? null : visitor.user());
        values.put("visits", visitor == null ? 0 : visitor.visits());
        values.put("cart", visitor == null ? Map.of() : visitor.cart());
        values.put("new", visitor != null && visitor.isNew());
        values.put("from", sourceOf(request));
        if (visitor != null) {
            SessionId id = visitor.id();
            values.put("stem", id.abbreviatedStem());
            values.put("suffix", id.suffix());
            values.put("memcached", id.memcached());
            values.put("route", id.route());
            values.put("journey", visitor.journey());
        }
        values.put("self", response.encodeURL(request.getRequestURI().replaceFirst(";.*", "")));
        return values;
    }

    /** Where the id came from that the client sent: cookie, url or none. */
    private static String sourceOf(HttpServletRequest request) {
        if (request.getRequestedSessionId() == null) {
            return "none";
        }
        return request.isRequestedSessionIdFromCookie() ? "cookie" : "url";
    }

    /** False if the wait was cut short, because the node stops. */
    protected static boolean sleep(long milliseconds) {
        try {
            Thread.sleep(milliseconds);
            return true;
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
