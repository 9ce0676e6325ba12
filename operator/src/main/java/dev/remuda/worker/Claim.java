package dev.remuda.worker;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.remuda.task.Claimant;
import dev.remuda.task.Json;
import dev.remuda.task.Reason;
import dev.remuda.worker.store.ObjectStore;

/** Whose a policy's part of a bucket is: one cluster's, which is noted beside it. Others only read. */
final class Claim {
    private static final Logger LOG = LoggerFactory.getLogger(Claim.class);

    private final ObjectStore store;
    private final String root;
    private final Claimant who;

    /** @param root the part of the bucket, ending in a slash */
    Claim(ObjectStore store, String root, Claimant who) {
        this.store = store;
        this.root = root;
        this.who = who;
    }

    /** What is noted. */
    record Mark(String policyUid, String cluster, Instant since) {
        boolean isOf(Claimant who) {
            return policyUid.equals(who.policyUid()) || cluster != null && cluster.equals(who.cluster());
        }
    }

    /** {@code <policy>.owner.json} beside the policy's folder. */
    static String key(String root) {
        return root.substring(0, root.length() - 1) + ".owner.json";
    }

    /**
     * @param who null: what is written disturbs nobody
     * @throws WorkFailure NotOwner when it is another cluster's
     */
    static void require(ObjectStore store, String root, Claimant who) {
        if (who != null) {
            new Claim(store, root, who).require();
        }
    }

    private void require() {
        heldByOther().ifPresent(other -> {
            throw new WorkFailure(Reason.NotOwner, other);
        });
    }

    /** Takes it when it is nobody's. @return whose it is and what to do, when it is not ours */
    Optional<String> heldByOther() {
        if (read().isEmpty() && store.putIfAbsent(key(root), bytes(), "application/json", Map.of())) {
            return Optional.empty();
        }
        Mark mark = read().orElseThrow(() -> new WorkFailure(Reason.ObjectMissing, store.url(key(root)) + " was there a moment ago and is not"));
        if (!mark.isOf(who)) {
            if (!mark.policyUid().equals(who.takeOverFrom())) {
                return Optional.of(message(mark));
            }
            LOG.warn("{} is taken over from BackupPolicy {}", store.url(root), mark.policyUid());
        }
        if (!mark.policyUid().equals(who.policyUid()) || who.cluster() != null && !who.cluster().equals(mark.cluster())) {
            store.put(key(root), bytes(), "application/json");
        }
        return Optional.empty();
    }

    private String message(Mark mark) {
        String[] names = root.split("/");
        return store.url(root) + " belongs to the BackupPolicy of another cluster (uid " + mark.policyUid() + ", since " + mark.since()
                + "), so this one only reads there. When that cluster is gone, or is to write there no more: kubectl annotate --overwrite bpol "
                + names[names.length - 1] + " -n " + names[names.length - 2] + " remuda.dev/take-over=" + mark.policyUid();
    }

    private Optional<Mark> read() {
        try {
            return store.get(key(root)).map(bytes -> Json.read(new String(bytes, StandardCharsets.UTF_8), Mark.class));
        } catch (IllegalArgumentException e) {
            throw new WorkFailure(
                    Reason.NotOwner, store.url(key(root)) + " " + e.getMessage() + ", so nobody knows whose the backups beside it are; delete it if no other cluster writes there", e);
        }
    }

    private byte[] bytes() {
        return Json.write(new Mark(who.policyUid(), who.cluster(), Instant.now().truncatedTo(ChronoUnit.SECONDS))).getBytes(StandardCharsets.UTF_8);
    }
}
