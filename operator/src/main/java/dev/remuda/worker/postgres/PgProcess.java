package dev.remuda.worker.postgres;

import java.io.BufferedReader;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.remuda.task.Reason;
import dev.remuda.worker.Stop;
import dev.remuda.worker.WorkFailure;

/** One run of a PostgreSQL program. What it says goes to the log; its last words are kept for the message of a failure. */
public final class PgProcess implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PgProcess.class);
    private static final int LINES_KEPT = 12;
    private static final int SIGNAL = 128;
    private static final int BUFFER = 64 * 1024;

    private final String name;
    private final Process process;
    private final Thread listener;
    private final Deque<String> lastWords = new ArrayDeque<>();
    private final Stop.Registration stop;
    private final Optional<Vigil> vigil;
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicLong moves = new AtomicLong();
    private volatile boolean ended;

    private PgProcess(String name, Process process, Login login, Stop stop) {
        this.name = name;
        this.process = process;
        this.vigil = Optional.ofNullable(login).map(to -> new Vigil(to, stop.patience().database(), this::progress, this::kill));
        this.listener = Thread.ofVirtual().name(name).start(this::listen);
        this.stop = stop.register(this::end);
    }

    /** @param login where it connects to; null: nowhere */
    static PgProcess start(List<String> command, Login login, Reason otherwise, Stop stop) {
        String name = command.getFirst().substring(command.getFirst().lastIndexOf('/') + 1);
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().putAll(login == null ? Map.of() : login.environment());
        builder.environment().put("LC_ALL", "C.UTF-8");
        try {
            return new PgProcess(name, builder.start(), login, stop);
        } catch (IOException e) {
            throw new WorkFailure(otherwise, name + " cannot be started: " + e.getMessage(), e);
        }
    }

    public InputStream output() {
        return new FilterInputStream(process.getInputStream()) {
            @Override
            public int read() throws IOException {
                return waited(super::read);
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                return waited(() -> super.read(bytes, offset, length));
            }
        };
    }

    private interface Step<T> {
        T take() throws IOException;
    }

    /** Takes a step that the program, and so the server, may keep waiting. */
    private <T> T waited(Step<T> step) throws IOException {
        waiting.incrementAndGet();
        try {
            return step.take();
        } finally {
            waiting.decrementAndGet();
            moves.incrementAndGet();
        }
    }

    private long progress() {
        return waiting.get() == 0 ? Vigil.IDLE : moves.get();
    }

    /**
     * Gives it all of a stream, then the end of its input. A program that reads no further is not an error here: how it ended tells.
     *
     * @throws IOException when the stream cannot be read
     */
    public void feed(InputStream from) throws IOException {
        copy(from);
        end(process.getOutputStream());
    }

    /** Gives it all of a stream; more may follow. @return whether it took all */
    boolean copy(InputStream from) throws IOException {
        byte[] buffer = new byte[BUFFER];
        boolean reads = true;
        for (int n = from.read(buffer); n >= 0 && reads; n = from.read(buffer)) {
            reads = accepts(process.getOutputStream(), buffer, n);
        }
        return reads;
    }

    /** Gives it some text; more may follow. */
    void write(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        accepts(process.getOutputStream(), bytes, bytes.length);
    }

    /** Gives it the end of its input. */
    void endInput() {
        end(process.getOutputStream());
    }

    boolean isAlive() {
        return process.isAlive();
    }

    private boolean accepts(OutputStream input, byte[] buffer, int n) {
        try {
            return waited(() -> {
                input.write(buffer, 0, n);
                return true;
            });
        } catch (IOException e) {
            return false; // a broken pipe
        }
    }

    private void end(OutputStream input) {
        try {
            input.close();
        } catch (IOException e) {
            LOG.debug("{} closed its input before", name);
        }
    }

    /** Waits for its end. @return null when it succeeded, else how it ended and its last words */
    public String failure() {
        waiting.incrementAndGet();
        try {
            int code = process.waitFor();
            listener.join();
            if (code == 0) {
                return null;
            }
            return name + " " + (ended ? "was ended with the worker" : vigil.filter(Vigil::gone).map(v -> "was ended, for " + v.words()).orElseGet(() -> end(code))) + words();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new WorkFailure(Reason.InternalError, "interrupted while waiting for " + name, e);
        } finally {
            waiting.decrementAndGet();
        }
    }

    /** Whether somebody ended it, so that its end says nothing of what it worked on. */
    boolean wasEnded() {
        return ended || !process.isAlive() && process.exitValue() > SIGNAL || vigil.filter(Vigil::gone).isPresent();
    }

    /** For tests of what happens when it dies. */
    ProcessHandle handle() {
        return process.toHandle();
    }

    private static String end(int code) {
        return switch (code) {
            case SIGNAL + 9 -> "was killed (SIGKILL; the kernel does so when memory runs out)";
            case SIGNAL + 11 -> "crashed (SIGSEGV)";
            case SIGNAL + 15 -> "was stopped (SIGTERM)";
            default -> code > SIGNAL ? "was ended by signal " + (code - SIGNAL) : "ended with exit code " + code;
        };
    }

    private synchronized String words() {
        return lastWords.isEmpty() ? "" : ": " + String.join(" | ", lastWords);
    }

    private void listen() {
        try (BufferedReader words = process.errorReader()) {
            Words filter = new Words();
            for (String line = words.readLine(); line != null; line = words.readLine()) {
                filter.sayable(line).ifPresent(this::say);
            }
        } catch (IOException e) {
            LOG.debug("no more of {}'s words: {}", name, e.getMessage());
        }
    }

    private void say(String line) {
        LOG.info("{}", line);
        remember(line);
        moves.incrementAndGet();
    }

    private synchronized void remember(String line) {
        String shorter = line.length() > 400 ? line.substring(0, 400) + "…" : line;
        lastWords.addLast(shorter.replaceFirst("^" + name + ": ", ""));
        if (lastWords.size() > LINES_KEPT) {
            lastWords.removeFirst();
        }
    }

    /** Ends it at once; what it has said so far can still be read. */
    void kill() {
        process.toHandle().destroyForcibly();
    }

    private void end() {
        ended = true;
        process.destroyForcibly();
    }

    /** Ends it if it still runs. */
    @Override
    public void close() {
        stop.close();
        vigil.ifPresent(Vigil::close);
        process.destroyForcibly();
    }
}
