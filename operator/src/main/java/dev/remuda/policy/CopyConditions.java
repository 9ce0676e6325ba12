package dev.remuda.policy;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.fabric8.kubernetes.api.model.Condition;

import dev.remuda.api.BackupPolicyStatus.Copies;
import dev.remuda.api.CopySpec;
import dev.remuda.api.S3Spec;
import dev.remuda.api.StorageSpec;
import dev.remuda.status.Conditions;
import dev.remuda.task.Reason;

/** What a policy says of its copies: whether all are made, and whether they are what the rule 3-2-1 asks for. */
final class CopyConditions {
    /** Condition: whether all backups that shall be in further stores are there. */
    static final String COPIED = "Copied";

    /** Condition: whether the newest data lies in three places (the database is one), on two kinds of media, one of them off-site. */
    static final String THREE_TWO_ONE = "ThreeTwoOne";

    /** A copy takes its time; one that is as late as this is behind. */
    private static final Duration PATIENCE = Duration.ofHours(1);

    private static final int COPIES = 3;
    private static final int MEDIA = 2;

    private CopyConditions() {}

    /** @param hasBackup whether the policy's own store has a backup that is not known to be damaged */
    static List<Condition> of(Observed seen, List<Copying> copying, boolean hasBackup) {
        return copying.isEmpty() ? List.of() : List.of(copied(seen, copying), threeTwoOne(seen, copying, hasBackup));
    }

    private static Condition copied(Observed seen, List<Copying> copying) {
        Optional<String> contradiction = copying.stream().flatMap(each -> Copying.contradiction(seen, each.spec()).stream()).findFirst();
        if (contradiction.isPresent()) {
            return condition(seen, COPIED, "False", Reason.InvalidSpec.name(), contradiction.get());
        }
        Optional<Copies> failed = copying.stream().map(Copying::status).filter(status -> status.job() != null && status.job().reason() != null).findFirst();
        if (failed.isPresent()) {
            return condition(seen, COPIED, "False", failed.get().job().reason().name(), "copy " + failed.get().name() + ": " + failed.get().job().message());
        }
        Optional<Condition> known = seen.status().conditions().stream().filter(condition -> COPIED.equals(condition.getType())).findFirst();
        if (known.isPresent() && copying.stream().anyMatch(each -> each.status().underWay() && each.status().job().failures() > 0)) {
            return known.get(); // it is tried again: what is known is what the try before met
        }
        String account = copying.stream().map(each -> account(each.status())).collect(Collectors.joining("; "));
        return copying.stream().anyMatch(each -> isBehind(each.status(), seen.now()))
                ? condition(seen, COPIED, "False", "CopiesBehind", account)
                : condition(seen, COPIED, "True", COPIED, account);
    }

    private static String account(Copies copies) {
        return copies.name() + ": " + copies.there() + " there" + (copies.behind() == 0 ? "" : ", " + copies.behind() + " to come, the first of them completed at " + copies.behindSince());
    }

    private static boolean isBehind(Copies copies, Instant now) {
        return copies.behindSince() != null && copies.behindSince().plus(PATIENCE).isBefore(now);
    }

    private static Condition threeTwoOne(Observed seen, List<Copying> copying, boolean hasBackup) {
        List<StorageSpec> stores = new ArrayList<>();
        if (hasBackup) {
            stores.add(seen.spec().storage());
        }
        copying.stream()
                .filter(each -> each.status().there() > 0 && !isBehind(each.status(), seen.now()) && Copying.contradiction(seen, each.spec()).isEmpty())
                .map(Copying::spec).map(CopySpec::storage).forEach(stores::add);
        int copies = stores.size() + 1;
        List<String> media = Stream.concat(Stream.of("the database's disk"), stores.stream().map(store -> store.s3() == null ? "a volume" : "an object store").distinct()).toList();
        long offSite = stores.stream().filter(CopyConditions::isOffSite).count();
        long immutable = stores.stream().filter(store -> store.objectLock().isPresent()).count();
        String found = copies + (copies == 1 ? " copy" : " copies") + " with the database itself (" + Stream.concat(Stream.of("database"), stores.stream().map(store -> store.url(""))).collect(Collectors.joining(", "))
                + "), " + media.size() + " kinds of media (" + String.join(", ", media) + "), " + offSite + " off-site, " + immutable + " immutable";
        if (copies < COPIES) {
            return condition(seen, THREE_TWO_ONE, "False", "TooFewCopies", found + "; three copies are asked for, each with the newest data");
        }
        if (media.size() < MEDIA || offSite == 0) {
            return condition(seen, THREE_TWO_ONE, "False", "NothingOffSite", found + "; one must lie outside of this cluster");
        }
        return condition(seen, THREE_TWO_ONE, "True", THREE_TWO_ONE, found);
    }

    /** As far as an address tells: AWS, or a host that is neither this cluster's nor of a private network. */
    static boolean isOffSite(StorageSpec store) {
        return Optional.ofNullable(store.s3()).filter(s3 -> s3.endpoint() == null || isPublic(s3)).isPresent();
    }

    private static boolean isPublic(S3Spec s3) {
        String host = URI.create(s3.endpoint()).getHost();
        if (host == null) {
            return false;
        }
        String name = host.toLowerCase(Locale.ROOT);
        return name.contains(".") && !name.matches(".*\\.(svc|local|internal|localdomain|home|lan)\\.?")
                && !name.matches("(10|127)\\..*|192\\.168\\..*|172\\.(1[6-9]|2\\d|3[01])\\..*|169\\.254\\..*");
    }

    private static Condition condition(Observed seen, String type, String status, String reason, String message) {
        return Conditions.of(seen.status().conditions(), type, status, reason, message, seen.generation(), seen.now());
    }
}
