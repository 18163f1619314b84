package share.api;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.servlet.annotation.WebServlet;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;
import share.FarmStatus;
import share.Station;
import share.Visitor;

/**
 * {@code GET /api/farm}: what whoami says, {@code trail} (the ids that the session has had), and {@code farm}, the status
 * of jkproxy passed through, or {@code farm_error} where there is none. It creates no session.
 */
@WebServlet("/api/farm")
public final class Farm extends Endpoint {
    private static final long serialVersionUID = 1L;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Visitor visitor = Visitor.ifKnown(request);
        Map<String, Object> values = describe(visitor, request, response);
        values.put("trail", visitor == null ? List.of() : visitor.trail().stream().map(Farm::valuesOf).toList());
        try {
            values.put("farm", new Json.Raw(FarmStatus.fetch()));
        } catch (IOException unreachable) {
            values.put("farm_error", String.valueOf(unreachable.getMessage()));
        }
        Json.answer(response, values);
    }

    private static Map<String, Object> valuesOf(Station station) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("stem", station.stem());
        values.put("memcached", station.memcached());
        values.put("route", station.route());
        values.put("since", station.since());
        return values;
    }
}
