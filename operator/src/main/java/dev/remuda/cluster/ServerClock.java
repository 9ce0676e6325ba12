package dev.remuda.cluster;

import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;

import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.http.Interceptor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The time of this machine while it agrees with that of the API server, else the API server's: all that the operator compares with its clock, from
 * creation times to slots, is dated by that. A machine whose clock jumps by a year makes no backup, ends no wait and lets nothing go for it.
 */
public final class ServerClock extends Clock implements Interceptor {
    /** The header tells whole seconds, an answer needs its time, and a lag of some seconds does no harm. */
    static final Duration TOLERANCE = Duration.ofMinutes(1);

    private static final Logger LOG = LoggerFactory.getLogger(ServerClock.class);

    private final Clock machine;
    private final LongSupplier nanos;
    private final AtomicBoolean differs = new AtomicBoolean();
    private volatile Heard heard;

    /** @param nanos a count of time that no setting of a clock changes */
    private record Heard(Instant time, long nanos) {}

    public ServerClock(Clock machine) {
        this(machine, System::nanoTime);
    }

    ServerClock(Clock machine, LongSupplier nanos) {
        this.machine = machine;
        this.nanos = nanos;
    }

    @Override
    public Instant instant() {
        Instant local = machine.instant();
        Heard last = heard;
        if (last == null) {
            return local;
        }
        Instant server = last.time().plusNanos(nanos.getAsLong() - last.nanos());
        boolean far = Duration.between(server, local).abs().compareTo(TOLERANCE) > 0;
        if (differs.getAndSet(far) != far) {
            if (far) {
                LOG.warn("this machine's clock says {}, the API server's {}: the latter counts until both agree again; set the machine's clock", local, server);
            } else {
                LOG.info("this machine's clock agrees with the API server's again");
            }
        }
        return far ? server : local;
    }

    @Override
    public void after(HttpRequest request, HttpResponse<?> response, AsyncBody.Consumer<List<ByteBuffer>> consumer) {
        String date = response.header("Date");
        if (date != null) {
            hear(date);
        }
    }

    void hear(String date) {
        try {
            heard = new Heard(ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant(), nanos.getAsLong());
        } catch (DateTimeException e) {
            LOG.debug("an answer is dated {}", date);
        }
    }

    @Override
    public ZoneId getZone() {
        return machine.getZone();
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return new ServerClock(machine.withZone(zone), nanos);
    }
}
