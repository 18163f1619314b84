package share;

import java.io.IOException;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.servlet.annotation.WebServlet;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;

/** Twenty static pictures; the page asks for the caption of each by itself, all at once, through {@code /api/picture}. */
@WebServlet("/gallery")
public final class GalleryPage extends MemberPage {
    private static final long serialVersionUID = 1L;

    @Override
    protected void show(Visitor visitor, HttpServletRequest request, HttpServletResponse response) throws IOException {
        Template frame = Template.load(getServletContext(), "picture");
        String pictures = IntStream.rangeClosed(1, Picture.ALL.size())
                .mapToObj(number -> frame.fill(
                        Map.of("number", number, "file", "%02d".formatted(number)), request, response))
                .collect(Collectors.joining());
        show("gallery", "Gallery", Map.of("pictures", pictures), visitor, request, response);
    }
}
