package jkproxy.tomcat;

import de.javakaffee.web.msm.MemcachedBackupSession;
import de.javakaffee.web.msm.MemcachedSessionService;
import de.javakaffee.web.msm.MemcachedSessionService.SessionManager;
import de.javakaffee.web.msm.RequestTrackingHostValve;
import java.io.IOException;
import javax.servlet.ServletException;
import org.apache.catalina.Manager;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;

/**
 * In a Context beside memcached-session-manager 2.3, sticky, with {@code sessionBackupAsync="false"}: a session that a
 * request changed is in memcached before that request is answered.
 *
 * <p>By itself msm misses some of these changes until the session's next request. It skips a session whose last access has
 * the same millisecond as that of its last store; parallel requests of a session clear each other's "was accessed"; and a
 * copy that was made earlier may be stored later. So this valve stores the session in msm's place, by msm's own code: the
 * requests of one session one after the other, and never skipped for the clock alone. A session that was not changed costs
 * no store here either.
 */
public final class StoreBeforeAnswer extends ValveBase {
    /** Note of a session: what its last store knew, guarded by the session. */
    private static final String STORED = StoreBeforeAnswer.class.getName();
    /** Note of a request: the id of a session that it made; what msm stores when the request has ended. */
    private static final String MADE = "msm.session.id";

    private record Stored(String id, long access) {}

    public StoreBeforeAnswer() {
        super(true); // requests may be asynchronous
    }

    @Override
    public void invoke(Request request, Response response) throws IOException, ServletException {
        try {
            getNext().invoke(request, response);
        } finally {
            Manager manager = request.getContext().getManager();
            if (manager instanceof SessionManager sessions && concerns(request, sessions.getMemcachedSessionService())) {
                store(request, sessions);
            }
        }
    }

    /** Not those that match requestUriIgnorePattern: msm leaves them alone. */
    private static boolean concerns(Request request, MemcachedSessionService service) {
        return service.isSticky() && request.getNote(RequestTrackingHostValve.REQUEST_PROCESS) == Boolean.TRUE;
    }

    private static void store(Request request, SessionManager sessions) {
        MemcachedBackupSession session = sessionOf(request, sessions);
        if (session == null) {
            return;
        }
        boolean moved = request.getNote(RequestTrackingHostValve.SESSION_ID_CHANGED) == Boolean.TRUE;
        synchronized (session) { // Tomcat expires a session under this lock
            Stored last = (Stored) session.getNote(STORED);
            boolean renamed = last != null && !last.id.equals(session.getIdInternal());
            boolean looksUntouched = last != null && session.getThisAccessedTimeInternal() <= last.access;
            session.getAttribute(""); // "attributes were accessed", which a parallel request may have cleared
            sessions.getMemcachedSessionService().backupSession(session.getIdInternal(), moved || renamed || looksUntouched, "");
            session.setNote(STORED, new Stored(session.getIdInternal(), session.getThisAccessedTimeInternal()));
        }
        request.setNote(MADE, ""); // there is no session of that id, so msm stores nothing more
    }

    /** The session of this request as this node has it; it counts as no access and loads nothing. */
    private static MemcachedBackupSession sessionOf(Request request, SessionManager sessions) {
        if (request.getNote(MADE) != null) {
            return (MemcachedBackupSession) request.getSessionInternal(false); // it may have got another id since
        }
        String id = request.getRequestedSessionId();
        return id == null ? null : sessions.getSessionInternal(id);
    }
}
