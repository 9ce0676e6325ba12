package dev.remuda.support;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/**
 * Stands before a real S3 server, passes every request on byte by byte, so that signatures hold, and spoils those that it is told to. Written by
 * hand because what is spoiled is the middle of bodies of hundreds of megabytes, which servers of stubbed answers do not see.
 */
public final class FaultyStore implements AutoCloseable {
    private final ServerSocket listening;
    private final String host;
    private final int port;
    private final List<Rule> rules = new CopyOnWriteArrayList<>();
    private final List<S3Call> calls = new CopyOnWriteArrayList<>();

    /** What befalls a request. */
    public sealed interface Effect {
        /** The store answers so, and does nothing. */
        record Answer(int status, String code) implements Effect {}

        /** The connection is reset when that many bytes of the request's body are through. */
        record Reset(long afterBytes) implements Effect {}

        /** The store does its work, and the connection is reset instead of the answer. */
        record LoseAnswer() implements Effect {}

        /** The answer's body ends after so many bytes. */
        record Cut(long afterBytes) implements Effect {}

        /** One byte of the answer's body is another. */
        record SpoilAnswer() implements Effect {}

        /** One byte of the request's body is another. */
        record SpoilRequest() implements Effect {}

        /** Bodies come in small pieces, so many milliseconds apart. */
        record Trickle(int milliseconds) implements Effect {}

        /** Nothing comes back until the gate is opened; then all goes on. */
        record Hold(Gate gate) implements Effect {}
    }

    /** Tells that a request has come, and lets it go on later. */
    public static final class Gate {
        private final CountDownLatch come = new CountDownLatch(1);
        private final CountDownLatch open = new CountDownLatch(1);

        public void awaitSomebody() throws InterruptedException {
            come.await();
        }

        public void open() {
            open.countDown();
        }

        private void pass() throws IOException {
            come.countDown();
            try {
                open.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }
    }

    private record Rule(Predicate<S3Call> of, AtomicInteger before, AtomicInteger left, Effect effect) {
        boolean takes(S3Call call) {
            return of.test(call) && before.getAndDecrement() <= 0 && left.getAndDecrement() > 0;
        }
    }

    /** The connection is to be reset. */
    private static final class Broken extends IOException {
        private static final long serialVersionUID = 1L;
    }

    /** @param bind where to listen @param endpoint of the real server, http://host:port */
    public FaultyStore(InetAddress bind, String endpoint) throws IOException {
        String[] parts = endpoint.replace("http://", "").split(":");
        this.host = parts[0];
        this.port = Integer.parseInt(parts[1]);
        this.listening = new ServerSocket(0, 50, bind);
        Thread.ofVirtual().start(this::accept);
    }

    public String endpoint() {
        return "http://" + listening.getInetAddress().getHostAddress() + ":" + listening.getLocalPort();
    }

    /** Spoils the first calls of that name. @return this */
    public FaultyStore spoil(String call, int times, Effect effect) {
        return spoil(seen -> seen.name().equals(call), 0, times, effect);
    }

    /** Spoils calls of one kind, all but the first ones. @return this */
    public FaultyStore spoil(Predicate<S3Call> of, int notTheFirst, int times, Effect effect) {
        rules.add(new Rule(of, new AtomicInteger(notTheFirst), new AtomicInteger(times), effect));
        return this;
    }

    /** All is well again. */
    public void heal() {
        rules.clear();
    }

    public long count(String call) {
        return calls.stream().filter(seen -> seen.name().equals(call)).count();
    }

    @Override
    public void close() throws IOException {
        listening.close();
    }

    private void accept() {
        while (true) {
            try {
                Socket client = listening.accept();
                Thread.ofVirtual().start(() -> serve(client));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private void serve(Socket client) {
        try (client;
                Socket server = new Socket(host, port)) {
            try {
                InputStream fromClient = new BufferedInputStream(client.getInputStream(), 1 << 16);
                InputStream fromServer = new BufferedInputStream(server.getInputStream(), 1 << 16);
                while (true) {
                    exchange(fromClient, client.getOutputStream(), fromServer, server.getOutputStream());
                }
            } catch (Broken e) {
                client.setSoLinger(true, 0); // so that closing it is a reset
            }
        } catch (IOException e) {
            // Either side has gone; the other one learns it by its closed connection.
        }
    }

    private void exchange(InputStream fromClient, OutputStream toClient, InputStream fromServer, OutputStream toServer) throws IOException {
        String request = head(fromClient);
        S3Call call = S3Call.of(request.substring(0, request.indexOf('\r')), request);
        calls.add(call);
        Optional<Effect> effect = rules.stream().filter(rule -> rule.takes(call)).findFirst().map(Rule::effect);
        long length = length(request).orElse(0L);
        switch (effect.orElse(null)) {
            case Effect.Answer(int status, String code) -> {
                continueFor(request, toClient);
                copy(fromClient, OutputStream.nullOutputStream(), length, 0);
                toClient.write(answer(status, code, request.startsWith("HEAD")));
                return;
            }
            case Effect.Reset(long after) when after == 0 -> throw new Broken();
            case Effect.Hold(Gate gate) -> gate.pass();
            case null, default -> {}
        }
        toServer.write(request.getBytes(StandardCharsets.ISO_8859_1));
        if (expectsContinue(request)) {
            toClient.write(head(fromServer).getBytes(StandardCharsets.ISO_8859_1));
        }
        switch (effect.orElse(null)) {
            case Effect.Reset(long after) -> {
                copy(fromClient, toServer, Math.min(after, length), 0);
                throw new Broken();
            }
            case Effect.SpoilRequest _ when length > 0 -> {
                toServer.write(fromClient.read() ^ 1);
                copy(fromClient, toServer, length - 1, 0);
            }
            case Effect.Trickle(int pause) -> copy(fromClient, toServer, length, pause);
            case null, default -> copy(fromClient, toServer, length, 0);
        }
        respond(request, effect.orElse(null), fromServer, toClient);
    }

    private static void respond(String request, Effect effect, InputStream fromServer, OutputStream toClient) throws IOException {
        String response = head(fromServer);
        boolean bare = request.startsWith("HEAD") || response.startsWith("HTTP/1.1 204") || response.startsWith("HTTP/1.1 304");
        Optional<Long> length = bare ? Optional.of(0L) : length(response);
        if (effect instanceof Effect.LoseAnswer) {
            throw new Broken();
        }
        toClient.write(response.getBytes(StandardCharsets.ISO_8859_1));
        if (length.isEmpty()) {
            chunks(fromServer, toClient);
            return;
        }
        switch (effect) {
            case Effect.Cut(long after) -> {
                copy(fromServer, toClient, Math.min(after, length.get()), 0);
                throw new IOException("cut");
            }
            case Effect.SpoilAnswer _ when length.get() > 0 -> {
                toClient.write(fromServer.read() ^ 1);
                copy(fromServer, toClient, length.get() - 1, 0);
            }
            case Effect.Trickle(int pause) -> copy(fromServer, toClient, length.get(), pause);
            case null, default -> copy(fromServer, toClient, length.get(), 0);
        }
    }

    private static void continueFor(String request, OutputStream toClient) throws IOException {
        if (expectsContinue(request)) {
            toClient.write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
        }
    }

    private static boolean expectsContinue(String request) {
        return request.toLowerCase(Locale.ROOT).contains("\nexpect: 100-continue");
    }

    private static byte[] answer(int status, String code, boolean bare) {
        String body = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>" + code + "</Code><Message>as the test wants it</Message></Error>";
        return ("HTTP/1.1 " + status + " " + code + "\r\nContent-Type: application/xml\r\nContent-Length: " + (bare ? 0 : body.length()) + "\r\n\r\n" + (bare ? "" : body))
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String head(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        int ends = 0;
        while (ends < 4) {
            int b = in.read();
            if (b < 0) {
                throw new EOFException();
            }
            head.write(b);
            ends = b == (ends % 2 == 0 ? '\r' : '\n') ? ends + 1 : b == '\r' ? 1 : 0;
        }
        return head.toString(StandardCharsets.ISO_8859_1);
    }

    private static Optional<Long> length(String head) {
        return head.lines()
                .filter(line -> line.toLowerCase(Locale.ROOT).startsWith("content-length:"))
                .map(line -> Long.valueOf(line.substring(line.indexOf(':') + 1).strip()))
                .findFirst()
                .or(() -> head.toLowerCase(Locale.ROOT).contains("\ntransfer-encoding: chunked") ? Optional.empty() : Optional.of(0L));
    }

    private static void chunks(InputStream in, OutputStream out) throws IOException {
        while (true) {
            String line = line(in);
            out.write((line + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
            long size = Long.parseLong(line.strip(), 16);
            copy(in, out, size + 2, 0);
            if (size == 0) {
                return;
            }
        }
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException();
            }
            line.write(b);
        }
        return line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
    }

    private static void copy(InputStream in, OutputStream out, long bytes, int pause) throws IOException {
        byte[] buffer = new byte[1 << 16];
        long left = bytes;
        while (left > 0) {
            int read = in.read(buffer, 0, (int) Math.min(left, buffer.length));
            if (read < 0) {
                throw new EOFException();
            }
            out.write(buffer, 0, read);
            out.flush();
            left -= read;
            if (pause > 0) {
                Pauses.take(pause);
            }
        }
    }
}
