package share;

import java.io.IOException;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;

/** A page for those who are logged in; anybody else is sent to the log-in page. */
abstract class MemberPage extends Page {
    private static final long serialVersionUID = 1L;

    /** Answers a GET of this visitor, who is logged in. */
    protected abstract void show(Visitor visitor, HttpServletRequest request, HttpServletResponse response)
            throws IOException;

    @Override
    protected final void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Visitor visitor = visitorOrLogIn(request, response);
        if (visitor != null) {
            show(visitor, request, response);
        }
    }

    /** Who is logged in; otherwise null, and the answer sends the browser to the log-in page. */
    protected final Visitor visitorOrLogIn(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Visitor visitor = Visitor.ifKnown(request);
        if (visitor != null && visitor.user() != null) {
            return visitor;
        }
        goTo(visitor == null && request.getRequestedSessionId() != null ? "/login?lost" : "/login", request, response);
        return null;
    }
}
