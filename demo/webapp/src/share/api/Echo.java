package share.api;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.servlet.http.HttpSession;
import javax.websocket.CloseReason;
import javax.websocket.HandshakeResponse;
import javax.websocket.OnMessage;
import javax.websocket.OnOpen;
import javax.websocket.Session;
import javax.websocket.server.HandshakeRequest;
import javax.websocket.server.ServerEndpoint;
import javax.websocket.server.ServerEndpointConfig;
import share.Node;
import share.SessionId;

/**
 * WebSocket {@code /api/echo}: says first who serves whom, as JSON with {@code node}, {@code user} and {@code route}; then
 * sends back what comes, in the pieces in which it came, so that a client that does not read is not read from either. The
 * text {@code close} ends it from this side, with 4001. It creates no session.
 */
@ServerEndpoint(value = "/api/echo", configurator = Echo.Visitor.class)
public final class Echo {
    private static final String GREETING = "greeting";
    private static final CloseReason.CloseCode ASKED_TO = () -> 4001;

    /** Keeps what the handshake's session says for the connection. */
    public static final class Visitor extends ServerEndpointConfig.Configurator {
        @Override
        public void modifyHandshake(ServerEndpointConfig config, HandshakeRequest request, HandshakeResponse response) {
            HttpSession session = (HttpSession) request.getHttpSession();
            Map<String, Object> values = new LinkedHashMap<>();
            values.put("node", Node.name());
            values.put("user", session == null ? null : session.getAttribute("user"));
            values.put("route", session == null ? null : SessionId.parse(session.getId()).route());
            config.getUserProperties().put(GREETING, Json.of(values));
        }
    }

    @OnOpen
    public void greet(Session connection) throws IOException {
        connection.getBasicRemote().sendText((String) connection.getUserProperties().get(GREETING));
    }

    @OnMessage
    public void text(Session connection, String piece, boolean last) throws IOException {
        if (last && piece.equals("close")) {
            connection.close(new CloseReason(ASKED_TO, "as you wish"));
            return;
        }
        connection.getBasicRemote().sendText(piece, last);
    }

    @OnMessage
    public void bytes(Session connection, ByteBuffer piece, boolean last) throws IOException {
        connection.getBasicRemote().sendBinary(piece, last);
    }
}
