package share.api;

import java.io.IOException;
import javax.servlet.annotation.WebServlet;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;
import share.Visitor;

/** {@code POST /api/cart?item=NAME} adds one, {@code DELETE} takes one away; the answer is that of whoami. */
@WebServlet("/api/cart")
public final class Cart extends Endpoint {
    private static final long serialVersionUID = 1L;

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Visitor visitor = Visitor.of(request);
        if (!visitor.addToCart(request.getParameter("item"))) {
            response.sendError(HttpServletResponse.SC_BAD_REQUEST, "item is missing or too long, or the cart is full");
            return;
        }
        Json.answer(response, describe(visitor, request, response));
    }

    @Override
    protected void doDelete(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Visitor visitor = Visitor.of(request);
        visitor.takeFromCart(request.getParameter("item"));
        Json.answer(response, describe(visitor, request, response));
    }
}
