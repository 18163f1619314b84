package share.api;

import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import javax.servlet.annotation.WebServlet;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;
import share.Node;

/** {@code POST|PUT /api/upload}: counts the bytes of the body, of whatever type, and answers with their number and CRC-32. */
@WebServlet("/api/upload")
public final class Upload extends Endpoint {
    private static final long serialVersionUID = 1L;

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
        CRC32 crc = new CRC32();
        long bytes = 0;
        byte[] buffer = new byte[64 * 1024];
        InputStream body = request.getInputStream();
        for (int read = body.read(buffer); read >= 0; read = body.read(buffer)) {
            crc.update(buffer, 0, read);
            bytes += read;
        }
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("node", Node.name());
        values.put("bytes", bytes);
        values.put("crc32", "%08x".formatted(crc.getValue()));
        Json.answer(response, values);
    }

    @Override
    protected void doPut(HttpServletRequest request, HttpServletResponse response) throws IOException {
        doPost(request, response);
    }
}
