package dev.remuda.policy;

import java.net.HttpURLConnection;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.utils.Serialization;

import dev.remuda.api.Backup;
import dev.remuda.api.BackupPolicy;
import dev.remuda.api.BackupPolicySpec;
import dev.remuda.api.BackupPolicyStatus;
import dev.remuda.api.BackupPolicyStatus.Catalogue;
import dev.remuda.api.BackupSpec;
import dev.remuda.api.BackupStatus;
import dev.remuda.api.NameRef;
import dev.remuda.api.Phase;
import dev.remuda.api.Restore;
import dev.remuda.api.StoreJob;
import dev.remuda.job.JobBuilding;
import dev.remuda.job.JobView;
import dev.remuda.job.Names;
import dev.remuda.job.Owner;
import dev.remuda.job.Refusal;
import dev.remuda.job.Step;
import dev.remuda.support.Pods;
import dev.remuda.support.Samples;
import dev.remuda.task.BackupResult;
import dev.remuda.task.CatalogueResult;
import dev.remuda.task.CatalogueTask;
import dev.remuda.task.Catalogued;
import dev.remuda.task.CopyResult;
import dev.remuda.task.CopyTask;
import dev.remuda.task.DrillTask;
import dev.remuda.task.FailureResult;
import dev.remuda.task.Json;
import dev.remuda.task.MaintainResult;
import dev.remuda.task.MaintainTask;
import dev.remuda.task.Reason;
import dev.remuda.task.RestoreResult;
import dev.remuda.task.Result;
import dev.remuda.task.StorageClass;
import dev.remuda.task.StoreAccess;
import dev.remuda.task.Task;
import dev.remuda.task.VerifyResult;
import dev.remuda.task.VerifyTask;

/**
 * A cluster with one policy and a store, in which plans are carried out, their statuses written as JSON and read again, and Jobs for the store
 * are done at once. Any step may be the last one before the operator dies, and any deletion the last one before the worker does.
 */
final class PolicyWorld {
    static final Duration START_DEADLINE = Duration.ofMinutes(10);
    private static final int MANY = 200;

    final Map<String, Backup> backups = new TreeMap<>();
    final Map<String, JobView> jobs = new LinkedHashMap<>();
    final List<Restore> restores = new ArrayList<>();
    final List<Step.Tell> told = new ArrayList<>();
    final List<String> changes = new ArrayList<>();
    final Map<String, Stored> store = new TreeMap<>();

    /** What is in further stores, by the name of the bucket or volume. */
    final Map<String, Map<String, Stored>> others = new TreeMap<>();

    /** Further stores that do not answer. */
    final Set<String> away = new HashSet<>();

    /** How many more backups the worker copies before it is killed; for ever by default. */
    int copiesLeft = Integer.MAX_VALUE;

    final List<String> created = new ArrayList<>();
    final Map<String, Made> made = new TreeMap<>();
    final Set<String> purged = new HashSet<>();
    final List<MaintainTask> tasks = new ArrayList<>();
    final List<CopyTask> copied = new ArrayList<>();

    /** What the workers that looked for backups said in their logs, by Job. */
    final Map<String, List<Catalogued>> said = new HashMap<>();

    /** Backups that are noted as pinned in the store, and folders there that are no whole backups. */
    final Set<String> pins = new HashSet<>();

    /** Backups whose dump is not what it was, and those that cannot be restored, each with what is then found. */
    final Map<String, Reason> damaged = new HashMap<>();

    final Map<String, Reason> refuted = new HashMap<>();

    /** What the Jobs were about that verify, in their order: the kind of the Job and the Backup. */
    final List<String> proved = new ArrayList<>();

    List<String> unreadable = List.of();

    /** The BackupPolicy of another cluster that has the store; empty: none. */
    String owner = "";
    BackupPolicy policy = lookedThrough();
    Instant now = Samples.CREATED;

    /** How far the clock of the nodes is from the operator's. */
    Duration nodesAhead = Duration.ZERO;

    /** Looks at the world right before a Backup is purged. */
    Consumer<String> beforePurge = backup -> {};

    /** Why the API server takes no Backup; null: it does. */
    String refused;

    /** How many more steps the operator takes before it dies, and the worker before it is killed; for ever by default. */
    int stepsLeft = Integer.MAX_VALUE;

    int deletionsLeft = Integer.MAX_VALUE;

    private final PolicyJobs making = new PolicyJobs(new JobBuilding(Samples.CONFIG));
    private final CopyJobs makingCopies = new CopyJobs(new JobBuilding(Samples.CONFIG));

    /** A backup that was once completed. */
    record Made(String name, Instant snapshotAt, List<String> tiers) {}

    /** What is in the store of one backup. */
    record Stored(boolean manifest, String tier, StorageClass storageClass) {}

    /** The operator is gone. */
    static final class Died extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    /** One whose store was looked through for backups before. */
    private static BackupPolicy lookedThrough() {
        BackupPolicy policy = Samples.policy();
        policy.setStatus(new BackupPolicyStatus(
                null, null, null, null, null, null, null, null, null, new Catalogue(new StoreJob(1, "horses-catalogue-1", Samples.CREATED, Samples.CREATED, null, null, 0), null, null, 0, Samples.CREATED, null), null, null));
        return policy;
    }

    /** One that was just applied, in this cluster or in another. */
    void forget() {
        policy = Samples.policy();
        backups.clear();
        jobs.clear();
    }

    Observed seen() {
        Observed.Jobs found = Observed.Jobs.of(status(), job -> Optional.ofNullable(jobs.get(job.name())));
        List<Catalogued> told = found.catalogue().map(view -> said.getOrDefault(view.name(), List.of())).orElse(List.of());
        Map<Boolean, List<Backup>> known = backups.values().stream().collect(Collectors.partitioningBy(backup -> backup.getSpec().safety() != null));
        return new Observed(policy, known.get(false), known.get(true), restores, Optional.empty(), found, told, now);
    }

    PolicyPlan plan() {
        Observed seen = seen();
        return PolicyPlan.of(seen, Retaining.of(seen), making, makingCopies, START_DEADLINE);
    }

    /** One whole reconcile. */
    PolicyPlan reconcile() {
        PolicyPlan plan = plan();
        try {
            plan.steps().forEach(this::act);
        } catch (Refusal refusal) {
            plan = PolicyPlan.refused(seen(), refusal);
            plan.steps().forEach(this::act);
        }
        if (!plan.status().equals(status())) {
            step();
            BackupPolicy written = new BackupPolicy();
            written.setMetadata(policy.getMetadata());
            written.setSpec(policy.getSpec());
            written.setStatus(plan.status());
            policy = Serialization.unmarshal(Serialization.asJson(written), BackupPolicy.class);
        }
        return plan;
    }

    /** Reconciles until nothing is left to do at this moment. */
    PolicyPlan reconcileUntilItRests() {
        for (int i = 0; i < MANY; i++) {
            BackupPolicyStatus before = status();
            PolicyPlan plan = reconcile();
            if (plan.steps().isEmpty() && before.equals(status()) && plan.again().filter(Duration::isZero).isEmpty()) {
                return plan;
            }
        }
        throw new AssertionError("it never rests: " + plan());
    }

    void spec(UnaryOperator<BackupPolicySpec> change) {
        policy.setSpec(change.apply(policy.getSpec()));
        policy.getMetadata().setGeneration(policy.getMetadata().getGeneration() + 1);
    }

    BackupPolicyStatus status() {
        return policy.getStatus() == null ? BackupPolicyStatus.NONE : policy.getStatus();
    }

    String ready() {
        return condition("Ready").getReason();
    }

    String maintained() {
        return condition("Maintained").getReason();
    }

    Condition condition(String type) {
        return status().conditions().stream().filter(condition -> condition.getType().equals(type)).findFirst().orElseThrow();
    }

    /** Status and reason of the Backup's condition; empty: it has none. */
    String condition(String backup, String type) {
        return backups.get(backup).getStatus().conditions().stream()
                .filter(condition -> condition.getType().equals(type))
                .map(condition -> condition.getStatus() + " " + condition.getReason())
                .findFirst().orElse("");
    }

    /** A Backup that a person asked for. */
    Backup onDemand(String name, String... tiers) {
        Backup backup = meta(name);
        backup.setSpec(new BackupSpec(new NameRef("horses"), List.of(tiers), null, null));
        backups.put(name, backup);
        return backup;
    }

    /** The Backup's worker has done its work; snapshot and completion are at this moment. */
    void complete(String name) {
        complete(name, now);
    }

    void complete(String name, Instant snapshotAt) {
        Backup backup = backups.get(name);
        String prefix = Names.attemptPrefix("stables", Owner.of(policy), Owner.of(backup), 1);
        String tier = policy.getSpec().hottest(backup.getSpec().ofTiers()).map(known -> known.name()).orElse(null);
        backup.setStatus(Samples.completed(snapshotAt, prefix, tier, StorageClass.STANDARD));
        store.put(prefix, new Stored(true, tier, StorageClass.STANDARD));
        made.put(name, new Made(name, snapshotAt, backup.getSpec().ofTiers()));
    }

    void run(String name) {
        backups.get(name).setStatus(BackupStatus.NONE.in(Phase.Running, null));
    }

    void fail(String name) {
        backups.get(name).setStatus(BackupStatus.NONE.in(Phase.Failed, null));
    }

    void pin(String name, boolean pinned) {
        BackupSpec spec = backups.get(name).getSpec();
        backups.get(name).setSpec(new BackupSpec(spec.policyRef(), spec.tiers(), spec.slot(), pinned));
    }

    /** Backups that are under way or waiting. */
    List<String> underWay() {
        return backups.values().stream()
                .filter(backup -> backup.getStatus() == null || !backup.getStatus().hasEnded())
                .map(backup -> backup.getMetadata().getName())
                .toList();
    }

    List<Backup> completed() {
        return backups.values().stream()
                .filter(backup -> backup.getStatus() != null && backup.getStatus().phase() == Phase.Completed)
                .sorted(Comparator.comparing(backup -> backup.getStatus().snapshotAt()))
                .toList();
    }

    Stored stored(Backup backup) {
        return store.get(backup.getStatus().location().prefix());
    }

    private void act(Step step) {
        step();
        switch (step) {
            case Step.CreateJob(Job job) -> create(job);
            case Step.DeleteJob(String name) -> jobs.remove(name);
            case Step.Tell words when words.reason().equals("PolicyChanged") -> changes.add(words.message());
            case Step.Tell words -> told.add(words);
            case Step.CreateBackup(Backup backup) -> create(backup);
            case Step.UpdateStatus(HasMetadata changed) -> backups.computeIfPresent(changed.getMetadata().getName(), (name, known) -> {
                known.setStatus(Serialization.unmarshal(Serialization.asJson(changed), Backup.class).getStatus());
                return known;
            });
            case Step.Amend(HasMetadata changed) -> backups.get(changed.getMetadata().getName()).setMetadata(changed.getMetadata());
            case Step.DeleteBackup(String name, String uid) -> backups.values().removeIf(backup -> backup.getMetadata().getUid().equals(uid));
        }
    }

    private void step() {
        if (stepsLeft-- <= 0) {
            throw new Died();
        }
    }

    private void create(Backup wanted) {
        String name = wanted.getMetadata().getName();
        if (refused != null) {
            throw new Refusal(HttpURLConnection.HTTP_FORBIDDEN, refused);
        }
        if (backups.containsKey(name)) {
            throw new Refusal(HttpURLConnection.HTTP_CONFLICT, name + " exists");
        }
        Backup backup = meta(name);
        backup.getMetadata().setAnnotations(wanted.getMetadata().getAnnotations());
        backup.setSpec(wanted.getSpec());
        backups.put(name, backup);
        created.add(name);
    }

    private Backup meta(String name) {
        Backup backup = new Backup();
        backup.setMetadata(new ObjectMetaBuilder()
                .withName(name)
                .withNamespace(Samples.NAMESPACE)
                .withUid(UUID.nameUUIDFromBytes((name + now).getBytes(StandardCharsets.UTF_8)).toString())
                .withGeneration(1L)
                .withCreationTimestamp(now.toString())
                .build());
        return backup;
    }

    private void create(Job job) {
        String name = job.getMetadata().getName();
        if (jobs.containsKey(name)) {
            throw new Refusal(HttpURLConnection.HTTP_CONFLICT, name + " exists");
        }
        Task task = Json.read(job.getSpec().getTemplate().getSpec().getContainers().getFirst().getEnv().getFirst().getValue(), Task.class);
        Job made = Pods.createdAt(job, now);
        Pod pod = switch (task) {
            case MaintainTask maintain -> {
                tasks.add(maintain);
                yield work(made, () -> maintain(maintain));
            }
            case CatalogueTask catalogue -> Pods.reported(made, catalogue(name, catalogue));
            case VerifyTask verify -> Pods.reported(made, verify(verify));
            case DrillTask drill -> Pods.reported(made, drill(drill));
            case CopyTask copy -> work(made, () -> copy(copy));
            default -> throw new IllegalArgumentException(name);
        };
        jobs.put(name, new JobView(name, Optional.of(made), Optional.of(pod)));
    }

    private Result catalogue(String job, CatalogueTask task) {
        List<String> all = store.keySet().stream().filter(this::isWhole).filter(prefix -> task.after() == null || prefix.compareTo(task.after()) > 0).toList();
        List<String> these = all.subList(0, Math.min(task.most(), all.size()));
        said.put(job, IntStream.range(0, these.size()).mapToObj(i -> catalogued(these.get(i), i + 1)).toList());
        return new CatalogueResult(these.size(), these.isEmpty() ? task.after() : these.getLast(), all.size() > these.size(), owner.isEmpty() || owner.equals(task.claimant().takeOverFrom()) ? null : "it belongs to " + owner, unreadable);
    }

    private Catalogued catalogued(String prefix, int number) {
        Made of = made.values().stream().filter(one -> prefix.contains("/" + one.name() + "-")).findFirst().orElseThrow();
        BackupResult known = Samples.backedUp();
        BackupResult result = new BackupResult(
                known.databaseName(), prefix + "data.dump.zst", known.sizeBytes(), known.checksum(), known.databaseSizeBytes(), of.snapshotAt(), of.snapshotAt(), of.snapshotAt(),
                known.serverVersion(), known.lsn(), known.extensions(), known.tables(), known.rows(), null, null);
        return new Catalogued(number, of.name(), of.tiers(), null, store.get(prefix).tier(), store.get(prefix).storageClass(), null, pins.contains(of.name()), result);
    }

    private Result verify(VerifyTask task) {
        List<String> whole = new ArrayList<>();
        List<VerifyResult.Damaged> bad = new ArrayList<>();
        for (VerifyTask.Item item : task.backups()) {
            proved.add("read " + item.backup());
            Reason reason = damaged.get(item.backup());
            if (reason == null) {
                whole.add(item.uid());
            } else if (reason.isDamage()) {
                bad.add(new VerifyResult.Damaged(item.uid(), reason, "it is not what it was"));
            } else {
                return new VerifyResult(whole, null, null, bad, new FailureResult(reason, "the store is away", false));
            }
        }
        return new VerifyResult(whole, null, null, bad, null);
    }

    private Result drill(DrillTask task) {
        String name = backups.values().stream()
                .filter(backup -> task.prefix().equals(Observed.statusOf(backup).location() == null ? null : backup.getStatus().location().prefix()))
                .map(backup -> backup.getMetadata().getName()).findFirst().orElseThrow();
        proved.add("drill " + name);
        Reason reason = refuted.getOrDefault(name, damaged.get(name));
        return reason == null
                ? new RestoreResult("horses", 4, 2_000_000L, 1_468_006L, "17.5", null, now.minusSeconds(42), now)
                : new FailureResult(reason, "it went wrong", false);
    }

    private Pod work(Job job, Supplier<Result> task) {
        try {
            return Pods.reported(job, task.get());
        } catch (Died killed) {
            deletionsLeft = Integer.MAX_VALUE;
            copiesLeft = Integer.MAX_VALUE;
            return Pods.ended(job, 137, "Error", null);
        }
    }

    private Result copy(CopyTask task) {
        copied.add(task);
        if (away.contains(task.to().bucket())) {
            return new FailureResult(Reason.StorageUnreachable, "the store at " + task.to().bucket() + " does not answer", false);
        }
        List<String> done = new ArrayList<>();
        List<CopyResult.Failed> failed = new ArrayList<>();
        for (CopyTask.Item item : task.backups()) {
            if (!store.containsKey(item.from())) {
                failed.add(new CopyResult.Failed(item.uid(), Reason.ObjectMissing, item.from() + " is not in the store"));
                continue;
            }
            if (copiesLeft-- <= 0) {
                throw new Died();
            }
            of(task.to()).put(item.to(), store.get(item.from()));
            done.add(item.uid());
        }
        return new CopyResult(done, task.to().lock() == null ? null : task.to().lock().until(), failed);
    }

    /** All stores that the policy itself has had are one here. */
    private Map<String, Stored> of(StoreAccess access) {
        boolean copies = policy.getSpec().copies().stream().anyMatch(copy -> copy.storage().url("").split("/")[2].equals(access.bucket()));
        return copies ? others.computeIfAbsent(access.bucket(), bucket -> new TreeMap<>()) : store;
    }

    private Result maintain(MaintainTask task) {
        if (away.contains(task.store().bucket())) {
            return new FailureResult(Reason.StorageUnreachable, "the store at " + task.store().bucket() + " does not answer", false);
        }
        Map<String, Stored> store = of(task.store());
        List<String> missing = task.kept().stream().filter(kept -> !isWhole(store, folder(kept.dataKey()))).map(MaintainTask.Kept::backup).toList();
        List<MaintainResult.Moved> moved = new ArrayList<>();
        for (MaintainTask.Move move : task.moves()) {
            Stored old = store.get(move.prefix());
            if (old != null) {
                StorageClass next = move.storageClass() == null ? old.storageClass() : move.storageClass();
                store.put(move.prefix(), new Stored(old.manifest(), move.tier(), next));
                moved.add(new MaintainResult.Moved(move.uid(), move.tier(), next));
            }
        }
        List<String> done = new ArrayList<>();
        List<MaintainResult.Spared> spared = new ArrayList<>();
        for (MaintainTask.Purge purge : task.purges()) {
            boolean early = purge.notBefore() != null && now.plus(nodesAhead).isBefore(purge.notBefore());
            if (!missing.isEmpty() || early) {
                spared.add(new MaintainResult.Spared(purge.uid(), early ? "not yet" : "others are missing"));
            } else {
                delete(store, purge);
                done.add(purge.uid());
            }
        }
        return new MaintainResult(task.kept().size() - missing.size(), missing, done, moved, spared, null, 0, 0);
    }

    /** Manifest first, then the data. */
    private void delete(Map<String, Stored> store, MaintainTask.Purge purge) {
        kill();
        beforePurge.accept(purge.backup());
        store.computeIfPresent(purge.prefix(), (prefix, old) -> new Stored(false, old.tier(), old.storageClass()));
        purged.add(purge.backup());
        kill();
        store.remove(purge.prefix());
    }

    private void kill() {
        if (deletionsLeft-- <= 0) {
            throw new Died();
        }
    }

    private boolean isWhole(String prefix) {
        return isWhole(store, prefix);
    }

    private static boolean isWhole(Map<String, Stored> store, String prefix) {
        return store.containsKey(prefix) && store.get(prefix).manifest();
    }

    private static String folder(String key) {
        return key.substring(0, key.lastIndexOf('/') + 1);
    }

    /** The reason for which the last Job failed. */
    Reason failure() {
        return status().maintenance().job().reason();
    }
}
