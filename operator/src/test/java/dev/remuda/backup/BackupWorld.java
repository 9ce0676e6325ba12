package dev.remuda.backup;

import java.net.HttpURLConnection;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.utils.Serialization;

import dev.remuda.api.Attempt;
import dev.remuda.api.Backup;
import dev.remuda.api.BackupPolicy;
import dev.remuda.api.BackupStatus;
import dev.remuda.api.RetrySpec;
import dev.remuda.job.JobBuilding;
import dev.remuda.job.JobView;
import dev.remuda.job.Refusal;
import dev.remuda.job.Step;
import dev.remuda.support.Pods;
import dev.remuda.support.Samples;
import dev.remuda.task.Json;
import dev.remuda.task.Task;

/** A cluster with one Backup, in which plans are carried out and their statuses are written as JSON and read again. */
final class BackupWorld {
    static final Duration START_DEADLINE = Duration.ofMinutes(10);
    static final String JOB = "monday-1";
    static final String SETTLE = "monday-1-settle";

    final Map<String, JobView> jobs = new LinkedHashMap<>();
    final List<String> created = new ArrayList<>();
    final List<String> deleted = new ArrayList<>();
    final Set<Step.Tell> told = new LinkedHashSet<>();
    Backup backup = Samples.backup();
    Optional<BackupPolicy> policy = Optional.of(Samples.policy());
    Instant now = Samples.CREATED.plusSeconds(5);

    private final BackupJobs making = new BackupJobs(new JobBuilding(Samples.CONFIG));

    Observed seen() {
        Map<String, JobView> looked = new LinkedHashMap<>(jobs);
        looked.keySet().retainAll(new Observed(backup, policy, Map.of(), now).plannedJobs());
        return new Observed(backup, policy, looked, now);
    }

    BackupPlan plan() {
        return BackupPlan.of(seen(), making, START_DEADLINE);
    }

    /** One whole reconcile. */
    BackupPlan reconcile() {
        BackupPlan plan = plan();
        act(plan);
        write(plan);
        return plan;
    }

    /** Reconciles for as long as a plan wants to be looked at again at once. */
    BackupPlan reconcileUntilItRests() {
        BackupPlan plan = reconcile();
        while (plan.again().filter(Duration::isZero).isPresent()) {
            plan = reconcile();
        }
        return plan;
    }

    void act(BackupPlan plan) {
        for (Step step : plan.steps()) {
            switch (step) {
                case Step.CreateJob(Job job) -> create(job);
                case Step.DeleteJob(String name) -> {
                    deleted.add(name);
                    jobs.remove(name);
                }
                case Step.Tell words -> told.add(words);
                case Step.Amend(HasMetadata amended) -> backup.setMetadata(amended.getMetadata());
                case Step.CreateBackup create -> throw new AssertionError(create);
                case Step.UpdateStatus update -> throw new AssertionError(update);
                case Step.DeleteBackup delete -> throw new AssertionError(delete);
            }
        }
    }

    void write(BackupPlan plan) {
        if (!plan.status().equals(status())) {
            Backup written = new Backup();
            written.setMetadata(backup.getMetadata());
            written.setSpec(backup.getSpec());
            written.setStatus(plan.status());
            backup = Serialization.unmarshal(Serialization.asJson(written), Backup.class);
        }
    }

    /** The Job now has such a Pod. */
    void pod(String job, Function<Job, Pod> pod) {
        Job known = jobs.get(job).job().orElseThrow();
        jobs.put(job, new JobView(job, Optional.of(known), Optional.of(pod.apply(known))));
    }

    void job(String name, Function<Job, Job> change) {
        jobs.computeIfPresent(name, (same, view) -> new JobView(name, view.job().map(change), view.pod()));
    }

    /** The Job and its Pod are gone. */
    void lose(String job) {
        jobs.remove(job);
    }

    Task task(String job) {
        Job known = jobs.get(job).job().orElseThrow();
        return Json.read(known.getSpec().getTemplate().getSpec().getContainers().getFirst().getEnv().getFirst().getValue(), Task.class);
    }

    BackupStatus status() {
        return backup.getStatus();
    }

    Attempt attempt() {
        return status().attempts().getLast();
    }

    /** The policy says so. */
    void retry(int limit, String backoff) {
        policy.orElseThrow().setSpec(Samples.retrying(policy.get().getSpec(), new RetrySpec(limit, backoff)));
    }

    String reason() {
        return status().conditions().getFirst().getReason();
    }

    String message() {
        return status().conditions().getFirst().getMessage();
    }

    private void create(Job job) {
        String name = job.getMetadata().getName();
        if (jobs.containsKey(name)) {
            throw new Refusal(HttpURLConnection.HTTP_CONFLICT, name + " exists");
        }
        created.add(name);
        jobs.put(name, new JobView(name, Optional.of(Pods.createdAt(job, now)), Optional.empty()));
    }
}
