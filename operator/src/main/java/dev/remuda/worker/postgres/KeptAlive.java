package dev.remuda.worker.postgres;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import javax.net.SocketFactory;

import jdk.net.ExtendedSocketOptions;

/**
 * The driver's sockets, on which a silent peer is looked for as the programs do it: after {@value Login#KEEP_ALIVE_IDLE} s. The system's own default
 * is two hours. Public because the driver makes it by its name.
 */
public final class KeptAlive extends SocketFactory {
    @Override
    public Socket createSocket() throws IOException {
        Socket socket = new Socket();
        socket.setKeepAlive(true);
        socket.setOption(ExtendedSocketOptions.TCP_KEEPIDLE, Login.KEEP_ALIVE_IDLE);
        socket.setOption(ExtendedSocketOptions.TCP_KEEPINTERVAL, Login.KEEP_ALIVE_INTERVAL);
        socket.setOption(ExtendedSocketOptions.TCP_KEEPCOUNT, Login.KEEP_ALIVE_COUNT);
        return socket;
    }

    @Override
    public Socket createSocket(String host, int port) {
        throw new UnsupportedOperationException("the driver connects by itself");
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress localHost, int localPort) {
        throw new UnsupportedOperationException("the driver connects by itself");
    }

    @Override
    public Socket createSocket(InetAddress host, int port) {
        throw new UnsupportedOperationException("the driver connects by itself");
    }

    @Override
    public Socket createSocket(InetAddress address, int port, InetAddress localAddress, int localPort) {
        throw new UnsupportedOperationException("the driver connects by itself");
    }
}
