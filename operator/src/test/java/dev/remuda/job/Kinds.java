package dev.remuda.job;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.fabric8.kubernetes.api.model.TolerationBuilder;

import dev.remuda.api.CaRef;
import dev.remuda.api.DatabaseSpec;
import dev.remuda.api.JobTemplateSpec;
import dev.remuda.api.RestoreSpec.Migrations;
import dev.remuda.api.SecretRef;
import dev.remuda.api.SslMode;
import dev.remuda.api.StorageSpec;
import dev.remuda.api.VerificationSpec;
import dev.remuda.api.VolumeSpec;
import dev.remuda.support.Pods;
import dev.remuda.support.Samples;
import dev.remuda.task.ConnectionTask;
import dev.remuda.task.SettleTask;

/** The Pods of all kinds of Jobs, each with all that its kind may mount and all that a user may add. */
final class Kinds {
    static final String DATABASE = "database";
    static final String STORE = "store";
    static final String MIGRATIONS = "migrations";
    static final String DRILL_BESIDE = "drill-beside";

    /** What each kind works with; as the plans of backup, restore and policy mount it. */
    static final Map<String, List<String>> ALL = Map.ofEntries(
            Map.entry("backup", List.of(DATABASE, STORE)),
            Map.entry("settle", List.of(STORE)),
            Map.entry("purge", List.of(STORE)),
            Map.entry("maintain", List.of(STORE)),
            Map.entry("catalogue", List.of(STORE)),
            Map.entry("copy", List.of(STORE)),
            Map.entry("verify", List.of(STORE)),
            Map.entry("drill", List.of(DATABASE, STORE)),
            Map.entry(DRILL_BESIDE, List.of(STORE)),
            Map.entry("preflight", List.of(DATABASE, STORE)),
            Map.entry("restore", List.of(DATABASE, STORE)),
            Map.entry(MIGRATIONS, List.of(DATABASE)),
            Map.entry("switch", List.of(DATABASE)),
            Map.entry("clean-up", List.of(DATABASE)),
            Map.entry("report", List.of(STORE)),
            Map.entry("drop", List.of(DATABASE)));

    private static final DatabaseSpec SERVER = new DatabaseSpec(
            "db.stable.svc", 5432, "horses", SslMode.VERIFY_FULL, new SecretRef("horses-db", null), new CaRef(null, "issuer", null));
    private static final JobTemplateSpec EVERYTHING = new JobTemplateSpec(
            new ResourceRequirementsBuilder().build(), "writer", Map.of("disk", "ssd"), List.of(new TolerationBuilder().withKey("backup").withOperator("Exists").build()),
            Map.of("team", "stables"), Map.of("note", "n"));

    private Kinds() {}

    static Pod pod(String kind) {
        Mounts mounts = new Mounts();
        Owner owner = Owner.of(Samples.backup());
        JobBuilding building = new JobBuilding(Samples.CONFIG);
        if (kind.equals(MIGRATIONS)) {
            ConnectionTask task = new ConnectionTask(mounts.database(SERVER), "/remuda/connection");
            Migrations program = new Migrations("flyway:1", List.of("flyway"), List.of("migrate"), List.of(new EnvVarBuilder().withName("LOG").withValue("debug").build()), "30m");
            return Pods.of(building.migrations(owner, kind, program, task, mounts, EVERYTHING));
        }
        List<String> needs = new ArrayList<>(ALL.get(kind));
        if (needs.contains(DATABASE)) {
            mounts.database(SERVER);
        }
        if (kind.equals("restore")) {
            mounts.scratch("20Gi");
        }
        if (kind.equals("copy")) {
            mounts.copy(new StorageSpec(null, new VolumeSpec("local-backups", null)));
        }
        // The task is one variable's text, whatever it says.
        SettleTask task = new SettleTask(needs.contains(STORE) ? mounts.store(Samples.storage()) : null, "p/");
        if (kind.equals(DRILL_BESIDE)) {
            VerificationSpec.Server server = new VerificationSpec.Server("postgres:17", "20Gi", "fast", null, Map.of("work_mem", "64MB"));
            return Pods.of(building.drill(owner, kind, server, true, task, mounts, EVERYTHING, Duration.ofHours(1)));
        }
        return Pods.of(building.build(owner, kind, kind, task, mounts, EVERYTHING, Duration.ofHours(1)));
    }
}
