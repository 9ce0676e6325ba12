package dev.remuda.job;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;

/** Names and key prefixes that follow from what they name, so that the same work always has the same name. */
public final class Names {
    /** A Job's name becomes a label of its Pods, which may be no longer. */
    private static final int MAX_JOB_NAME = 63;
    private static final int MAX_NAME = 253;
    private static final int EVENT_TAIL = 9;
    private static final int MARK = 8;
    private static final DateTimeFormatter SLOT = DateTimeFormatter.ofPattern("yyyyMMdd-HHmm").withZone(ZoneOffset.UTC);

    private Names() {}

    /** {@code <owner>-<suffix>}; an owner too long is cut and told apart by a hash. */
    public static String job(String owner, String suffix) {
        String name = owner.replace('.', '-') + "-" + suffix;
        if (name.equals(owner + "-" + suffix) && name.length() <= MAX_JOB_NAME) {
            return name;
        }
        String tail = "-" + hash(owner) + "-" + suffix;
        String head = owner.replace('.', '-');
        return head.substring(0, Math.min(head.length(), MAX_JOB_NAME - tail.length())) + tail;
    }

    /** The name of an Event; the same words about the same resource are the same Event. */
    public static String event(String resource, String uid, String words) {
        String head = resource.substring(0, Math.min(resource.length(), MAX_NAME - EVENT_TAIL)).replaceFirst("[.-]+$", "");
        return head + "." + hash(uid + " " + words);
    }

    /** The Backup of a slot: {@code <policy>-<yyyymmdd-hhmm, UTC>}, so that one slot never has two. */
    public static String scheduled(String policy, Instant slot) {
        String tail = "-" + SLOT.format(slot);
        return policy.length() + tail.length() <= MAX_NAME ? policy + tail : policy.substring(0, MAX_NAME - tail.length() - EVENT_TAIL) + "-" + hash(policy) + tail;
    }

    /** The Backup that is made of a database before a Restore replaces it: {@code <restore>-safety}. */
    public static String safety(String restore) {
        String tail = "-safety";
        return restore.length() + tail.length() <= MAX_NAME
                ? restore + tail
                : restore.substring(0, MAX_NAME - tail.length() - EVENT_TAIL).replaceFirst("[.-]+$", "") + "-" + hash(restore) + tail;
    }

    /** A Backup that was found in a store while another one has its name. */
    public static String found(String backup, String prefix) {
        String tail = "-" + hash(prefix);
        return backup.substring(0, Math.min(backup.length(), MAX_NAME - tail.length())).replaceFirst("[.-]+$", "") + tail;
    }

    /** The key prefix of all that a policy stores, ending in a slash. @param prefix of the storage; may be null */
    public static String root(String prefix, String namespace, String policy) {
        return (prefix == null ? "" : prefix + "/") + namespace + "/" + policy + "/";
    }

    /**
     * The key prefix of one attempt of one Backup, ending in a slash. The Backup's uid tells it from an earlier one of the same name, the
     * policy's uid from those of another cluster that has everything of the same name.
     */
    public static String attemptPrefix(String prefix, Owner policy, Owner backup, int attempt) {
        return root(prefix, backup.namespace(), policy.name()) + backup.name() + "-" + mark(policy.uid()) + "-" + mark(backup.uid()) + "-" + attempt + "/";
    }

    /** The key prefix of another attempt of the same Backup. @param prefix of one of its attempts */
    public static String attemptPrefix(String prefix, int attempt) {
        return prefix.substring(0, prefix.lastIndexOf('-') + 1) + attempt + "/";
    }

    /** The part of a uid that stands in keys. */
    public static String mark(String uid) {
        return uid.substring(0, MARK);
    }

    private static String hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 4);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
