package share.api;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import javax.servlet.annotation.WebServlet;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;

/**
 * {@code GET /api/download?bytes=N[&chunked=true]}: the letters a to z over and over, N bytes in all, with a
 * Content-Length or chunked.
 */
@WebServlet("/api/download")
public final class Download extends Endpoint {
    private static final long serialVersionUID = 1L;
    private static final long MAX_BYTES = 16L << 30;
    private static final byte[] BLOCK = new byte[26 * 1024];

    static {
        for (int i = 0; i < BLOCK.length; i++) {
            BLOCK[i] = (byte) ('a' + i % 26);
        }
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        long left = number("bytes", 1024, MAX_BYTES, request, response);
        if (left < 0) {
            return;
        }
        response.setContentType("application/octet-stream");
        if ("true".equals(Query.of(request).get("chunked"))) {
            response.flushBuffer();
        } else {
            response.setContentLengthLong(left);
        }
        OutputStream body = response.getOutputStream();
        for (; left > 0; left -= BLOCK.length) {
            body.write(left < BLOCK.length ? Arrays.copyOf(BLOCK, (int) left) : BLOCK);
        }
    }
}
