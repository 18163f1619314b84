package share;

import java.io.Serializable;

/**
 * One id that a session has had: where it lived (route), where it was stored (memcached), and since when, in milliseconds
 * of the epoch. The stem is abbreviated.
 */
public record Station(String stem, String memcached, String route, long since) implements Serializable {

    static Station now(SessionId id) {
        return new Station(id.abbreviatedStem(), id.memcached(), id.route(), System.currentTimeMillis());
    }

    boolean isAt(SessionId id) {
        return stem.equals(id.abbreviatedStem()) && memcached.equals(id.memcached()) && route.equals(id.route());
    }
}
