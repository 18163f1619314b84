package share.api;

import java.io.IOException;
import javax.servlet.annotation.WebServlet;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;
import share.Visitor;

/** {@code POST /api/visit}: counts a visit, then answers as whoami does. */
@WebServlet("/api/visit")
public final class Visit extends Endpoint {
    private static final long serialVersionUID = 1L;

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Visitor visitor = Visitor.of(request);
        visitor.countVisit();
        Json.answer(response, describe(visitor, request, response));
    }
}
