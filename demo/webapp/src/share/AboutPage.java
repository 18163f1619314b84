package share;

import java.io.IOException;
import java.util.Map;
import javax.servlet.annotation.WebServlet;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;

/** How the farm works; needs no log-in, and creates no session. */
@WebServlet("/about")
public final class AboutPage extends Page {
    private static final long serialVersionUID = 1L;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        show("about", "How it works", Map.of(), Visitor.ifKnown(request), request, response);
    }
}
