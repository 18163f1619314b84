package share;

/**
 * The three parts of a session id of memcached-session-manager: {@code stem[-memcached][.route]}. The stem stays the same
 * when another node takes the session over; the route always changes.
 */
public record SessionId(String stem, String memcached, String route) {

    public static SessionId parse(String id) {
        int dot = id.indexOf('.');
        String route = dot < 0 ? "" : id.substring(dot + 1);
        String rest = dot < 0 ? id : id.substring(0, dot);
        int dash = rest.indexOf('-');
        if (dash < 0) {
            return new SessionId(rest, "", route);
        }
        return new SessionId(rest.substring(0, dash), rest.substring(dash + 1), route);
    }

    /** Enough to recognise a session, too little to take it over. */
    public String abbreviatedStem() {
        return stem.length() < 16 ? "…" : stem.substring(0, 4) + "…" + stem.substring(stem.length() - 4);
    }

    /** What follows the stem, such as {@code -n2.node1}. */
    public String suffix() {
        return (memcached.isEmpty() ? "" : "-" + memcached) + (route.isEmpty() ? "" : "." + route);
    }
}
