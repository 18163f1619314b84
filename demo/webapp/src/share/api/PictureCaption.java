package share.api;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.servlet.annotation.WebServlet;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;
import share.Node;
import share.Picture;
import share.Visitor;

/**
 * {@code GET /api/picture?number=N[&ms=N]}: what the picture shows, the node that says so and for whom, N milliseconds
 * later; 401 for those who are not logged in.
 */
@WebServlet("/api/picture")
public final class PictureCaption extends Endpoint {
    private static final long serialVersionUID = 1L;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        long number = number("number", 1, Picture.ALL.size(), request, response);
        long ms = number < 0 ? -1 : number("ms", 0, 5_000, request, response);
        if (ms < 0) {
            return;
        }
        Visitor visitor = Visitor.ifKnown(request);
        if (visitor == null || visitor.user() == null) {
            response.sendError(HttpServletResponse.SC_UNAUTHORIZED, "log in first");
            return;
        }
        sleep(ms);
        Picture picture = Picture.ALL.get((int) Math.max(0, number - 1));
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("number", number);
        values.put("garden", picture.garden());
        values.put("country", picture.country());
        values.put("node", Node.name());
        values.put("user", visitor.user());
        Json.answer(response, values);
    }
}
