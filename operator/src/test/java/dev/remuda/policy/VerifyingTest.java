package dev.remuda.policy;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import io.fabric8.kubernetes.api.model.ConditionBuilder;
import org.junit.jupiter.api.Test;

import dev.remuda.api.Backup;
import dev.remuda.api.BackupStatus;
import dev.remuda.api.Phase;
import dev.remuda.api.SecretRef;
import dev.remuda.api.VerificationSpec;
import dev.remuda.job.Labels;
import dev.remuda.job.Step;
import dev.remuda.task.DrillTask;
import dev.remuda.task.Json;
import dev.remuda.task.StorageClass;
import dev.remuda.task.Task;

import static dev.remuda.policy.ThreeNights.DRILLS;
import static dev.remuda.policy.ThreeNights.READS;
import static dev.remuda.policy.ThreeNights.SERVER;
import static dev.remuda.policy.ThreeNights.at;
import static dev.remuda.policy.ThreeNights.backup;
import static org.assertj.core.api.Assertions.assertThat;

/** When stored backups are proved, and what becomes of it. */
class VerifyingTest {
    private final ThreeNights nights = new ThreeNights();
    private final PolicyWorld world = nights.world;

    @Test
    void withoutAWordOfItNothingIsDone() {
        nights.go("2026-03-03T12:00:00Z");
        assertThat(world.proved).isEmpty();
        assertThat(world.status().verification()).isNull();
        assertThat(world.status().conditions()).noneMatch(condition -> condition.getType().equals("Verified"));
    }

    @Test
    void aDrillIsHeldWithTheNewestWhenItIsTime() {
        nights.verify(DRILLS);
        assertThat(world.proved).as("a schedule counts from now on").isEmpty();
        assertThat(world.condition("Verified").getStatus()).isEqualTo("Unknown");

        nights.go("2026-03-03T03:00:01Z");
        assertThat(world.proved).containsExactly("drill " + backup(3));
        assertThat(world.condition(backup(3), "Verified")).isEqualTo("True Restored");
        assertThat(world.condition(backup(3), "Intact")).as("it was read for it").isEqualTo("True Read");
        assertThat(world.condition(backup(3), "Completed")).isEqualTo("True null");
        BackupStatus.Verification proof = world.backups.get(backup(3)).getStatus().verification();
        assertThat(proof.restoreSeconds()).isEqualTo(42);
        assertThat(proof.restoreDuration()).isEqualTo("42s");
        assertThat(proof.restoredAt()).isEqualTo(world.now);
        assertThat(world.status().verification().lastVerified().backup()).isEqualTo(backup(3));
        assertThat(world.condition("Verified").getMessage()).contains(backup(3), "42 s");
        assertThat(world.told).containsExactly(new Step.Tell(
                false, "Restored", "Backup " + backup(3) + " was restored in a drill within 42 s: 4 tables with 2000000 rows are what was backed up"));

        nights.go("2026-03-03T23:00:00Z");
        assertThat(world.proved).as("once for each moment of the schedule").hasSize(1);
    }

    @Test
    void theNewestIsDrilledAgainWhenNoneIsNewer() {
        nights.verify(DRILLS);
        nights.go("2026-03-03T03:00:01Z");
        nights.go("2026-03-04T03:00:01Z"); // the backup of this night is under way still
        assertThat(world.proved).as("disks do not stay as they were").containsExactly("drill " + backup(3), "drill " + backup(3));
        world.complete(backup(4));
        nights.go("2026-03-05T03:00:01Z");
        assertThat(world.proved).hasSize(3).endsWith("drill " + backup(4));
    }

    @Test
    void aPersonMayAskForOne() {
        world.backups.get(backup(1)).getMetadata().setAnnotations(Map.of(Labels.VERIFY, "now"));
        world.reconcileUntilItRests();
        assertThat(world.proved).as("there is nowhere to restore to").containsExactly("read " + backup(1));
        assertThat(world.condition(backup(1), "Intact")).isEqualTo("True Read");
        assertThat(world.backups.get(backup(1)).getStatus().verification().request()).isEqualTo("now");

        nights.verify(new VerificationSpec(null, SERVER, null, null, null, null, null));
        world.reconcileUntilItRests();
        assertThat(world.proved).as("it is answered").hasSize(1);
        world.backups.get(backup(1)).getMetadata().setAnnotations(Map.of(Labels.VERIFY, "once more"));
        world.reconcileUntilItRests();
        assertThat(world.proved).containsExactly("read " + backup(1), "drill " + backup(1));
        assertThat(world.condition(backup(1), "Verified")).isEqualTo("True Restored");
    }

    @Test
    void anOlderOneThatAPersonAskedForDoesNotStandForTheNewest() {
        nights.verify(DRILLS);
        world.now = at("2026-03-03T03:00:01Z");
        world.backups.get(backup(1)).getMetadata().setAnnotations(Map.of(Labels.VERIFY, "now"));
        world.reconcileUntilItRests();
        nights.go("2026-03-03T03:00:03Z");
        assertThat(world.proved).containsExactly("drill " + backup(1), "drill " + backup(3));
    }

    @Test
    void eachThatWasThereIsReadOnceForEachMoment() {
        nights.verify(READS);
        nights.go("2026-03-03T04:00:01Z");
        assertThat(world.proved).containsExactlyInAnyOrder("read " + backup(1), "read " + backup(2), "read " + backup(3));
        assertThat(world.jobs.keySet().stream().filter(name -> name.contains("verify"))).as("in one Job").containsExactly("horses-verify-1");
        nights.go("2026-03-03T23:00:00Z");
        assertThat(world.proved).hasSize(3);

        nights.go("2026-03-04T02:00:00Z");
        world.complete(backup(4));
        nights.go("2026-03-04T04:00:01Z");
        assertThat(world.proved.subList(3, 7)).containsExactlyInAnyOrder("read " + backup(1), "read " + backup(2), "read " + backup(3), "read " + backup(4));
    }

    @Test
    void manyAreReadInSeveralJobs() {
        for (int i = 0; i < 23; i++) {
            world.onDemand("more-" + i);
            world.complete("more-" + i);
        }
        nights.verify(READS);
        nights.go("2026-03-03T04:00:01Z");
        for (int i = 0; i < 5; i++) {
            nights.go(world.now.plusSeconds(2).toString());
        }
        assertThat(world.proved).hasSize(26).doesNotHaveDuplicates();
        assertThat(world.status().verification().job().number()).isEqualTo(3);
    }

    @Test
    void whatLiesInAnArchiveIsNotReadAndNotRestored() {
        Backup newest = world.backups.get(backup(3));
        newest.setStatus(newest.getStatus().moved("daily", StorageClass.GLACIER));
        nights.verify(new VerificationSpec("0 3 * * *", SERVER, null, null, null, null, READS.integrity()));
        nights.go("2026-03-03T03:00:01Z");
        nights.go("2026-03-03T04:00:01Z");
        assertThat(world.proved).startsWith("drill " + backup(2)).doesNotContain("drill " + backup(3), "read " + backup(3));
    }

    @Test
    void aSuspendedPolicyRestsButAnswers() {
        nights.verify(new VerificationSpec("0 3 * * *", SERVER, null, null, null, null, READS.integrity()));
        world.spec(spec -> Json.read(Json.write(spec).replace("\"suspend\":false", "\"suspend\":true"), dev.remuda.api.BackupPolicySpec.class));
        nights.go("2026-03-03T05:00:00Z");
        assertThat(world.proved).isEmpty();
        world.backups.get(backup(1)).getMetadata().setAnnotations(Map.of(Labels.VERIFY, "now"));
        world.reconcileUntilItRests();
        assertThat(world.proved).containsExactly("drill " + backup(1));
    }

    @Test
    void aScheduleThatNeverComesIsNamed() {
        nights.verify(new VerificationSpec("0 3 31 2 *", SERVER, null, null, null, null, null));
        assertThat(world.condition("Verified").getReason()).isEqualTo("InvalidSchedule");
        assertThat(world.condition("Verified").getMessage()).startsWith("verification.schedule is not followed: ").contains("0 3 31 2 *");
    }

    @Test
    void theJobHasWhatItNeedsAndAServerBesideIt() {
        nights.verify(DRILLS);
        nights.go("2026-03-03T03:00:01Z");
        var pod = world.jobs.get("horses-verify-1").job().orElseThrow().getSpec().getTemplate();
        DrillTask task = (DrillTask) Json.read(pod.getSpec().getContainers().getFirst().getEnv().getFirst().getValue(), Task.class);
        assertThat(task.target()).isNull();
        assertThat(task.checks()).containsExactly("SELECT true");
        assertThat(task.checksum()).isEqualTo("sha256:00");
        var server = pod.getSpec().getInitContainers().getFirst();
        assertThat(server.getImage()).isEqualTo("postgres:17");
        assertThat(server.getRestartPolicy()).isEqualTo("Always");
        assertThat(server.getArgs()).contains("work_mem=64MB", "listen_addresses=127.0.0.1").doesNotContain("shared_preload_libraries=timescaledb");
        assertThat(server.getVolumeMounts()).extracting(mount -> mount.getMountPath()).as("none of the Secrets").containsExactlyInAnyOrder("/remuda/drill", "/etc/passwd");
        assertThat(pod.getMetadata().getAnnotations()).containsEntry("remuda.dev/passwd", "postgres:x:65532:65532::/remuda/drill:/bin/sh");
    }

    @Test
    void aServerThatThereIsNeedsNoneBeside() {
        nights.verify(new VerificationSpec("0 3 * * *", null, new VerificationSpec.Elsewhere("drills.svc", null, null, new SecretRef("drills-db", null), null), null, "6h", null, null));
        nights.go("2026-03-03T03:00:01Z");
        var pod = world.jobs.get("horses-verify-1").job().orElseThrow().getSpec().getTemplate().getSpec();
        DrillTask task = (DrillTask) Json.read(pod.getContainers().getFirst().getEnv().getFirst().getValue(), Task.class);
        assertThat(task.target().host()).isEqualTo("drills.svc");
        assertThat(task.target().secret().name()).isEqualTo("drills-db");
        assertThat(pod.getInitContainers()).isEmpty();
        assertThat(pod.getActiveDeadlineSeconds()).isEqualTo(Duration.ofHours(6).toSeconds());
    }

    @Test
    void whatTheStoreLocksIsNotTriedToPurge() {
        BackupStatus status = world.backups.get(backup(1)).getStatus();
        BackupStatus.Location free = status.location();
        world.backups.get(backup(1)).setStatus(status.movedTo(new BackupStatus.Location(free.url(), free.prefix(), free.dataKey(), at("2026-04-10T00:00:00Z"))));
        nights.go("2026-04-05T02:00:00Z");
        world.underWay().forEach(world::complete);
        nights.go("2026-04-05T03:00:00Z");
        assertThat(world.backups).containsKey(backup(1)).doesNotContainKey(backup(2));
        assertThat(world.backups.get(backup(1)).getStatus().retainedBy()).containsExactly("locked in the store until 2026-04-10T00:00:00Z");
        nights.go("2026-04-11T03:00:00Z");
        assertThat(world.purged).contains(backup(1));
    }

    @Test
    void aSuspiciousOneIsNothingToCompareWithUntilAPersonTakesItForANormalOne() {
        assertThat(world.status().baseline().backup()).isEqualTo(backup(3));
        Backup newest = world.backups.get(backup(3));
        newest.setStatus(newest.getStatus().in(Phase.Completed, List.of(
                new ConditionBuilder().withType("Completed").withStatus("True").build(), new ConditionBuilder().withType("Suspicious").withStatus("True").build())));
        world.reconcileUntilItRests();
        assertThat(world.status().baseline().backup()).isEqualTo(backup(2));
        assertThat(world.status().lastBackup().name()).as("it is whole").isEqualTo(backup(3));

        newest.getMetadata().setAnnotations(Map.of(Labels.ACCEPT, "yes"));
        world.reconcileUntilItRests();
        assertThat(world.condition(backup(3), "Suspicious")).isEqualTo("False Accepted");
        assertThat(world.condition(backup(3), "Completed")).startsWith("True");
        assertThat(world.status().baseline().backup()).isEqualTo(backup(3));
    }
}
