package dev.remuda.policy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

import dev.remuda.api.Backup;
import dev.remuda.api.BackupStatus;
import dev.remuda.api.CopySpec;
import dev.remuda.api.Durations;
import dev.remuda.api.Phase;
import dev.remuda.retention.Candidate;
import dev.remuda.retention.Decision;
import dev.remuda.retention.Retention;
import dev.remuda.retention.Rule;
import dev.remuda.status.DeletionMark;
import dev.remuda.status.Trust;

/**
 * Which Backups shall have a copy in one further store, and which have.
 *
 * @param there those that have one and keep it, the newest first
 * @param missing those that shall have one and can be read where they are, the newest first
 * @param leaving those whose copy is to go, the oldest first
 */
record CopyKeeping(List<Backup> there, List<Backup> missing, List<Backup> leaving) {

    static CopyKeeping of(Observed seen, Retaining retaining, CopySpec spec) {
        Map<String, Backup> known = new HashMap<>();
        Stream.concat(seen.in(Phase.Completed), seen.in(Phase.Deleting).filter(backup -> DeletionMark.isMarked(backup.getStatus())))
                .filter(backup -> backup.getStatus().snapshotAt() != null && backup.getStatus().location() != null)
                .filter(backup -> !backup.getStatus().storage().isSameFolder(spec.storage())) // there lies the backup itself, as the policy stored before, and it would be purged as its copy
                .forEach(backup -> known.put(backup.getMetadata().getName(), backup));
        List<String> going = retaining.going().map(backup -> backup.getMetadata().getName()).toList();
        List<Candidate> staying = known.values().stream()
                .filter(backup -> !going.contains(backup.getMetadata().getName()))
                .map(backup -> candidate(seen, spec, backup))
                .toList();
        List<Backup> there = new ArrayList<>();
        List<Backup> missing = new ArrayList<>();
        List<Backup> leaving = new ArrayList<>();
        going.stream().map(known::get).filter(Objects::nonNull).filter(backup -> isThere(spec, backup))
                .forEach(backup -> (isLocked(seen, spec, backup) ? there : leaving).add(backup));
        // What is there is measured by itself: a newer backup that is not there yet takes no copy's place.
        List<Candidate> copied = staying.stream().filter(candidate -> isThere(spec, known.get(candidate.name()))).toList();
        for (Decision decision : Retention.decide(copied, List.of(rule(spec)), Map.of(), seen.now())) {
            (decision instanceof Decision.Keep ? there : leaving).add(known.get(decision.backup().name()));
        }
        Retention.decide(staying, List.of(rule(spec)), Map.of(), seen.now()).stream()
                .filter(Decision.Keep.class::isInstance)
                .map(decision -> known.get(decision.backup().name()))
                .filter(backup -> !isThere(spec, backup) && isReadable(backup))
                .forEach(missing::add);
        there.sort(Backup.BY_SNAPSHOT.reversed());
        leaving.sort(Backup.BY_SNAPSHOT);
        return new CopyKeeping(there, missing, leaving);
    }

    /** Whether it has a copy in that store: one with a copy where the store was before has none. */
    static boolean isThere(CopySpec spec, Backup backup) {
        return backup.getStatus().copy(spec.name()).filter(copy -> copy.storage().isSameFolder(spec.storage())).isPresent();
    }

    /** Since when something that shall be there is not; empty: all is there. */
    Optional<Instant> behindSince() {
        return missing.stream().map(backup -> backup.getStatus().completedAt()).filter(Objects::nonNull).min(Comparator.naturalOrder());
    }

    private static Candidate candidate(Observed seen, CopySpec spec, Backup backup) {
        boolean copied = isThere(spec, backup);
        return new Candidate(
                backup.getMetadata().getName(), backup.getStatus().snapshotAt(), List.of(spec.name()), backup.getSpec().hasPin(), copied ? seen.reader(backup) : Optional.empty(),
                trust(backup.getStatus(), copied), false, locked(spec, backup));
    }

    /** Damage where it came from is none of a copy that was made before. */
    private static Candidate.Trust trust(BackupStatus status, boolean copied) {
        if (Trust.isDamaged(status) && !copied) {
            return Candidate.Trust.DAMAGED;
        }
        return Trust.isSuspicious(status) ? Candidate.Trust.SUSPICIOUS : Candidate.Trust.NORMAL;
    }

    private static boolean isLocked(Observed seen, CopySpec spec, Backup backup) {
        return locked(spec, backup).filter(seen.now()::isBefore).isPresent();
    }

    private static Optional<Instant> locked(CopySpec spec, Backup backup) {
        return backup.getStatus().copy(spec.name()).map(BackupStatus.Copy::lockedUntil);
    }

    private static boolean isReadable(Backup backup) {
        BackupStatus status = backup.getStatus();
        return !backup.isOfNewerVersion() && !Trust.isDamaged(status) && status.phase() == Phase.Completed && (status.storageClass() == null || !status.storageClass().isArchive());
    }

    private static Rule rule(CopySpec spec) {
        return new Rule(
                spec.name(), spec.retention().maxAge() == null ? null : Durations.parse(spec.retention().maxAge()), spec.retention().maxCount(), spec.retention().minCount());
    }
}
