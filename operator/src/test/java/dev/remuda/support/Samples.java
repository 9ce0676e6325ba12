package dev.remuda.support;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;

import dev.remuda.api.Attempt;
import dev.remuda.api.Backup;
import dev.remuda.api.BackupPolicy;
import dev.remuda.api.BackupPolicySpec;
import dev.remuda.api.BackupSpec;
import dev.remuda.api.BackupStatus;
import dev.remuda.api.CopySpec;
import dev.remuda.api.DatabaseSpec;
import dev.remuda.api.DumpSpec;
import dev.remuda.api.JobTemplateSpec;
import dev.remuda.api.NameRef;
import dev.remuda.api.NotificationSpec;
import dev.remuda.api.ObjectivesSpec;
import dev.remuda.api.Phase;
import dev.remuda.api.Restore;
import dev.remuda.api.RestoreSpec;
import dev.remuda.api.RetrySpec;
import dev.remuda.api.S3Spec;
import dev.remuda.api.SecretRef;
import dev.remuda.api.StorageSpec;
import dev.remuda.api.Target;
import dev.remuda.api.TierSpec;
import dev.remuda.api.VerificationSpec;
import dev.remuda.config.OperatorConfig;
import dev.remuda.task.BackupResult;
import dev.remuda.task.Json;
import dev.remuda.task.PreflightResult;
import dev.remuda.task.Reason;
import dev.remuda.task.RestoreResult;
import dev.remuda.task.RestoreStrategy;
import dev.remuda.task.StorageClass;
import dev.remuda.task.SwitchResult;

/** Resources and results as a user and a worker write them; all of them are of one database, {@code horses}. */
public final class Samples {
    public static final String NAMESPACE = "stable";
    public static final Instant CREATED = Instant.parse("2026-03-01T02:00:00Z");
    public static final String UID = "6f1c2a34-0000-4000-8000-000000000001";
    public static final OperatorConfig CONFIG =
            new OperatorConfig(Set.of(), "remuda:test", "IfNotPresent", Duration.ofMinutes(10), Duration.ofMinutes(10), 0, false, Optional.empty(), "default");

    private Samples() {}

    public static BackupPolicy policy() {
        return policy(JobTemplateSpec.EMPTY);
    }

    public static BackupPolicy policy(JobTemplateSpec template) {
        BackupPolicy policy = new BackupPolicy();
        policy.setMetadata(meta("horses"));
        policy.setSpec(spec(database(), template));
        return policy;
    }

    /** Of a policy without tiers. */
    public static BackupPolicySpec spec(DatabaseSpec database, JobTemplateSpec template) {
        return new BackupPolicySpec(database, storage(), null, null, null, null, null, null, null, null, null, "2h", null, null, null, null, null, null, null, template);
    }

    /** The same policy with these tiers. */
    public static BackupPolicySpec with(BackupPolicySpec spec, TierSpec... tiers) {
        return changed(spec, "tiers", List.of(tiers));
    }

    /** The same policy, which tries again so often. */
    public static BackupPolicySpec retrying(BackupPolicySpec spec, RetrySpec retry) {
        return changed(spec, "retry", retry);
    }

    /** The same policy with another timeout. */
    public static BackupPolicySpec within(BackupPolicySpec spec, String timeout) {
        return changed(spec, "timeout", timeout);
    }

    /** The same policy with a promise. */
    public static BackupPolicySpec promising(BackupPolicySpec spec, ObjectivesSpec objectives) {
        return changed(spec, "objectives", objectives);
    }

    /** The same policy, of which somebody is told. */
    public static BackupPolicySpec notifying(BackupPolicySpec spec, List<NotificationSpec> notifications) {
        return changed(spec, "notifications", notifications);
    }

    /** The same policy with another dump. */
    public static BackupPolicySpec dumping(BackupPolicySpec spec, DumpSpec dump) {
        return changed(spec, "dump", dump);
    }

    /** The same policy, whose backups are proved. */
    public static BackupPolicySpec verifying(BackupPolicySpec spec, VerificationSpec verification) {
        return changed(spec, "verification", verification);
    }

    /** The same policy, whose backups are copied. */
    public static BackupPolicySpec copying(BackupPolicySpec spec, List<CopySpec> copies) {
        return changed(spec, "copies", copies);
    }

    /** The same policy, with another store. */
    public static BackupPolicySpec storing(BackupPolicySpec spec, StorageSpec storage) {
        return changed(spec, "storage", storage);
    }

    private static BackupPolicySpec changed(BackupPolicySpec spec, String field, Object value) {
        ObjectNode json = Json.MAPPER.valueToTree(spec);
        json.set(field, Json.MAPPER.valueToTree(value));
        return Json.MAPPER.convertValue(json, BackupPolicySpec.class);
    }

    /** A status as a completed backup has it. */
    public static BackupStatus completed(Instant snapshotAt, String prefix, String tier, StorageClass storageClass) {
        return new BackupStatus(
                Phase.Completed, List.of(new ConditionBuilder().withType("Completed").withStatus("True").build()), null, snapshotAt.minusSeconds(1),
                snapshotAt.plusSeconds(30), "31s", database(), storage(), JobTemplateSpec.EMPTY,
                new BackupStatus.Location("s3://backups/" + prefix, prefix, prefix + "data.dump.zst"), tier, storageClass, null, null, snapshotAt, 1_468_006L,
                "1.4 MiB", 9_000_000L, "sha256:00", "horses", "17.5", "0/1A2B3C", null, 4, 2_000_000L);
    }

    /** A status as a failed backup has it. */
    public static BackupStatus failed(Instant at) {
        return new BackupStatus(
                Phase.Failed, List.of(new ConditionBuilder().withType("Completed").withStatus("False").withReason("PodLost").build()),
                List.of(Attempt.planned(1, "monday-1").failed(at, Reason.PodLost, "m")), at.minusSeconds(5), at, "5s", null, null, null, null, null, null, null, null, null, null, null,
                null, null, null, null, null, null, null, null);
    }

    public static Backup backup() {
        Backup backup = new Backup();
        backup.setMetadata(meta("monday"));
        backup.setSpec(new BackupSpec(new NameRef("horses"), null, null, null));
        return backup;
    }

    public static Restore restore(RestoreStrategy strategy, Target target, String confirm) {
        Restore restore = new Restore();
        restore.setMetadata(meta("back"));
        restore.setSpec(restoring("monday", target, strategy, confirm));
        return restore;
    }

    public static RestoreSpec restoring(String backup, Target target, RestoreStrategy strategy, String confirm) {
        RestoreSpec.Source source = new RestoreSpec.Source(new NameRef(backup), null, null, null, null, null);
        return new RestoreSpec(source, target, strategy, confirm, null, null, null, null, null, null, null, null, null, null);
    }

    public static DatabaseSpec database() {
        return new DatabaseSpec("db.stable.svc", 5432, "horses", null, new SecretRef("horses-db", null), null);
    }

    public static StorageSpec storage() {
        return new StorageSpec(new S3Spec("backups", "stables", null, null, null, new SecretRef("backup-s3", null), null, null, null, null), null);
    }

    public static BackupResult backedUp() {
        return new BackupResult(
                "horses", "stables/stable/horses/monday-6f1c2a34-6f1c2a34-1/data.dump.zst", 1_468_006, "sha256:00", 9_000_000, CREATED.plusSeconds(10),
                CREATED.plusSeconds(11), CREATED.plusSeconds(42), "17.5", "0/1A2B3C", Map.of("plpgsql", "1.0"), 4, 2_000_000, null, null);
    }

    public static RestoreResult restored() {
        return new RestoreResult("horses", 4, 2_000_000, 1_468_006, "17.5", null, CREATED.plusSeconds(10), CREATED.plusSeconds(72));
    }

    /** Of the target as it was. */
    public static final Long TARGET_OID = 16_384L;

    public static PreflightResult looked(boolean targetExists) {
        return new PreflightResult("horses", targetExists ? TARGET_OID : null, "17.5", CREATED.plusSeconds(11), null, null, CREATED.plusSeconds(60));
    }

    public static SwitchResult switched(Long replacedOid) {
        return new SwitchResult("horses", replacedOid, replacedOid == null ? null : "ALTER DATABASE …", 40, null, CREATED.plusSeconds(72));
    }

    /** The resource in another namespace, as a user gives it to the API server. */
    public static <T extends HasMetadata> T in(String namespace, T resource) {
        resource.setMetadata(new ObjectMetaBuilder().withName(resource.getMetadata().getName()).withNamespace(namespace).build());
        return resource;
    }

    /** An operator for one namespace, without a rival. */
    public static OperatorConfig config(String namespace) {
        return config(namespace, CONFIG.startDeadline());
    }

    public static OperatorConfig config(String namespace, Duration startDeadline) {
        return new OperatorConfig(Set.of(namespace), CONFIG.workerImage(), CONFIG.imagePullPolicy(), startDeadline, CONFIG.archivePoll(), 0, false, Optional.empty(), namespace);
    }

    private static ObjectMeta meta(String name) {
        return new ObjectMetaBuilder()
                .withNamespace(NAMESPACE)
                .withName(name)
                .withUid(UID)
                .withGeneration(1L)
                .withCreationTimestamp(CREATED.toString())
                .build();
    }
}
