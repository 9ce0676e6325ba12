package dev.remuda.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.function.Consumer;

/** Takes connections at an address, each in a thread of its own. */
final class Listener implements AutoCloseable {
    private final ServerSocket socket;
    private final Thread thread;

    /** @param address port 0: a free one */
    Listener(InetSocketAddress address, Consumer<Socket> taken) {
        try {
            socket = new ServerSocket();
            socket.setReuseAddress(true); // the same port again while old connections linger
            socket.bind(address, 1024);
            thread = Thread.ofVirtual().name("listener").start(() -> accept(taken));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int port() {
        return socket.getLocalPort();
    }

    private void accept(Consumer<Socket> taken) {
        try {
            while (true) {
                Socket client = socket.accept();
                Thread.ofVirtual().start(() -> taken.accept(client));
            }
        } catch (IOException e) {
            shut(socket); // by close
        }
    }

    /** New connections are refused when it returns: the port stays open for as long as a thread waits for one. */
    @Override
    public void close() {
        shut(socket);
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends a connection with RST. */
    static void reset(Socket connection) {
        try {
            if (!connection.isClosed()) {
                connection.setSoLinger(true, 0);
            }
        } catch (IOException e) {
            shut(connection); // closed meanwhile
        }
        shut(connection);
    }

    private static void shut(AutoCloseable socket) {
        try {
            socket.close();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
