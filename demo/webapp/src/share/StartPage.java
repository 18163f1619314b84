package share;

import java.io.IOException;
import javax.servlet.annotation.WebServlet;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;

/** {@code /share/}: on to where the visitor belongs. */
@WebServlet("")
public final class StartPage extends Page {
    private static final long serialVersionUID = 1L;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Visitor visitor = Visitor.ifKnown(request);
        goTo(visitor != null && visitor.user() != null ? "/home" : "/login", request, response);
    }
}
