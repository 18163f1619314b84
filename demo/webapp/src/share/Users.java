package share;

import java.util.Map;

/** The users of the demonstration; the log-in page names them, passwords included. */
public final class Users {
    private static final Map<String, String> PASSWORDS =
            Map.of("alice", "wonderland", "bob", "builder", "carol", "tealeaf");

    private Users() {}

    public static boolean accepts(String user, String password) {
        return user != null && password != null && password.equals(PASSWORDS.get(user));
    }
}
