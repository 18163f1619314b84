package share.api;

import java.io.IOException;
import java.util.Map;
import java.util.stream.Collectors;
import javax.servlet.http.HttpServletResponse;

/** Writes JSON of maps, lists, strings, numbers, booleans, null and JSON. */
final class Json {
    private Json() {}

    /** JSON that somebody else wrote. */
    record Raw(String json) {}

    static void answer(HttpServletResponse response, Map<String, ?> values) throws IOException {
        byte[] body = (of(values) + "\n").getBytes(java.nio.charset.StandardCharsets.UTF_8);
        response.setContentType("application/json; charset=UTF-8");
        response.setHeader("Cache-Control", "no-store");
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }

    static String of(Object value) {
        if (value instanceof Raw raw) {
            return raw.json();
        }
        if (value instanceof Map<?, ?> map) {
            return map.entrySet().stream()
                    .map(entry -> quote(entry.getKey().toString()) + ":" + of(entry.getValue()))
                    .collect(Collectors.joining(",", "{", "}"));
        }
        if (value instanceof Iterable<?> list) {
            StringBuilder items = new StringBuilder("[");
            list.forEach(item -> items.append(items.length() > 1 ? "," : "").append(of(item)));
            return items.append(']').toString();
        }
        return value instanceof CharSequence text ? quote(text) : String.valueOf(value);
    }

    private static String quote(CharSequence text) {
        StringBuilder quoted = new StringBuilder("\"");
        text.chars().forEach(c -> {
            if (c == '"' || c == '\\') {
                quoted.append('\\').append((char) c);
            } else if (c < ' ') {
                quoted.append("\\u%04x".formatted(c));
            } else {
                quoted.append((char) c);
            }
        });
        return quoted.append('"').toString();
    }
}
