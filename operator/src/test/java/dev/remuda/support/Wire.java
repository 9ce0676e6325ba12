package dev.remuda.support;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The network between a client and a server on this machine. What is on it can be cut, or vanish without anybody being told. */
public final class Wire implements AutoCloseable {
    private static final int BUFFER = 16 * 1024;

    private final ServerSocket entrance = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
    private final Set<Line> lines = ConcurrentHashMap.newKeySet();
    private final int target;

    public Wire(int target) throws IOException {
        this.target = target;
        Thread.ofVirtual().start(this::accept);
    }

    public int port() {
        return entrance.getLocalPort();
    }

    /** All connections are reset; new ones can be made. */
    public void cut() {
        lines.forEach(Line::reset);
    }

    /** From now on nothing comes through the present connections, either way, and none of them ends; new ones can be made. */
    public void swallow() {
        lines.forEach(line -> line.silent = true);
    }

    /** How many connections are silent and were not given up yet. */
    public long swallowed() {
        return lines.stream().filter(line -> line.silent).count();
    }

    @Override
    public void close() throws IOException {
        entrance.close();
        cut();
    }

    private void accept() {
        while (!entrance.isClosed()) {
            try {
                Socket client = entrance.accept();
                Line line = new Line(client, new Socket(InetAddress.getLoopbackAddress(), target));
                lines.add(line);
                line.start();
            } catch (IOException e) {
                // Closed, or the server is away: then the client finds out by itself.
            }
        }
    }

    private final class Line {
        private final Socket client;
        private final Socket server;
        private volatile boolean silent;

        Line(Socket client, Socket server) {
            this.client = client;
            this.server = server;
        }

        void start() {
            Thread.ofVirtual().start(() -> pump(client, server));
            Thread.ofVirtual().start(() -> pump(server, client));
        }

        private void pump(Socket from, Socket to) {
            byte[] buffer = new byte[BUFFER];
            try {
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream();
                for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
                    if (!silent) {
                        out.write(buffer, 0, length);
                    }
                }
            } catch (IOException e) {
                // The other end is told by the reset.
            }
            if (!silent || from == client) {
                reset();
            }
        }

        void reset() {
            lines.remove(this);
            for (Socket socket : new Socket[] {client, server}) {
                try {
                    socket.setSoLinger(true, 0);
                    socket.close();
                } catch (IOException e) {
                    // Closed already.
                }
            }
        }
    }
}
