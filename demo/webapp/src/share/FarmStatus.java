package share;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/** What jkproxy says of its farm, over HTTP, as any monitoring would get it. */
public final class FarmStatus {
    private static final int PATIENCE_MS = 800;
    private static final int MAX_BYTES = 1 << 20;

    private FarmStatus() {}

    /** The JSON of {@link Node#statusData()}, as it is. An IOException says in its message why there is none. */
    public static String fetch() throws IOException {
        if (Node.statusData().isEmpty()) {
            throw new IOException("no address of jkproxy's status is configured");
        }
        HttpURLConnection connection = connect(Node.statusData());
        try (InputStream body = connection.getInputStream()) {
            String text = new String(body.readNBytes(MAX_BYTES), StandardCharsets.UTF_8).strip();
            if (!text.startsWith("{") || !text.endsWith("}")) {
                throw new IOException("the status is not JSON");
            }
            return text;
        }
    }

    private static HttpURLConnection connect(String address) throws IOException {
        try {
            HttpURLConnection connection =
                    (HttpURLConnection) URI.create(address).toURL().openConnection(Proxy.NO_PROXY);
            connection.setConnectTimeout(PATIENCE_MS);
            connection.setReadTimeout(PATIENCE_MS);
            connection.setInstanceFollowRedirects(false);
            return connection;
        } catch (IllegalArgumentException | ClassCastException notHttp) {
            throw new IOException("the status has no http address: " + address, notHttp);
        }
    }
}
