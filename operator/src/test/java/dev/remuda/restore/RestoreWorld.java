package dev.remuda.restore;

import java.net.HttpURLConnection;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.utils.Serialization;

import dev.remuda.api.Backup;
import dev.remuda.api.BackupPolicy;
import dev.remuda.api.BackupSpec;
import dev.remuda.api.BackupStatus;
import dev.remuda.api.NameRef;
import dev.remuda.api.Phase;
import dev.remuda.api.Restore;
import dev.remuda.api.RestoreStatus;
import dev.remuda.job.JobBuilding;
import dev.remuda.job.JobView;
import dev.remuda.job.Labels;
import dev.remuda.job.Refusal;
import dev.remuda.job.Step;
import dev.remuda.status.CompletedCondition;
import dev.remuda.support.Changes;
import dev.remuda.support.Pods;
import dev.remuda.support.Samples;
import dev.remuda.task.Json;
import dev.remuda.task.ReportResult;
import dev.remuda.task.RestoreStrategy;
import dev.remuda.task.Result;
import dev.remuda.task.Task;

/**
 * A cluster with one Restore, {@code back}, in which plans are carried out and their statuses are written as JSON and read again. Any write may
 * be the last one before the operator dies.
 */
final class RestoreWorld {
    static final Limits LIMITS = new Limits(Duration.ofMinutes(10), Duration.ofMinutes(10));
    static final String SAFETY = "back-safety";

    final Map<String, JobView> jobs = new LinkedHashMap<>();
    final Map<String, Backup> backups = new TreeMap<>();
    final Map<String, BackupPolicy> policies = new HashMap<>(Map.of("horses", Samples.policy()));
    final List<String> created = new ArrayList<>();
    final List<String> deleted = new ArrayList<>();
    final Set<Step.Tell> told = new LinkedHashSet<>();
    final Set<String> begun = new LinkedHashSet<>();
    Restore restore;
    Instant now = Samples.CREATED.plusSeconds(5);

    /** Reports are left at once and not shown, for tests of what comes before. */
    boolean reportsAside = true;

    int writesLeft = Integer.MAX_VALUE;

    final RestoreJobs making = new RestoreJobs(new JobBuilding(Samples.CONFIG));

    /** The operator is gone. */
    static final class Died extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    RestoreWorld() {
        this(Samples.restore(RestoreStrategy.Swap, null, "horses"));
    }

    /** @param fields of the spec, beside source, strategy Swap and confirm */
    RestoreWorld(Map<String, Object> fields) {
        this();
        restore.setSpec(Changes.in(restore.getSpec(), fields));
    }

    RestoreWorld(Restore restore) {
        this.restore = restore;
        backups.put("monday", backup("monday", Phase.Completed));
    }

    static Backup backup(String name, Phase phase) {
        Backup backup = Samples.backup();
        backup.getMetadata().setName(name);
        String prefix = "stables/stable/horses/" + name + "-6f1c2a34-6f1c2a34-1/";
        backup.setStatus(Samples.completed(Samples.CREATED.plusSeconds(11), prefix, null, null).in(phase, List.of()));
        return backup;
    }

    /** A Backup of these tiers whose snapshot was taken then. */
    Backup completed(String name, Instant snapshotAt, String... tiers) {
        Backup backup = backup(name, Phase.Completed);
        backup.setSpec(new BackupSpec(new NameRef("horses"), List.of(tiers), null, null));
        backup.setStatus(Samples.completed(snapshotAt, "stables/stable/horses/" + name + "/", null, null));
        backups.put(name, backup);
        return backup;
    }

    Observed seen() {
        Optional<String> job = status().step().map(RestoreStatus.Step::job);
        Optional<Backup> backup = Observed.backupName(restore).map(backups::get);
        return new Observed(
                restore, backup, List.copyOf(backups.values()), Optional.ofNullable(backups.get(SAFETY)),
                Sourcing.policyName(restore, backup).map(policies::get), Sourcing.originName(restore, backup).map(policies::get), job.map(jobs::get), Optional.empty(), now);
    }

    RestorePlan plan() {
        return RestorePlan.of(seen(), making, LIMITS);
    }

    RestorePlan reconcile() {
        RestorePlan plan = plan();
        act(plan.steps());
        write(plan.status());
        return plan;
    }

    /** Until nothing is to be done at once. */
    RestorePlan reconcileUntilItRests() {
        RestorePlan plan = reconcile();
        while (plan.again().filter(Duration::isZero).isPresent() || reportsAside && isReporting()) {
            plan = reconcile();
        }
        return plan;
    }

    private boolean isReporting() {
        return status().step().filter(step -> step.name() == RestoreStatus.StepName.Report && step.finishedAt() == null).isPresent();
    }

    void act(List<Step> steps) {
        for (Step step : steps) {
            aWrite();
            switch (step) {
                case Step.CreateJob(Job wanted) -> create(wanted);
                case Step.DeleteJob(String name) -> {
                    deleted.add(name);
                    jobs.remove(name);
                }
                case Step.CreateBackup(Backup wanted) -> create(wanted);
                case Step.Amend(HasMetadata amended) -> restore.setMetadata(amended.getMetadata());
                case Step.Tell words when words.reason().equals("Begun") -> begun.add(words.message());
                case Step.Tell words -> told.add(words);
                default -> throw new AssertionError(step);
            }
        }
    }

    void write(RestoreStatus status) {
        if (!status.equals(status())) {
            aWrite();
            Restore written = new Restore();
            written.setMetadata(restore.getMetadata());
            written.setSpec(restore.getSpec());
            written.setStatus(status);
            restore = Serialization.unmarshal(Serialization.asJson(written), Restore.class);
        }
    }

    private void aWrite() {
        if (writesLeft-- <= 0) {
            throw new Died();
        }
    }

    private void create(Job wanted) {
        String name = wanted.getMetadata().getName();
        if (jobs.containsKey(name)) {
            throw new Refusal(HttpURLConnection.HTTP_CONFLICT, "exists");
        }
        Job job = Pods.createdAt(wanted, now);
        if (reportsAside && isReporting()) {
            jobs.put(name, new JobView(name, Optional.of(job), Optional.of(Pods.reported(job, new ReportResult("s3://backups/r.json")))));
            return;
        }
        created.add(name);
        jobs.put(name, new JobView(name, Optional.of(job), Optional.empty()));
    }

    private void create(Backup wanted) {
        String name = wanted.getMetadata().getName();
        if (backups.containsKey(name)) {
            throw new Refusal(HttpURLConnection.HTTP_CONFLICT, "exists");
        }
        created.add(name);
        backups.put(name, wanted);
    }

    /** The present step's Job has such a Pod. */
    void pod(Function<Job, Pod> pod) {
        String name = step().job();
        Job known = jobs.get(name).job().orElseThrow();
        jobs.put(name, new JobView(name, Optional.of(known), Optional.of(pod.apply(known))));
    }

    void job(UnaryOperator<Job> change) {
        jobs.computeIfPresent(step().job(), (name, view) -> new JobView(name, view.job().map(change), view.pod()));
    }

    /** The present step's worker says so, and the operator hears it. */
    RestorePlan says(Result result) {
        pod(job -> Pods.reported(job, result));
        return reconcileUntilItRests();
    }

    /** The safety Backup is in that phase now. */
    void safety(Phase phase, String reason, String message) {
        BackupStatus status = Samples.completed(now, "stables/safety/", null, null);
        backups.get(SAFETY).setStatus(status.in(phase, CompletedCondition.failed(List.of(), reason, message, 1, now)));
    }

    /** Goes on until this step's Job was created, with workers that succeed. */
    RestoreWorld until(RestoreStatus.StepName step) {
        return until(step, world -> world.says(Samples.looked(true)));
    }

    RestoreWorld until(RestoreStatus.StepName step, Consumer<RestoreWorld> preflight) {
        reconcileUntilItRests();
        while (step().name() != step) {
            switch (step().name()) {
                case Preflight -> preflight.accept(this);
                case SafetyBackup -> {
                    safety(Phase.Completed, "Completed", "m");
                    reconcileUntilItRests();
                }
                case Restore -> says(Samples.restored());
                case Migrations -> {
                    pod(job -> Pods.program(job, 0));
                    reconcileUntilItRests();
                }
                default -> throw new AssertionError(step());
            }
        }
        return this;
    }

    boolean isMarked() {
        return Labels.isUnderWay(restore) && restore.hasFinalizer(Labels.CLEAN_UP);
    }

    void later(Duration time) {
        now = now.plus(time);
    }

    RestoreStatus status() {
        return Observed.statusOf(restore);
    }

    RestoreStatus.Step step() {
        return status().step().orElseThrow();
    }

    String reason() {
        return status().conditions().getFirst().getReason();
    }

    String message() {
        return status().conditions().getFirst().getMessage();
    }

    /** The steps as name-attempt, and the reason of those that failed. */
    List<String> steps() {
        return status().steps().stream().filter(step -> !reportsAside || step.name() != RestoreStatus.StepName.Report).map(step -> step.name() + "-" + step.attempt() + (step.reason() == null ? "" : " " + step.reason())).toList();
    }

    Job job() {
        return jobs.get(step().job()).job().orElseThrow();
    }

    /** What the present step's worker is to do. */
    <T extends Task> T task(Class<T> kind) {
        return kind.cast(task(job()));
    }

    static Task task(Job job) {
        return Json.read(job.getSpec().getTemplate().getSpec().getContainers().getFirst().getEnv().getFirst().getValue(), Task.class);
    }
}
