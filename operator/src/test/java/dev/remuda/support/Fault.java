package dev.remuda.support;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/** What befalls one request on its way through a {@link FaultyStore}. Positions in a body are bytes from 0. */
public sealed interface Fault {

    /**
     * The store answers with an error. A request that waits for leave to send its body is answered without it, as stores do.
     *
     * @param clock how far the answer's date is ahead of this machine's
     * @param afterwards the store does its work first
     */
    record Answer(int status, String code, Duration clock, boolean afterwards) implements Fault {
        /** As of a store whose clock is that much ahead. */
        public Answer ahead(Duration clock) {
            return new Answer(status, code, clock, afterwards);
        }
    }

    /** It goes on as usual after a while. */
    record Delay(Duration duration) implements Fault {}

    /** It goes on as usual when the latch is open. */
    record Hold(CountDownLatch released) implements Fault {}

    /** Nothing is read and nothing said until the connection or the store is closed. */
    record BlackHole() implements Fault {}

    /** The store does its work, and the connection is reset before a word of the answer. */
    record AnswerLost() implements Fault {}

    /** The store's clock is ahead by that much: what is dated too differently is refused as S3 does it, all else goes on as usual. */
    record Skew(Duration ahead, Duration tolerance) implements Fault {}

    /** Something happens to a body when that many of its bytes have passed. @param bytesPerSecond 0: as fast as it goes */
    record Body(Side side, long at, Act act, long bytesPerSecond) implements Fault {}

    enum Side {
        Request,
        Response
    }

    enum Act {
        /** RST to both ends. */
        Reset,
        /** FIN, as if that had been all. */
        End,
        /** No byte more. */
        Stall,
        /** The next byte is another one. */
        Flip,
        None
    }

    static Answer answer(int status, String code) {
        return new Answer(status, code, Duration.ZERO, false);
    }

    /** The store does its work and answers with an error all the same. */
    static Answer doneBut(int status, String code) {
        return new Answer(status, code, Duration.ZERO, true);
    }

    static Fault answerLost() {
        return new AnswerLost();
    }

    static Fault delay(Duration duration) {
        return new Delay(duration);
    }

    static Fault hold(CountDownLatch released) {
        return new Hold(released);
    }

    static Fault blackHole() {
        return new BlackHole();
    }

    static Fault skew(Duration ahead, Duration tolerance) {
        return new Skew(ahead, tolerance);
    }

    static Fault resetRequest(long at) {
        return new Body(Side.Request, at, Act.Reset, 0);
    }

    static Fault resetResponse(long at) {
        return new Body(Side.Response, at, Act.Reset, 0);
    }

    static Fault cutResponse(long at) {
        return new Body(Side.Response, at, Act.End, 0);
    }

    static Fault stallRequest(long at) {
        return new Body(Side.Request, at, Act.Stall, 0);
    }

    static Fault stallResponse(long at) {
        return new Body(Side.Response, at, Act.Stall, 0);
    }

    static Fault flipRequest(long at) {
        return new Body(Side.Request, at, Act.Flip, 0);
    }

    static Fault flipResponse(long at) {
        return new Body(Side.Response, at, Act.Flip, 0);
    }

    static Fault slowRequest(long bytesPerSecond) {
        return new Body(Side.Request, Long.MAX_VALUE, Act.None, bytesPerSecond);
    }

    static Fault slowResponse(long bytesPerSecond) {
        return new Body(Side.Response, Long.MAX_VALUE, Act.None, bytesPerSecond);
    }
}
