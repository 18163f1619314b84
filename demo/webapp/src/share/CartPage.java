package share;

import java.io.IOException;
import java.util.Map;
import java.util.stream.Collectors;
import javax.servlet.annotation.WebServlet;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;

/** What is in the cart; POST {@code add} or {@code remove} changes it. */
@WebServlet("/cart")
public final class CartPage extends MemberPage {
    private static final long serialVersionUID = 1L;

    @Override
    protected void show(Visitor visitor, HttpServletRequest request, HttpServletResponse response) throws IOException {
        Template row = Template.load(getServletContext(), "cart_row");
        String rows = visitor.cart().entrySet().stream()
                .map(entry -> row.fill(valuesOf(entry), request, response))
                .collect(Collectors.joining());
        int total = visitor.cart().entrySet().stream().mapToInt(CartPage::centsOf).sum();
        show("cart", "Cart", Map.of("rows", rows, "total", Tea.euros(total), "filled", rows.isEmpty() ? "no" : "yes"),
                visitor, request, response);
    }

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Visitor visitor = visitorOrLogIn(request, response);
        if (visitor == null) {
            return;
        }
        String remove = request.getParameter("remove");
        if (remove != null) {
            visitor.takeFromCart(remove);
        } else {
            visitor.addToCart(request.getParameter("add"));
        }
        goTo("shop".equals(request.getParameter("back")) ? "/shop" : "/cart", request, response);
    }

    private static Map<String, Object> valuesOf(Map.Entry<String, Integer> entry) {
        return Map.of("name", entry.getKey(), "count", entry.getValue(), "price", Tea.euros(centsOf(entry)),
                "id", Tea.named(entry.getKey()).map(Tea::id).orElse("sencha"));
    }

    private static int centsOf(Map.Entry<String, Integer> entry) {
        return entry.getValue() * Tea.named(entry.getKey()).map(Tea::cents).orElse(0);
    }
}
