package share.api;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import javax.servlet.http.HttpServletRequest;

/** The parameters of the query alone: {@code getParameter} would read the body as well. */
final class Query {
    private Query() {}

    static Map<String, String> of(HttpServletRequest request) {
        Map<String, String> parameters = new HashMap<>();
        if (request.getQueryString() == null) {
            return parameters;
        }
        for (String pair : request.getQueryString().split("&")) {
            String[] parts = pair.split("=", 2);
            parameters.putIfAbsent(decode(parts[0]), parts.length == 2 ? decode(parts[1]) : "");
        }
        return parameters;
    }

    private static String decode(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException malformed) {
            return text;
        }
    }
}
