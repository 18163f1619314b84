package share;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import javax.servlet.http.HttpServlet;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;

/** A servlet that answers with a page in the common frame, or with a redirect. */
abstract class Page extends HttpServlet {
    private static final long serialVersionUID = 1L;

    /** A redirect that the browser follows by GET; it carries the session if there is no cookie. */
    protected final void goTo(String path, HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.setStatus(HttpServletResponse.SC_SEE_OTHER);
        response.setHeader("Location", response.encodeRedirectURL(request.getContextPath() + path));
    }

    /** Answers with the page; {@code visitor} is null where it shows none. */
    protected final void show(String page, String title, Map<String, ?> values, Visitor visitor,
            HttpServletRequest request, HttpServletResponse response) throws IOException {
        Map<String, Object> all = new HashMap<>(values);
        all.put("title", title);
        all.put("node", Node.name());
        all.put("status", Node.statusUrl());
        all.put("user", visitor == null || visitor.user() == null ? "" : visitor.user());
        all.put("cart_size", visitor == null ? 0 : visitor.cartSize());
        all.put("page", page);
        all.put("content", Template.load(getServletContext(), page).fill(all, request, response));

        response.setContentType("text/html; charset=UTF-8");
        response.setHeader("Cache-Control", "no-store");
        response.getWriter().write(Template.load(getServletContext(), "frame").fill(all, request, response));
    }
}
