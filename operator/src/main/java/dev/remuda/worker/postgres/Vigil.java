package dev.remuda.worker.postgres;

import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import org.postgresql.util.PSQLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.remuda.worker.Patience;

/**
 * Watches somebody who waits for a server, and ends the waiting when the server is gone without a word: behind a proxy that hangs, or on a machine
 * that does, TCP sees nothing wrong for ever. Work that takes long is silent as well, so the server is asked on a new connection.
 */
final class Vigil implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Vigil.class);

    /** Nobody waits for the server. */
    static final long IDLE = -1;

    private static final int LOOKS = 2;

    private final Login login;
    private final Patience.Database patience;
    private final LongSupplier progress;
    private final Runnable end;
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile boolean gone;

    /**
     * @param progress a number that changes whenever something has come or gone, or {@link #IDLE}
     * @param end what is done when the server is gone; it is not called again
     */
    Vigil(Login login, Patience.Database patience, LongSupplier progress, Runnable end) {
        this.login = login;
        this.patience = patience;
        this.progress = progress;
        this.end = end;
        Thread.ofVirtual().name("vigil").start(this::watch);
    }

    boolean gone() {
        return gone;
    }

    String words() {
        return "server " + login.server() + " cannot be reached any more: nothing came through for " + said(patience.silence().multipliedBy(LOOKS))
                + ", and a new connection is not answered";
    }

    private static String said(Duration duration) {
        return duration.toMinutes() > 0 ? duration.toMinutes() + " min" : duration.toSeconds() + " s";
    }

    private void watch() {
        long last = IDLE;
        int silent = 0;
        while (!closedWithin(patience.silence())) {
            long now = progress.getAsLong();
            boolean waits = now != IDLE && now == last;
            last = now;
            silent = waits && !answers() ? silent + 1 : 0;
            // What has moved while the server was asked is no silence.
            if (silent == LOOKS && progress.getAsLong() == now) {
                gone = true;
                LOG.warn("{}", words());
                end.run();
                return;
            }
        }
    }

    private boolean closedWithin(Duration duration) {
        try {
            return closed.await(duration.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    /** A refusal is an answer too. */
    private boolean answers() {
        try {
            DriverManager.getConnection(login.jdbcUrl(), login.jdbcProperties(patience.connect())).close();
            return true;
        } catch (SQLException e) {
            LOG.info("server {} was asked whether it is there, for it is silent: {}", login.server(), e.getMessage());
            return e instanceof PSQLException answer && answer.getServerErrorMessage() != null;
        }
    }

    @Override
    public void close() {
        closed.countDown();
    }
}
