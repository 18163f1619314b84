package share;

import java.io.IOException;
import java.util.Map;
import java.util.stream.Collectors;
import javax.servlet.annotation.WebServlet;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;

/** What there is to buy. */
@WebServlet("/shop")
public final class ShopPage extends MemberPage {
    private static final long serialVersionUID = 1L;

    @Override
    protected void show(Visitor visitor, HttpServletRequest request, HttpServletResponse response) throws IOException {
        Template card = Template.load(getServletContext(), "tea");
        String teas = Tea.ALL.stream()
                .map(tea -> card.fill(valuesOf(tea, visitor), request, response))
                .collect(Collectors.joining());
        show("shop", "Shop", Map.of("teas", teas), visitor, request, response);
    }

    private static Map<String, Object> valuesOf(Tea tea, Visitor visitor) {
        int count = visitor.cart().getOrDefault(tea.name(), 0);
        return Map.of("id", tea.id(), "name", tea.name(), "origin", tea.origin(), "taste", tea.taste(),
                "price", Tea.euros(tea.cents()), "in_cart", count == 0 ? "" : count + " in cart");
    }
}
