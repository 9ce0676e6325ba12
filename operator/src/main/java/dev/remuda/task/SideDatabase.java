package dev.remuda.task;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Names of the databases that a Restore works in or leaves: they follow from what it is, so that a second run finds what the first one made. */
public final class SideDatabase {
    private static final String COMMON = "remuda_";
    private static final String BEFORE = "_before_";

    /** PostgreSQL cuts what is longer, silently. */
    private static final int MAX_BYTES = 63;

    /** What a long name of a Restore has for certain beside a long name of a database. */
    private static final int OWN_BYTES = 22;

    private SideDatabase() {}

    /** Where its rows go before they take the target's place. */
    public static String restore(String uid) {
        return COMMON + "restore_" + uid.replace("-", "");
    }

    /** Where its schema alone is tried out first. */
    public static String rehearsal(String uid) {
        return COMMON + "rehearsal_" + uid.replace("-", "");
    }

    /** The old database's name while it is kept, {@code <database>_before_<restore>}; names too long are cut and told apart by a hash. */
    public static String replaced(String database, String restore) {
        String whole = database + BEFORE + restore;
        if (bytes(whole) <= MAX_BYTES) {
            return whole;
        }
        String tail = "_" + hash(whole);
        int room = MAX_BYTES - BEFORE.length() - tail.length();
        String head = cut(database, room - Math.min(bytes(restore), OWN_BYTES));
        return head + BEFORE + cut(restore, room - bytes(head)) + tail;
    }

    /** Whether a database is one that a Restore works in, so that it is neither backed up nor restored into. */
    public static boolean isOne(String name) {
        return name.matches(COMMON + "(restore|rehearsal)_[0-9a-f]{32}");
    }

    /** As many characters as fit into so many bytes. */
    private static String cut(String text, int room) {
        int end = 0;
        int used = 0;
        while (end < text.length()) {
            int next = text.offsetByCodePoints(end, 1);
            used += bytes(text.substring(end, next));
            if (used > room) {
                break;
            }
            end = next;
        }
        return text.substring(0, end);
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    private static String hash(String text) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)), 0, 4);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
