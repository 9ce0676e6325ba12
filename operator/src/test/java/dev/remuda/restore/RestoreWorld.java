package dev.remuda.restore;

import java.net.HttpURLConnection;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;

import io.fabric8.kubernetes.api.model.ConditionBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.utils.Serialization;

import dev.remuda.api.Backup;
import dev.remuda.api.BackupPolicy;
import dev.remuda.api.BackupStatus;
import dev.remuda.api.JobTemplateSpec;
import dev.remuda.api.Phase;
import dev.remuda.api.Restore;
import dev.remuda.api.RestoreStatus;
import dev.remuda.job.JobBuilding;
import dev.remuda.job.JobView;
import dev.remuda.job.Refusal;
import dev.remuda.job.Step;
import dev.remuda.support.Pods;
import dev.remuda.support.Samples;
import dev.remuda.task.Json;
import dev.remuda.task.RestoreStrategy;
import dev.remuda.task.RestoreTask;

/** A cluster with one Restore, in which plans are carried out and their statuses are written as JSON and read again. */
final class RestoreWorld {
    static final Duration START_DEADLINE = Duration.ofMinutes(10);
    static final String JOB = "back-restore";

    final List<String> deleted = new ArrayList<>();
    final Set<Step.Tell> told = new LinkedHashSet<>();
    int created;
    Restore restore;
    Optional<Backup> backup = Optional.of(completedBackup());
    Optional<BackupPolicy> policy = Optional.of(Samples.policy());
    Optional<JobView> job = Optional.empty();
    Instant now = Samples.CREATED.plusSeconds(5);

    private final RestoreJobs making = new RestoreJobs(new JobBuilding(Samples.CONFIG));

    RestoreWorld() {
        this(Samples.restore(RestoreStrategy.Recreate, null, "horses"));
    }

    RestoreWorld(Restore restore) {
        this.restore = restore;
    }

    static Backup completedBackup() {
        return backup(Phase.Completed);
    }

    static Backup backup(Phase phase) {
        return backup(phase, "stables/stable/horses/monday-6f1c2a34-6f1c2a34-1/");
    }

    static Backup backup(Phase phase, String prefix) {
        var done = Samples.backedUp();
        Backup backup = Samples.backup();
        backup.setStatus(new BackupStatus(
                phase, List.of(new ConditionBuilder().withType("Completed").build()), null, Samples.CREATED, done.finishedAt(), "42s",
                Samples.database(), Samples.storage(), new JobTemplateSpec(null, "backed-up-as", null, null, null, null), new BackupStatus.Location("s3://backups/" + prefix, prefix, done.dataKey()), null, null, null, null, done.snapshotAt(),
                done.sizeBytes(), "1.4 MiB", null, null, done.databaseName(), null, null, null, null, null));
        return backup;
    }

    Observed seen() {
        return new Observed(restore, backup, policy, job, now);
    }

    RestorePlan plan() {
        return RestorePlan.of(seen(), making, START_DEADLINE);
    }

    RestorePlan reconcile() {
        RestorePlan plan = plan();
        act(plan);
        write(plan);
        return plan;
    }

    RestorePlan reconcileUntilItRests() {
        RestorePlan plan = reconcile();
        while (plan.again().filter(Duration::isZero).isPresent()) {
            plan = reconcile();
        }
        return plan;
    }

    void act(RestorePlan plan) {
        for (Step step : plan.steps()) {
            switch (step) {
                case Step.CreateJob(Job wanted) -> {
                    if (job.isPresent()) {
                        throw new Refusal(HttpURLConnection.HTTP_CONFLICT, "exists");
                    }
                    created++;
                    job = Optional.of(new JobView(wanted.getMetadata().getName(), Optional.of(Pods.createdAt(wanted, now)), Optional.empty()));
                }
                case Step.DeleteJob(String name) -> {
                    deleted.add(name);
                    job = Optional.empty();
                }
                case Step.Tell words -> told.add(words);
                default -> throw new AssertionError(step);
            }
        }
    }

    void write(RestorePlan plan) {
        if (!plan.status().equals(status())) {
            Restore written = new Restore();
            written.setMetadata(restore.getMetadata());
            written.setSpec(restore.getSpec());
            written.setStatus(plan.status());
            restore = Serialization.unmarshal(Serialization.asJson(written), Restore.class);
        }
    }

    void pod(Function<Job, Pod> pod) {
        Job known = job.orElseThrow().job().orElseThrow();
        job = Optional.of(new JobView(JOB, Optional.of(known), Optional.of(pod.apply(known))));
    }

    void job(UnaryOperator<Job> change) {
        job = job.map(view -> new JobView(JOB, view.job().map(change), view.pod()));
    }

    RestoreStatus status() {
        return restore.getStatus();
    }

    String reason() {
        return status().conditions().getFirst().getReason();
    }

    String message() {
        return status().conditions().getFirst().getMessage();
    }

    RestoreTask task() {
        Job known = job.orElseThrow().job().orElseThrow();
        return Json.read(
                known.getSpec().getTemplate().getSpec().getContainers().getFirst().getEnv().getFirst().getValue(), RestoreTask.class);
    }
}
