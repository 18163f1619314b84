package share;

import java.io.IOException;
import java.util.Map;
import java.util.stream.Collectors;
import javax.servlet.annotation.WebServlet;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;

/** Who am I, which node serves me, and where has my session been. */
@WebServlet("/home")
public final class HomePage extends MemberPage {
    private static final long serialVersionUID = 1L;

    @Override
    protected void show(Visitor visitor, HttpServletRequest request, HttpServletResponse response) throws IOException {
        SessionId id = visitor.id();
        show("home", "Who am I", Map.of(
                "kill", Node.killCommand(),
                "start", Node.startCommand(),
                "visits", visitor.countVisit(),
                "stem", id.abbreviatedStem(),
                "memcached", id.memcached(),
                "route", id.route(),
                "carried_by", request.isRequestedSessionIdFromURL() ? "the address (no cookies)" : "a cookie",
                "items", visitor.cartSize(),
                "journey", journeyOf(visitor)), visitor, request, response);
    }

    private static String journeyOf(Visitor visitor) {
        return visitor.journey().stream()
                .map(node -> "<li class=\"hop\" data-node=\"%1$s\">%1$s</li>".formatted(Html.escape(node)))
                .collect(Collectors.joining());
    }
}
