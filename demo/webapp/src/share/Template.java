package share;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.servlet.ServletContext;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;

/**
 * A page of {@code WEB-INF/pages}. Three kinds of places are filled in: {@code ${name}} with an escaped value ({@code
 * ${context}} is the path of this application), {@code #{name}} with HTML, and {@code @{/path}} with an address of this application that carries the session if the
 * browser takes no cookies ({@code encodeURL}).
 */
public final class Template {
    private static final Pattern PLACE = Pattern.compile("([$#@])\\{([^}]*)}");

    private final String text;

    private Template(String text) {
        this.text = text;
    }

    public static Template load(ServletContext application, String name) throws IOException {
        try (InputStream file = application.getResourceAsStream("/WEB-INF/pages/" + name + ".html")) {
            if (file == null) {
                throw new IOException("no page " + name);
            }
            return new Template(new String(file.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    public String fill(Map<String, ?> values, HttpServletRequest request, HttpServletResponse response) {
        Matcher place = PLACE.matcher(text);
        StringBuilder page = new StringBuilder();
        while (place.find()) {
            String name = place.group(2);
            String filled = switch (place.group(1)) {
                case "$" -> Html.escape(name.equals("context") ? request.getContextPath() : values.get(name));
                case "#" -> String.valueOf(values.get(name));
                default -> Html.escape(response.encodeURL(request.getContextPath() + name));
            };
            place.appendReplacement(page, Matcher.quoteReplacement(filled));
        }
        return place.appendTail(page).toString();
    }
}
