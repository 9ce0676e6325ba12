package dev.remuda.worker;

import java.time.Duration;

/**
 * How long the work waits for others before it calls them gone. All of it ends well within a backup's timeout (4 h by default), and none of it
 * limits how long work may take that goes on.
 */
public record Patience(Store store, Database database) {
    public static final Patience USUAL = new Patience(Store.USUAL, Database.USUAL);

    /**
     * With a store.
     *
     * @param connect until a connection must be made; 10 s
     * @param silence until the next byte of an answer must come; 60 s, longer than a store needs to copy half a GiB
     * @param attempt for one request and its answer, for a write that gets stuck has no other bound; 5 min, in which 16 MiB pass at 56 kB/s
     * @param call for a request with all that is tried again; 15 min: three attempts that get stuck, or all that fail at once
     * @param pause before the first further attempt; 0.5 s, and twice as long before each that follows
     * @param longestPause 10 s, so that a worker that is told to stop (it has 25 s) does not sleep until it is killed
     */
    public record Store(Duration connect, Duration silence, Duration attempt, Duration call, Duration pause, Duration longestPause) {
        /** For a first look, with what takes it back: pauses of 4 to 8 s in all. A wrong endpoint is told soon, and the operator tries again. */
        public static final int FEW = 5;

        /**
         * For what would lose hours of work: with pauses of 33 to 66 s in all, so a store that restarts, which takes half a minute, costs no dump
         * that is almost done. Longer would not pay: the database's snapshot is held open meanwhile.
         */
        public static final int MANY = 11;

        static final Store USUAL =
                new Store(Duration.ofSeconds(10), Duration.ofSeconds(60), Duration.ofMinutes(5), Duration.ofMinutes(15), Duration.ofMillis(500), Duration.ofSeconds(10));
    }

    /**
     * With a database server.
     *
     * @param connect until a connection must be made; twice that until the login is through; 15 s
     * @param silence after which it is asked on a new connection whether it is there; 5 min. A long statement is silent too, so silence alone ends
     *     nothing: that a server cannot be reached twice in a row does, which takes 16 min at most. What TCP itself notices (a machine that is gone, a
     *     connection that a router has forgotten) ends after 2 min
     */
    public record Database(Duration connect, Duration silence) {
        static final Database USUAL = new Database(Duration.ofSeconds(15), Duration.ofMinutes(5));
    }
}
