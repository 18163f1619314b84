package share;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpSession;

/**
 * What the application keeps in a session: user, visits, cart and the nodes that the session has been on. All of it is small
 * and serializable, because it travels through memcached. Values are replaced, never changed in place, so that a session
 * that is being stored stays as it is; changes of parallel requests follow one another.
 */
public final class Visitor {
    private static final String USER = "user";
    private static final String VISITS = "visits";
    private static final String CART = "cart";
    private static final String JOURNEY = "journey";
    private static final String TRAIL = "trail";
    private static final int MAX_ITEMS = 100;
    private static final int MAX_ITEM_LENGTH = 80;
    private static final int MAX_JOURNEY = 12;

    private final HttpSession session;

    private Visitor(HttpSession session) {
        this.session = session;
    }

    /** The visitor of this request; a new session if it has none. */
    public static Visitor of(HttpServletRequest request) {
        Visitor visitor = new Visitor(request.getSession());
        visitor.noteNode();
        visitor.noteId();
        return visitor;
    }

    /** The visitor of this request, or null if it has no session. */
    public static Visitor ifKnown(HttpServletRequest request) {
        return request.getSession(false) == null ? null : of(request);
    }

    public SessionId id() {
        return SessionId.parse(session.getId());
    }

    public boolean isNew() {
        return session.isNew();
    }

    /** Name of the user, or null if nobody is logged in. */
    public String user() {
        return (String) session.getAttribute(USER);
    }

    public void logIn(String user) {
        session.setAttribute(USER, user);
    }

    public int visits() {
        Integer visits = (Integer) session.getAttribute(VISITS);
        return visits == null ? 0 : visits;
    }

    public int countVisit() {
        synchronized (session) {
            int visits = visits() + 1;
            session.setAttribute(VISITS, visits);
            return visits;
        }
    }

    /** Item → how many of it, in the order in which they came. */
    @SuppressWarnings("unchecked")
    public Map<String, Integer> cart() {
        Map<String, Integer> cart = (Map<String, Integer>) session.getAttribute(CART);
        return cart == null ? Map.of() : cart;
    }

    public int cartSize() {
        return cart().values().stream().mapToInt(Integer::intValue).sum();
    }

    /** False if there is no such item, or the cart is full. */
    public boolean addToCart(String item) {
        if (item == null || item.isBlank() || item.length() > MAX_ITEM_LENGTH) {
            return false;
        }
        synchronized (session) {
            LinkedHashMap<String, Integer> cart = new LinkedHashMap<>(cart());
            if (cart.size() >= MAX_ITEMS && !cart.containsKey(item)) {
                return false;
            }
            cart.merge(item, 1, Integer::sum);
            session.setAttribute(CART, cart);
            return true;
        }
    }

    public void takeFromCart(String item) {
        synchronized (session) {
            LinkedHashMap<String, Integer> cart = new LinkedHashMap<>(cart());
            cart.computeIfPresent(item, (name, count) -> count > 1 ? count - 1 : null);
            session.setAttribute(CART, cart);
        }
    }

    /** The nodes that served this session, oldest first; neighbours differ. */
    @SuppressWarnings("unchecked")
    public List<String> journey() {
        List<String> journey = (List<String>) session.getAttribute(JOURNEY);
        return journey == null ? List.of() : journey;
    }

    /** The ids that this session has had since its log-in, oldest first; the last one is that of now. */
    @SuppressWarnings("unchecked")
    public List<Station> trail() {
        List<Station> trail = (List<Station>) session.getAttribute(TRAIL);
        return trail == null ? List.of() : trail;
    }

    private void noteId() {
        synchronized (session) {
            List<Station> before = trail();
            Station last = before.isEmpty() ? null : before.get(before.size() - 1);
            if (last != null && last.isAt(id())) {
                return;
            }
            Station now = Station.now(id());
            ArrayList<Station> trail = new ArrayList<>();
            if (last != null && last.stem().equals(now.stem())) {
                trail.addAll(before.subList(Math.max(0, before.size() - MAX_JOURNEY + 1), before.size()));
            }
            trail.add(now);
            session.setAttribute(TRAIL, trail);
        }
    }

    private void noteNode() {
        synchronized (session) {
            List<String> before = journey();
            if (!before.isEmpty() && before.get(before.size() - 1).equals(Node.name())) {
                return;
            }
            ArrayList<String> journey = new ArrayList<>(before);
            journey.add(Node.name());
            if (journey.size() > MAX_JOURNEY) {
                journey.remove(0);
            }
            session.setAttribute(JOURNEY, journey);
        }
    }
}
