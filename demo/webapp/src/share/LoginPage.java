package share;

import java.io.IOException;
import java.util.Map;
import javax.servlet.annotation.WebServlet;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;

/**
 * The form creates the session, so that the browser shows by its cookie on the POST whether it takes cookies. The log-in
 * gives the session a new id (against session fixation), and writes to it, without which memcached-session-manager would
 * not store it under that id.
 */
@WebServlet("/login")
public final class LoginPage extends Page {
    private static final long serialVersionUID = 1L;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String note = request.getParameter("lost") == null ? "" : "Your session is gone. Please log in again.";
        form(note, request, response);
    }

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String user = request.getParameter("user");
        if (!Users.accepts(user, request.getParameter("password"))) {
            response.setStatus(HttpServletResponse.SC_FORBIDDEN);
            form("That is not the right password.", request, response);
            return;
        }
        boolean hadSession = request.getSession(false) != null;
        Visitor visitor = Visitor.of(request);
        if (hadSession) {
            request.changeSessionId();
        }
        visitor.logIn(user);
        goTo("/home", request, response);
    }

    private void form(String note, HttpServletRequest request, HttpServletResponse response) throws IOException {
        String box = note.isEmpty() ? "" : "<p class=\"note\" role=\"alert\">" + Html.escape(note) + "</p>";
        show("login", "Log in", Map.of("note", box), Visitor.of(request), request, response);
    }
}
