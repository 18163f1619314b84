package share;

import java.util.List;
import java.util.Optional;

/** One article of the shop; {@code id} names its picture, too. */
public record Tea(String id, String name, String origin, String taste, int cents) {

    public static final List<Tea> ALL = List.of(
            new Tea("sencha", "Sencha", "Shizuoka, Japan", "Fresh grass, a little sea", 690),
            new Tea("oolong", "Oolong", "Nantou, Taiwan", "Orchid and warm milk", 1150),
            new Tea("darjeeling", "Darjeeling", "West Bengal, India", "Muscatel, first flush", 980),
            new Tea("assam", "Assam", "Upper Assam, India", "Malt and dark honey", 640),
            new Tea("rooibos", "Rooibos", "Cederberg, South Africa", "Vanilla, no caffeine", 520),
            new Tea("earlgrey", "Earl Grey", "Yunnan, China", "Bergamot and smoke", 760));

    public static Optional<Tea> named(String name) {
        return ALL.stream().filter(tea -> tea.name.equals(name)).findFirst();
    }

    public static String euros(int cents) {
        return String.format("€ %d.%02d", cents / 100, cents % 100);
    }
}
