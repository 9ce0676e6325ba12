package dev.remuda.support;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A stretch of network before a server, for any protocol over TCP: it can be slow, stall, break, or be down. By hand, for the use is small and a
 * Toxiproxy would be one more program to have.
 */
public final class FaultyLink implements AutoCloseable {
    private static final int BUFFER = 16 * 1024;

    private final InetSocketAddress behind;
    private final InetSocketAddress address;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private Listener listener;
    private boolean stalled;
    private boolean over;
    private Duration latency = Duration.ZERO;
    private Trip trip;
    private long toServer;
    private long toClient;
    private int accepted;

    /** Which way bytes go. */
    public enum Direction {
        ToServer,
        ToClient
    }

    private enum Act {
        Reset,
        Stall
    }

    /** What happens when so many bytes have gone that way, of all connections together. */
    private record Trip(Direction direction, long after, Act act) {}

    private FaultyLink(InetSocketAddress behind, InetSocketAddress address) {
        this.behind = behind;
        this.listener = new Listener(address, this::join);
        this.address = new InetSocketAddress(address.getAddress(), listener.port());
    }

    /** On a free port of the loopback interface. */
    public static FaultyLink to(PostgresServer server) {
        return to(server.host(), server.port(), new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    /** @param address to listen on; port 0: a free one */
    public static FaultyLink to(String host, int port, InetSocketAddress address) {
        return new FaultyLink(new InetSocketAddress(host, port), address);
    }

    public String host() {
        return address.getAddress().getHostAddress();
    }

    public int port() {
        return address.getPort();
    }

    /** Resets every connection that is open; new ones are taken. */
    public void reset() {
        open.forEach(Listener::reset);
    }

    /** Resets every connection as soon as so many bytes more have gone that way. */
    public synchronized void resetAfter(Direction direction, long bytes) {
        trip = new Trip(direction, passed(direction) + bytes, Act.Reset);
    }

    /** No byte gets through any more, nor a word that a connection has ended; connections still come about. A black hole to whoever waits. */
    public synchronized void stall() {
        stalled = true;
    }

    /** Stalls as soon as so many bytes more have gone that way. */
    public synchronized void stallAfter(Direction direction, long bytes) {
        trip = new Trip(direction, passed(direction) + bytes, Act.Stall);
    }

    public synchronized void resume() {
        stalled = false;
        notifyAll();
    }

    /** Each piece of at most 16 KiB is that late. */
    public synchronized void latency(Duration latency) {
        this.latency = latency;
    }

    /** New connections are refused; those that are open go on. */
    public synchronized void refuse() {
        listener.close();
    }

    /** New connections are taken again. */
    public synchronized void admit() {
        listener = new Listener(address, this::join);
    }

    /** How many bytes have gone that way. */
    public synchronized long passed(Direction direction) {
        return direction == Direction.ToServer ? toServer : toClient;
    }

    /** How many connections were made. */
    public synchronized int accepted() {
        return accepted;
    }

    public synchronized boolean stalled() {
        return stalled;
    }

    @Override
    public synchronized void close() {
        over = true;
        listener.close();
        reset();
        notifyAll();
    }

    private void join(Socket client) {
        Socket server = new Socket();
        synchronized (this) {
            accepted++;
        }
        open.add(client);
        open.add(server);
        try {
            server.connect(behind);
            Thread.ofVirtual().start(() -> copy(client, server, Direction.ToServer));
            copy(server, client, Direction.ToClient);
        } catch (IOException e) {
            end(client, server);
        }
    }

    private void copy(Socket from, Socket to, Direction direction) {
        byte[] buffer = new byte[BUFFER];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                pass(direction, n);
                out.write(buffer, 0, n);
            }
            pass(direction, 0);
            to.shutdownOutput();
        } catch (IOException e) {
            try {
                pass(direction, 0);
                end(from, to);
            } catch (IOException closed) {
                end(from, to);
            }
        }
    }

    /** Counts, and waits for as long as nothing gets through. */
    private void pass(Direction direction, int n) throws IOException {
        try {
            Duration late = count(direction, n);
            if (late.isPositive()) {
                Thread.sleep(late);
            }
            synchronized (this) {
                while (stalled && !over) {
                    wait();
                }
                if (over) {
                    throw new IOException("closed");
                }
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private synchronized Duration count(Direction direction, int n) {
        if (direction == Direction.ToServer) {
            toServer += n;
        } else {
            toClient += n;
        }
        if (trip != null && passed(trip.direction) > trip.after) {
            Act act = trip.act;
            trip = null;
            if (act == Act.Reset) {
                reset();
            } else {
                stalled = true;
            }
        }
        return latency;
    }

    private void end(Socket one, Socket other) {
        Listener.reset(one);
        Listener.reset(other);
        open.remove(one);
        open.remove(other);
    }
}
