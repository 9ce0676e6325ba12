package dev.remuda.support;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/** A cable between a client and a server of any kind, which a test may cut, stop or shorten. */
public final class FaultyLink implements AutoCloseable {
    private final ServerSocket listening;
    private final String host;
    private final int port;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean stalled = new AtomicBoolean();
    private final AtomicBoolean refusing = new AtomicBoolean();
    private final AtomicLong leftToClient = new AtomicLong(Long.MAX_VALUE);

    /** @param bind where to listen @param host of the real server */
    public FaultyLink(InetAddress bind, String host, int port) throws IOException {
        this.host = host;
        this.port = port;
        this.listening = new ServerSocket(0, 50, bind);
        Thread.ofVirtual().start(this::accept);
    }

    public String address() {
        return listening.getInetAddress().getHostAddress();
    }

    public int port() {
        return listening.getLocalPort();
    }

    /** Resets every connection once that many more bytes have come from the server. */
    public void cutAfter(long bytes) {
        leftToClient.set(bytes);
    }

    /** Resets every connection now. */
    public void cut() {
        open.forEach(FaultyLink::reset);
    }

    /** Nothing comes through any more, and nobody is told: as when a firewall forgets a connection. */
    public void stall(boolean whether) {
        stalled.set(whether);
    }

    /** New connections end at once. */
    public void refuse(boolean whether) {
        refusing.set(whether);
    }

    public int connections() {
        return open.size() / 2;
    }

    @Override
    public void close() throws IOException {
        listening.close();
        cut();
    }

    private void accept() {
        while (true) {
            try {
                Socket client = listening.accept();
                Thread.ofVirtual().start(() -> join(client));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private void join(Socket client) {
        if (refusing.get()) {
            reset(client);
            return;
        }
        try {
            Socket server = new Socket(host, port);
            open.add(client);
            open.add(server);
            Thread.ofVirtual().start(() -> pump(client, server, false));
            Thread.ofVirtual().start(() -> pump(server, client, true));
        } catch (IOException e) {
            reset(client);
        }
    }

    private void pump(Socket from, Socket to, boolean toClient) {
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] buffer = new byte[1 << 14];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                while (stalled.get()) {
                    Pauses.take(10);
                }
                if (toClient && leftToClient.addAndGet(-read) < 0) {
                    cut();
                    return;
                }
                out.write(buffer, 0, read);
            }
            to.shutdownOutput();
        } catch (IOException e) {
            reset(from);
            reset(to);
        } finally {
            open.remove(from);
        }
    }

    private static void reset(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException e) {
            // It is closed already.
        }
    }
}
