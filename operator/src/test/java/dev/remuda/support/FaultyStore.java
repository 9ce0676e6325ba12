package dev.remuda.support;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import dev.remuda.support.Fault.Act;
import dev.remuda.support.Fault.Body;
import dev.remuda.support.Fault.Side;
import dev.remuda.support.S3Call.Request;

/**
 * A real store behind an HTTP proxy that does to its requests what the rules say: {@code on(UploadPart).part(2).first(1).then(answer(503,
 * "SlowDown"))}. Written by hand, for WireMock keeps whole bodies in memory and Toxiproxy does not know one request from another, and here a
 * body of hundreds of MB must break at a certain byte of a certain call.
 *
 * <p>The Host header stays as it came, so signatures hold. Each connection carries one request. The first rule that applies wins.
 */
public final class FaultyStore implements AutoCloseable {
    private static final int BUFFER = 64 * 1024;
    private static final DateTimeFormatter HTTP_DATE = DateTimeFormatter.RFC_1123_DATE_TIME.withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter AMZ_DATE = DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    private final InetSocketAddress behind;
    private final InetSocketAddress address;
    private final List<FaultRule> rules = new CopyOnWriteArrayList<>();
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile Listener listener;

    private FaultyStore(InetSocketAddress behind, InetSocketAddress address) {
        this.behind = behind;
        this.listener = new Listener(address, this::serve);
        this.address = new InetSocketAddress(address.getAddress(), listener.port());
    }

    /** On a free port of the loopback interface. */
    public static FaultyStore before(SeaweedServer store) {
        return before(store.endpoint(), new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    /** @param endpoint such as {@code http://127.0.0.1:8333} @param address to listen on; port 0: a free one */
    public static FaultyStore before(String endpoint, InetSocketAddress address) {
        URI uri = URI.create(endpoint);
        return new FaultyStore(new InetSocketAddress(uri.getHost(), uri.getPort()), address);
    }

    public String endpoint() {
        return "http://" + address.getAddress().getHostAddress() + ":" + address.getPort();
    }

    public FaultRule on(S3Call call) {
        return new FaultRule(call, rules::add);
    }

    /** A rule for every call. */
    public FaultRule onAny() {
        return new FaultRule(null, rules::add);
    }

    /** Forgets all rules: the store is well again. What is held or stalled stays so. */
    public void heal() {
        rules.clear();
    }

    /** All requests that came, in their order, those that a fault befell too. */
    public List<Request> requests() {
        return List.copyOf(requests);
    }

    public int count(S3Call call) {
        return (int) requests.stream().filter(request -> request.call() == call).count();
    }

    /** Connections are refused and those that are open are reset, as when the machine has lost its power. */
    public void down() {
        listener.close();
        open.forEach(Listener::reset);
    }

    public void up() {
        listener = new Listener(address, this::serve);
    }

    @Override
    public void close() {
        closed.countDown();
        down();
    }

    /** An end that goes away ends the other. */
    private void serve(Socket client) {
        try (client; Socket store = new Socket()) {
            open.addAll(Set.of(client, store));
            try {
                HttpHead head = HttpHead.read(client.getInputStream());
                Request request = head.request();
                requests.add(request);
                Fault fault = rules.stream().filter(rule -> rule.befalls(request)).findFirst().map(FaultRule::fault).orElse(new Fault.Delay(Duration.ZERO));
                serve(new Exchange(head, client, store), fault);
            } catch (IOException e) {
                Listener.reset(client);
                Listener.reset(store);
            } finally {
                open.removeAll(Set.of(client, store));
            }
        } catch (IOException e) {
            open.remove(client);
        }
    }

    private void serve(Exchange exchange, Fault fault) throws IOException {
        switch (fault) {
            case Fault.Answer answer -> {
                if (answer.afterwards()) {
                    exchange.forward(null);
                    exchange.storesHead();
                    copy(exchange.store.getInputStream(), OutputStream.nullOutputStream(), Long.MAX_VALUE, null);
                }
                exchange.answer(answer, answer.afterwards());
            }
            case Fault.Delay delay -> {
                pause(delay.duration());
                exchange.pass(null);
            }
            case Fault.Hold hold -> {
                await(hold.released());
                exchange.pass(null);
            }
            case Fault.BlackHole() -> {
                await(closed);
                throw new IOException("closed");
            }
            case Fault.AnswerLost() -> {
                exchange.forward(null);
                exchange.storesHead();
                throw new IOException("the answer is lost");
            }
            case Fault.Skew skew -> {
                Instant dated = AMZ_DATE.parse(exchange.head.header("x-amz-date"), Instant::from);
                boolean close = Duration.between(dated, Instant.now().plus(skew.ahead())).abs().compareTo(skew.tolerance()) <= 0;
                if (close) {
                    exchange.pass(null);
                } else {
                    exchange.answer(Fault.answer(403, "RequestTimeTooSkewed").ahead(skew.ahead()), false);
                }
            }
            case Body body -> exchange.pass(body);
        }
    }

    /** One request and the two connections that it concerns. */
    private final class Exchange {
        private final HttpHead head;
        private final Socket client;
        private final Socket store;

        Exchange(HttpHead head, Socket client, Socket store) {
            this.head = head;
            this.client = client;
            this.store = store;
        }

        void pass(Body fault) throws IOException {
            forward(fault != null && fault.side() == Side.Request ? fault : null);
            Body of = fault != null && fault.side() == Side.Response ? fault : null;
            HttpHead answer = storesHead();
            client.getOutputStream().write(answer.bytes());
            copy(store.getInputStream(), client.getOutputStream(), Long.MAX_VALUE, of);
            client.shutdownOutput();
        }

        void forward(Body fault) throws IOException {
            proceed();
            store.connect(behind);
            store.getOutputStream().write(head.closing().bytes());
            copy(client.getInputStream(), store.getOutputStream(), head.length(), fault);
        }

        HttpHead storesHead() throws IOException {
            return HttpHead.read(store.getInputStream());
        }

        void answer(Fault.Answer answer, boolean bodyIsRead) throws IOException {
            if (!bodyIsRead && !head.expects()) {
                copy(client.getInputStream(), OutputStream.nullOutputStream(), head.length(), null);
            }
            String text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>" + answer.code() + "</Code><Message>a fault of the test</Message></Error>";
            String body = head.method().equals("HEAD") || answer.code().isEmpty() ? "" : text;
            String date = HTTP_DATE.format(Instant.now().plus(answer.clock()));
            String reply = "HTTP/1.1 " + answer.status() + " Fault\r\nDate: " + date + "\r\nContent-Type: application/xml\r\nContent-Length: " + body.length()
                    + "\r\nConnection: close\r\n\r\n" + body;
            client.getOutputStream().write(reply.getBytes(StandardCharsets.UTF_8));
            client.shutdownOutput();
        }

        /** A client that asks for leave to send its body gets it from here: the store is not asked. */
        private void proceed() throws IOException {
            if (head.expects()) {
                client.getOutputStream().write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            }
        }
    }

    /** Copies that many bytes, or all that come. */
    private void copy(InputStream from, OutputStream to, long length, Body fault) throws IOException {
        byte[] buffer = new byte[BUFFER];
        long rate = fault == null ? 0 : fault.bytesPerSecond();
        long done = 0;
        while (done < length) {
            long until = fault != null && fault.at() > done ? Math.min(length, fault.at()) : length;
            boolean now = fault != null && fault.at() == done;
            if (now && fault.act() != Act.Flip && fault.act() != Act.None) {
                if (fault.act() == Act.End) {
                    return;
                }
                if (fault.act() == Act.Stall) {
                    await(closed);
                }
                throw new IOException("reset");
            }
            int most = (int) Math.min(until - done, rate > 0 ? Math.max(1, rate / 10) : BUFFER);
            int n = from.read(buffer, 0, Math.min(most, BUFFER));
            if (n < 0) {
                if (length < Long.MAX_VALUE) {
                    throw new IOException("the client went away");
                }
                return;
            }
            buffer[0] ^= (byte) (now ? 1 : 0);
            to.write(buffer, 0, n);
            done += n;
            if (rate > 0) {
                pause(Duration.ofMillis(1000L * n / rate));
            }
        }
    }

    private void pause(Duration duration) throws IOException {
        try {
            if (closed.await(duration.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IOException("closed");
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private static void await(CountDownLatch latch) throws IOException {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }
}
