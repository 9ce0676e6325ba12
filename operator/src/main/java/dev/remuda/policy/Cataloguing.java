package dev.remuda.policy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;

import dev.remuda.api.Backup;
import dev.remuda.api.BackupPolicyStatus.Catalogue;
import dev.remuda.api.BackupPolicyStatus.Maintenance;
import dev.remuda.api.BackupSpec;
import dev.remuda.api.NameRef;
import dev.remuda.api.Phase;
import dev.remuda.api.StoreJob;
import dev.remuda.job.Labels;
import dev.remuda.job.Names;
import dev.remuda.job.Step;
import dev.remuda.task.CatalogueResult;
import dev.remuda.task.Catalogued;
import dev.remuda.task.Json;
import dev.remuda.task.Reason;

/**
 * What to do next so that each backup in the store has a Backup: those of a cluster that is gone, and those whose Backup was deleted by
 * mistake. A Job tells of so many at a time; each becomes a Backup that carries what was found. Nothing is ever deleted for what is not found.
 *
 * @param again when to look again though nothing changes
 */
record Cataloguing(Catalogue status, List<Step> steps, Optional<Duration> again) {
    /** So many that the log of one Job is far from being cut, and so few that one plan is carried out within seconds. */
    static final int AT_ONCE = 200;

    private static final Duration LOOK_AGAIN = Duration.ofSeconds(15);
    private static final Duration SOON = Duration.ofSeconds(1);
    private static final int MOST_NAMED = 10;

    static Cataloguing of(Observed seen, PolicyJobs jobs, Duration startDeadline) {
        Catalogue present = seen.status().catalogue();
        if (present == null) {
            return maintenanceRuns(seen) ? rest(null) : planned(seen, 1, null, 0, 0);
        }
        if (!present.job().underWay()) {
            return idle(seen, present);
        }
        return switch (Turn.of(seen, present.job(), seen.jobs().catalogue(), CatalogueResult.class, startDeadline)) {
            case Turn.Create<CatalogueResult> _ -> new Cataloguing(
                    present.with(present.job().started(seen.now())), List.of(new Step.CreateJob(jobs.catalogue(seen, present))), Optional.of(LOOK_AGAIN));
            case Turn.Begun<CatalogueResult> _ -> new Cataloguing(present.with(present.job().started(seen.now())), List.of(), Optional.of(Duration.ZERO));
            case Turn.NameTaken<CatalogueResult> _ -> planned(seen, present.job().number() + 1, present.after(), present.imported(), present.job().failures());
            case Turn.GoesOn<CatalogueResult> _ -> new Cataloguing(present, List.of(), Optional.of(LOOK_AGAIN));
            case Turn.Ended<CatalogueResult>(CatalogueResult result) when isWhole(seen, result) -> ended(seen, present, result);
            case Turn.Ended<CatalogueResult>(CatalogueResult result) -> failed(seen, present, new Turn.Failed<>(
                    Reason.PodLost, "the log of Job " + present.job().name() + " tells of " + seen.found().size() + " backups instead of " + result.told(), List.of()));
            case Turn.Failed<CatalogueResult> failed -> failed(seen, present, failed);
        };
    }

    /** Before all that is stored is known nothing is purged, and not while it is looked at: what is purged meanwhile would come back. */
    static boolean comesFirst(Observed seen) {
        Catalogue present = seen.status().catalogue();
        return present == null || present.completedAt() == null || present.job().underWay() || isAsked(seen, present);
    }

    private static boolean maintenanceRuns(Observed seen) {
        return seen.status().maintenance() != null && seen.status().maintenance().job().underWay();
    }

    private static boolean isAsked(Observed seen, Catalogue present) {
        return request(seen) != null && !request(seen).equals(present.request());
    }

    /** Whose the store is, when it is another cluster's: as the last look found, or the maintenance that was refused since. */
    static Optional<String> heldBy(Observed seen) {
        Optional<Catalogue> look = Optional.ofNullable(seen.status().catalogue());
        Optional<String> refused = Optional.ofNullable(seen.status().maintenance())
                .filter(last -> last.job().reason() == Reason.NotOwner && look.map(Catalogue::completedAt).filter(last.job().finishedAt()::isBefore).isEmpty())
                .map(last -> last.job().message());
        return look.map(Catalogue::heldBy).or(() -> refused);
    }

    private static String request(Observed seen) {
        Map<String, String> annotations = Objects.requireNonNullElse(seen.policy().getMetadata().getAnnotations(), Map.of());
        String both = Stream.of(Labels.CATALOGUE, Labels.TAKE_OVER).map(annotations::get).filter(Objects::nonNull).collect(Collectors.joining(" "));
        return both.isEmpty() ? null : both;
    }

    private static Cataloguing idle(Observed seen, Catalogue last) {
        if (maintenanceRuns(seen)) {
            return rest(last);
        }
        if (isAsked(seen, last)) {
            return planned(seen, last.job().number() + 1, null, 0, 0);
        }
        if (last.job().failures() == 0) {
            return last.after() == null ? rest(last) : planned(seen, last.job().number() + 1, last.after(), last.imported(), 0);
        }
        Optional<Duration> left = Rests.left(last.job(), Duration.ZERO, seen.now());
        return left.isPresent()
                ? new Cataloguing(last, List.of(), left)
                : planned(seen, last.job().number() + 1, last.after(), last.imported(), last.job().failures());
    }

    private static Cataloguing rest(Catalogue last) {
        return new Cataloguing(last, List.of(), Optional.empty());
    }

    private static Cataloguing planned(Observed seen, int number, String after, int imported, int failures) {
        Catalogue before = seen.status().catalogue();
        return new Cataloguing(
                new Catalogue(
                        StoreJob.planned(number, PolicyJobs.catalogueName(seen, number), failures), request(seen), after, imported, before == null ? null : before.completedAt(),
                        before == null ? null : before.heldBy()),
                List.of(), Optional.of(Duration.ZERO));
    }

    /** A log may be cut short; each line has its number. */
    private static boolean isWhole(Observed seen, CatalogueResult result) {
        return seen.found().size() == result.told() && (seen.found().isEmpty() || seen.found().getLast().number() == result.told());
    }

    private static Cataloguing failed(Observed seen, Catalogue running, Turn.Failed<CatalogueResult> failed) {
        List<Step> steps = new ArrayList<>(failed.steps());
        if (running.job().failures() == 0) {
            steps.add(new Step.Tell(true, failed.reason().name(), "the store could not be looked through for backups: " + failed.message()));
        }
        return new Cataloguing(running.with(running.job().failed(seen.now(), failed.reason(), failed.message())), steps, Optional.of(Duration.ZERO));
    }

    private static Cataloguing ended(Observed seen, Catalogue running, CatalogueResult result) {
        Set<String> known = Stream.concat(seen.backups().stream(), seen.safety().stream())
                .filter(backup -> Observed.statusOf(backup).phase() != Phase.Failed)
                .flatMap(backup -> place(backup).stream())
                .collect(Collectors.toSet());
        List<Catalogued> missing = seen.found().stream().filter(found -> !known.contains(stem(found.prefix()))).toList();
        List<Step> steps = new ArrayList<>(missing.stream().<Step>map(found -> new Step.CreateBackup(backup(seen, found))).toList());
        if (!missing.isEmpty()) {
            steps.add(new Step.Tell(false, "Imported", "found in the store: " + names(missing.stream().map(Catalogued::backup).toList())));
        }
        if (!result.unreadable().isEmpty()) {
            steps.add(new Step.Tell(
                    true, Reason.ManifestInvalid.name(), "in the store, but no whole backups, so they have no Backup and are left alone: " + String.join(", ", result.unreadable())));
        }
        int imported = running.imported() + missing.size();
        String account = result.more() ? imported + " Backups were brought back so far" : imported + " Backups were brought back; all others in the store are known";
        return new Cataloguing(
                new Catalogue(
                        running.job().succeeded(seen.now(), account), running.request(), result.more() ? result.last() : null, imported,
                        result.more() ? running.completedAt() : seen.now(), result.heldBy()),
                steps, Optional.of(result.more() ? SOON : Duration.ZERO));
    }

    private static String names(List<String> all) {
        return String.join(", ", all.subList(0, Math.min(MOST_NAMED, all.size()))) + (all.size() > MOST_NAMED ? " and " + (all.size() - MOST_NAMED) + " more" : "");
    }

    /** A Backup's attempts differ in their number alone, and one of them is the backup. One that was brought back tells it before its status does. */
    private static Optional<String> place(Backup backup) {
        return Optional.ofNullable(Observed.statusOf(backup).location()).map(location -> location.prefix())
                .or(() -> Optional.ofNullable(backup.getMetadata().getAnnotations()).map(annotations -> annotations.get(Labels.FOUND)).flatMap(Catalogued::read).map(Catalogued::prefix))
                .map(Cataloguing::stem);
    }

    private static String stem(String prefix) {
        return prefix.replaceFirst("-[0-9]+/$", "-");
    }

    private static Backup backup(Observed seen, Catalogued found) {
        Backup backup = new Backup();
        backup.setMetadata(new ObjectMetaBuilder()
                .withName(free(seen, found))
                .withNamespace(seen.namespace())
                .withAnnotations(Map.of(Labels.FOUND, Json.write(found)))
                .build());
        BackupSpec.Safety safety = found.safety() == null
                ? null
                : new BackupSpec.Safety(found.safety(), seen.spec().database().named(found.result().databaseName()));
        backup.setSpec(new BackupSpec(new NameRef(seen.name()), found.tiers(), found.slot(), found.pinned(), safety));
        return backup;
    }

    /** Its own name, unless another Backup has that by now. */
    private static String free(Observed seen, Catalogued found) {
        boolean taken = Stream.concat(seen.backups().stream(), seen.safety().stream()).map(backup -> backup.getMetadata().getName())
                .anyMatch(name -> Objects.equals(name, found.backup())) || seen.taken().filter(found.backup()::equals).isPresent();
        return taken ? Names.found(found.backup(), found.prefix()) : found.backup();
    }
}
