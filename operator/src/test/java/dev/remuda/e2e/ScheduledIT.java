package dev.remuda.e2e;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodList;
import io.fabric8.kubernetes.client.dsl.FilterWatchListDeletable;
import io.fabric8.kubernetes.client.dsl.PodResource;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import dev.remuda.api.Backup;
import dev.remuda.api.BackupPolicy;
import dev.remuda.api.BackupPolicyStatus;
import dev.remuda.api.BackupStatus.Location;
import dev.remuda.api.Phase;
import dev.remuda.api.Restore;
import dev.remuda.support.Racing;
import dev.remuda.support.Stage;
import dev.remuda.task.StorageClass;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Policies that run themselves: schedules, tiers, retention, deletion. What takes days elsewhere takes a minute here; all of it is set going
 * first, so that the minutes pass at the same time.
 */
class ScheduledIT {
    private static final Stage STAGE = Stage.shared();

    private static final String EVERY_MINUTE = "schedule: '* * * * *'";
    /** For Backups that the test asks for itself. */
    private static final String SELDOM = "schedule: '@yearly'";
    private static final String THE_NEWEST = "tiers: [{name: keep, " + SELDOM + ", retention: {maxCount: 1}}]";

    private static String database;
    private static Connection busy;
    private static String elsewhere;
    private static Map<String, String> foreign;
    private static Instant interrupted;

    @BeforeAll
    static void whatTakesAMinuteBegins() throws SQLException {
        database = Racing.create(STAGE.postgres());
        busy = STAGE.postgres().connect(Racing.create(STAGE.postgres()));
        holdBackups(busy);
        STAGE.policy("two-tiers", database, """
                tiers:
                  - {name: hot, %1$s, retention: {maxAge: 60s}, storageClass: STANDARD}
                  - {name: cold, %1$s, retention: {maxCount: 2}, storageClass: STANDARD_IA}
                """.formatted(EVERY_MINUTE));
        STAGE.policy("steady", database, "tiers: [{name: every, " + EVERY_MINUTE + ", retention: {maxAge: 1h}}]");
        STAGE.policy("resting", database, "tiers: [{name: every, " + EVERY_MINUTE + "}]\nsuspend: true");
        STAGE.policy("replaced", busy.getCatalog(), "tiers: [{name: every, " + EVERY_MINUTE + "}]\nconcurrencyPolicy: Replace");
        STAGE.policy("pins", database, THE_NEWEST);
        STAGE.policy("emptied", database, "tiers: [{name: keep, " + SELDOM + ", retention: {maxCount: 2}}]");
        STAGE.policy("ride", database, THE_NEWEST);
        STAGE.policy("ride-out", database, THE_NEWEST);
        STAGE.policy("job-lost", database, THE_NEWEST + "\nsuspend: true");
        STAGE.policy("pod-lost", database, THE_NEWEST + "\nsuspend: true");
        STAGE.policy("purging", database, "deletionPolicy: Delete");
        STAGE.policy("retaining", database, "deletionPolicy: Retain");
        foreign = foreignObjects();
        elsewhere = STAGE.another();
        backupElsewhere();

        STAGE.backup("pins-1", "pins", "keep");
        patch("backup", "pins-1", "pinned", true);
        List<String> maintained = List.of("emptied", "ride", "ride-out", "job-lost", "pod-lost");
        maintained.forEach(policy -> STAGE.backup(policy + "-1", policy, "keep"));
        STAGE.backup("purging-1", "purging");
        STAGE.backup("retaining-1", "retaining");
        maintained.forEach(policy -> completed(policy + "-1"));
        maintained.forEach(policy -> STAGE.backup(policy + "-2", policy, "keep"));
        completed("pins-1");
        STAGE.backup("pins-2", "pins", "keep");
        STAGE.backup("purging-2", "purging");
        maintained.forEach(policy -> completed(policy + "-2"));

        STAGE.bucket().keys(root("emptied")).forEach(STAGE.bucket()::delete);
        STAGE.backup("emptied-3", "emptied", "keep");
        loseJobAndPod();
        killOperatorAtASlot();
    }

    /** It is another test's turn: no Job of this one may be at work. */
    @AfterAll
    static void nothingGoesOn() throws SQLException {
        busy.close();
        List<String> scheduled = List.of("two-tiers", "steady", "replaced");
        scheduled.forEach(policy -> patch("bpol", policy, "suspend", true));
        scheduled.stream().flatMap(policy -> STAGE.backupsOf(policy).stream()).forEach(backup -> STAGE.ended(backup.getMetadata().getName()));
    }

    @Test
    void slotsThatMeetAreOneBackup() {
        Backup backup = newestCompleted("two-tiers");
        BackupPolicyStatus policy = STAGE.policy("two-tiers").getStatus();

        assertThat(backup.getMetadata().getName()).isEqualTo(named("two-tiers", backup.getSpec().slot()));
        assertThat(backup.getSpec().tiers()).containsExactly("hot", "cold");
        assertThat(STAGE.backupsOf("two-tiers")).extracting(seen -> seen.getSpec().slot()).doesNotHaveDuplicates();
        assertThat(policy.tiers()).extracting(BackupPolicyStatus.Tier::name).containsExactly("hot", "cold");
        assertThat(policy.tiers()).allSatisfy(tier -> {
            assertThat(tier.lastSlot()).isAfterOrEqualTo(backup.getSpec().slot());
            assertThat(tier.nextSlot()).isAfter(tier.lastSlot());
        });
    }

    @Test
    void aBackupThatIsTooOldForItsTierMovesToTheNextAndComesBackFromThere() {
        Backup moved = inColdForAWhile();
        Location location = moved.getStatus().location();

        assertThat(moved.getStatus().storageClass()).isEqualTo(StorageClass.STANDARD_IA);
        assertThat(moved.getStatus().retainedBy()).anyMatch(reason -> reason.startsWith("cold: among the newest 2"));
        assertThat(STAGE.bucket().tags(location.dataKey())).contains("tier=cold", "policy=two-tiers").doesNotContain("tier=hot");
        assertThat(STAGE.bucket().head(location.dataKey()).storageClassAsString()).isEqualTo("STANDARD_IA");
        assertThat(STAGE.bucket().keys(location.prefix()))
                .containsExactly(location.dataKey(), location.prefix() + "labels.json", location.prefix() + "manifest.json");
        assertThat(new String(STAGE.bucket().read(location.prefix() + "labels.json"), StandardCharsets.UTF_8)).contains("\"cold\"", "\"STANDARD_IA\"");
        assertThat(STAGE.kubectl("get", "bkp", moved.getMetadata().getName())).containsPattern("two-tiers +cold +Completed");
        Location newest = newestCompleted("two-tiers").getStatus().location();
        assertThat(STAGE.bucket().tags(newest.dataKey())).contains("tier=hot");
        assertThat(STAGE.bucket().head(newest.dataKey()).storageClassAsString()).isIn(null, "STANDARD");
        assertComesBack(moved.getMetadata().getName());

        patch("bpol", "two-tiers", "suspend", false);
    }

    @Test
    void whatNoTierKeepsIsPurged() {
        String said = "Normal Purged purged from the store: ";
        String purged = Awaitility.await().atMost(Duration.ofMinutes(5)).pollInterval(Duration.ofSeconds(1)).until(
                () -> STAGE.events("BackupPolicy", "two-tiers").lines().filter(line -> line.startsWith(said)).findFirst().orElse(null), Objects::nonNull);

        for (String name : purged.substring(said.length()).split(", ")) {
            STAGE.awaitGone(name);
            assertThat(STAGE.bucket().keys(root("two-tiers") + name)).isEmpty();
        }
        assertThat(STAGE.bucket().keys(newestCompleted("two-tiers").getStatus().location().prefix())).isNotEmpty();
        STAGE.awaitPolicy("two-tiers", seen -> is(seen, "Maintained", "True", "Maintained"));
    }

    @Test
    void kubectlShowsASchedulesStateAtAGlance() {
        Backup backup = newestCompleted("steady");
        BackupPolicy policy = STAGE.awaitPolicy("steady", seen -> seen.getStatus().lastBackup() != null && seen.getStatus().nextBackup() != null);

        assertThat(STAGE.kubectl("get", "bpol", "steady"))
                .containsPattern("NAME +DATABASE +READY +LAST BACKUP +NEXT BACKUP +KEPT +SIZE +VERIFIED +AGE")
                .containsPattern("steady +" + database + " +True +[0-9ms]+ +[-0-9T:]+Z +[1-9]+ +[0-9.]+ ?.?i?B +[0-9ms]+");
        assertThat(STAGE.kubectl("get", "bkp", backup.getMetadata().getName()))
                .containsPattern("NAME +POLICY +TIER +PHASE +REASON +SIZE +DURATION +VERIFIED +EXPIRES +AGE")
                .containsPattern("steady +every +Completed +Completed +[0-9.]+ ?.?i?B +[0-9ms]+ +[0-9-]+T[0-9:.]+Z +[0-9ms]+");
        assertThat(backup.getStatus().expiresAt()).isBetween(backup.getStatus().snapshotAt().plusSeconds(3599), backup.getStatus().snapshotAt().plusSeconds(3601));
        assertThat(policy.getStatus().retention().next()).isNotEmpty();
    }

    @Test
    void aPinOutlivesTheTier() {
        Backup pinned = STAGE.await("pins-1", seen -> List.of("pinned").equals(seen.getStatus().retainedBy()));
        completed("pins-2");
        assertThat(STAGE.bucket().keys(pinned.getStatus().location().prefix())).hasSize(2);

        patch("backup", "pins-1", "pinned", false);

        STAGE.awaitGone("pins-1");
        assertThat(STAGE.bucket().keys(pinned.getStatus().location().prefix())).isEmpty();
        assertThat(STAGE.bucket().keys(STAGE.backup("pins-2").getStatus().location().prefix())).hasSize(2);
    }

    @Test
    void whenBackupsAreMissingInTheBucketNothingIsPurged() {
        Location left = completed("emptied-3").getStatus().location();
        STAGE.awaitPolicy("emptied", seen -> is(seen, "Maintained", "False", "ObjectMissing"));

        assertThat(condition(STAGE.policy("emptied"), "Maintained").getMessage()).contains("emptied-2", "Nothing was purged").doesNotContain("emptied-1", "emptied-3");
        assertThat(STAGE.events("BackupPolicy", "emptied")).contains("Warning ObjectMissing").doesNotContain("Purged");
        assertThat(STAGE.backupsOf("emptied")).extracting(backup -> backup.getMetadata().getName()).containsExactly("emptied-1", "emptied-2", "emptied-3");
        assertThat(STAGE.bucket().keys(root("emptied"))).containsExactly(left.dataKey(), left.prefix() + "manifest.json");

        STAGE.kubectl("delete", "backup", "emptied-2", "--timeout=30s"); // what is lost for good
        STAGE.kubectl("delete", "backup", "emptied-1", "--timeout=30s");
        STAGE.awaitPolicy("emptied", seen -> seen.getStatus().retention().kept() == 1 && seen.getStatus().retention().due() == 0);
        assertThat(STAGE.bucket().keys(root("emptied"))).containsExactly(left.dataKey(), left.prefix() + "manifest.json");
    }

    @Test
    void policiesOfOneBucketAndForeignObjectsAreLeftAlone() {
        STAGE.awaitGone("ride-1");
        STAGE.awaitGone("ride-out-1");

        Map<String, String> left = STAGE.bucket().contents(root("ride").replaceAll("/$", ""));
        assertThat(left.keySet().removeIf(key -> key.endsWith(".owner.json"))).as("each policy has noted that it is its own").isTrue();
        for (String name : List.of("ride-2", "ride-out-2")) {
            Location location = STAGE.backup(name).getStatus().location();
            assertThat(left.remove(location.dataKey())).isNotNull();
            assertThat(left.remove(location.prefix() + "manifest.json")).isNotNull();
        }
        assertThat(left).isEqualTo(foreign);
        assertThat(STAGE.bucket().unfinished(root("ride"))).hasSize(1);
    }

    @Test
    void aMaintainerThatIsKilledIsFollowedByAnother() {
        for (String policy : List.of("job-lost", "pod-lost")) {
            STAGE.awaitGone(policy + "-1");
            BackupPolicy after = STAGE.awaitPolicy(policy, seen -> is(seen, "Maintained", "True", "Maintained"));

            assertThat(after.getStatus().maintenance().job().number()).as(policy + ": " + after.getStatus().maintenance()).isEqualTo(2);
            assertThat(after.getStatus().maintenance().job().failures()).isZero();
            Location kept = STAGE.backup(policy + "-2").getStatus().location();
            assertThat(STAGE.backup(policy + "-2").getStatus().phase()).isEqualTo(Phase.Completed);
            assertThat(STAGE.bucket().keys(root(policy))).containsExactly(kept.dataKey(), kept.prefix() + "manifest.json");
        }
        assertThat(STAGE.events("BackupPolicy", "job-lost")).contains("Warning JobMissing the store could not be kept in order");
        assertThat(STAGE.events("BackupPolicy", "pod-lost")).contains("Warning PodLost the store could not be kept in order");
    }

    @Test
    void anOperatorKilledAtASlotMakesItsBackupOnce() {
        Backup first = awaitBackup("steady", seen -> !seen.getSpec().slot().isBefore(interrupted));
        Backup next = awaitBackup("steady", seen -> seen.getSpec().slot().isAfter(first.getSpec().slot()));

        assertThat(first.getSpec().slot()).isEqualTo(interrupted);
        for (Backup backup : List.of(first, next)) {
            completed(backup.getMetadata().getName());
            assertThat(backup.getMetadata().getName()).isEqualTo(named("steady", backup.getSpec().slot()));
            assertThat(STAGE.jobs(backup)).hasSize(1);
        }
        assertThat(STAGE.backupsOf("steady")).extracting(backup -> backup.getSpec().slot()).doesNotHaveDuplicates();
    }

    @Test
    void aSuspendedPolicyMakesNoBackups() {
        BackupPolicy resting = STAGE.policy("resting");
        awaitBackup("steady", seen -> seen.getSpec().slot().isAfter(Instant.parse(resting.getMetadata().getCreationTimestamp())));

        assertThat(STAGE.backupsOf("resting")).isEmpty();
        assertThat(condition(resting, "Ready").getReason()).isEqualTo("Suspended");
        assertThat(resting.getStatus().nextBackup()).isNull();
        assertThat(STAGE.kubectl("get", "bpol", "resting", "-o", "wide")).containsPattern("resting +" + database + " +True +true ");
    }

    @Test
    void aBackupThatHangsIsReplacedByTheNext() throws SQLException {
        Backup old = awaitBackup("replaced", seen -> seen.getStatus() != null && seen.getStatus().phase() == Phase.Failed);

        Condition condition = old.getStatus().conditions().getFirst();
        assertThat(condition.getReason()).as(condition.getMessage()).isEqualTo("Replaced");
        assertThat(condition.getMessage()).contains("Backup replaced-", "Nothing of it is left in the store");
        assertThat(STAGE.bucket().keys(old.getStatus().location().prefix())).isEmpty();
        assertThat(STAGE.bucket().unfinished(old.getStatus().location().prefix())).isEmpty();

        busy.rollback();
        awaitBackup("replaced", seen -> seen.getStatus() != null && seen.getStatus().phase() == Phase.Completed);
    }

    @Test
    void deletionPolicyRetainLeavesTheData() {
        Location location = completed("retaining-1").getStatus().location();

        STAGE.kubectl("delete", "backup", "retaining-1", "--timeout=30s");
        STAGE.kubectl("delete", "bpol", "retaining", "--timeout=30s");

        assertThat(STAGE.bucket().keys(root("retaining"))).containsExactly(location.dataKey(), location.prefix() + "manifest.json");
    }

    @Test
    void deletionPolicyDeletePurgesFirst() {
        completed("purging-1");
        Location other = completed("purging-2").getStatus().location();

        STAGE.kubectl("delete", "backup", "purging-1", "--timeout=60s");
        assertThat(STAGE.bucket().keys(root("purging"))).containsExactly(other.dataKey(), other.prefix() + "manifest.json");

        STAGE.kubectl("delete", "bpol", "purging", "--timeout=60s");
        STAGE.awaitGone("purging-2");
        assertThat(STAGE.bucket().keys(root("purging"))).isEmpty();
    }

    @Test
    void aNamespaceIsDeletedAtOnceAndItsDataStays() {
        STAGE.cluster().kubectl("-n", elsewhere, "wait", "--for=condition=Completed", "backup/first", "--timeout=120s");
        assertThat(STAGE.cluster().kubectl("-n", elsewhere, "get", "backup", "first", "-o", "jsonpath={.metadata.finalizers}")).contains("remuda.dev/purge");

        STAGE.cluster().kubectl("delete", "namespace", elsewhere, "--timeout=90s");

        assertThat(STAGE.bucket().keys("demo/" + elsewhere + "/purging/")).hasSize(2);
    }

    /** pg_dump reads the value of each sequence, and waits for this for as long as it takes. */
    private static void holdBackups(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        try (var statement = connection.createStatement()) {
            statement.execute("ALTER SEQUENCE photos_id_seq RENAME TO other");
        }
    }

    /** Beside and between what two policies store, some as if another cluster with all the same names had left it. */
    private static Map<String, String> foreignObjects() {
        String ride = root("ride");
        List<String> keys = List.of(
                ride + "notes.txt", ride + "manifest.json", ride + "photos/1.jpg", ride + "ride-1-0badcafe-0badcafe-1/data.dump.zst",
                ride + "ride-1-0badcafe-0badcafe-2/manifest.json", root("ride-out") + "ride-out-1-0badcafe-0badcafe-1/data.dump.zst",
                ride.replaceAll("/$", ".txt"), root("ride-elsewhere") + "ride-1/manifest.json");
        keys.forEach(key -> STAGE.bucket().write(key, key.getBytes(StandardCharsets.UTF_8)));
        STAGE.bucket().begin(ride + "ride-1-0badcafe-0badcafe-3/data.dump.zst");
        return STAGE.bucket().contents(ride.replaceAll("/$", ""));
    }

    private static void backupElsewhere() {
        String policy = Stage.policyYaml(
                "purging", database,
                Map.of("host: postgres ", "host: postgres." + STAGE.namespace() + " ", "http://seaweedfs:8333", "http://seaweedfs." + STAGE.namespace() + ":8333"));
        STAGE.cluster().kubectlWith(policy + "  deletionPolicy: Delete\n", "-n", elsewhere, "apply", "-f", "-");
        STAGE.cluster().kubectlWith(
                "{apiVersion: remuda.dev/v1beta1, kind: Backup, metadata: {name: first}, spec: {policyRef: {name: purging}}}", "-n", elsewhere, "apply", "-f", "-");
    }

    /** No node takes either Pod, so that neither worker can have done its work before it is lost; and the operator knows of both Jobs. */
    private static void loseJobAndPod() {
        List<String> lost = List.of("job-lost", "pod-lost");
        lost.forEach(policy -> patch("bpol", policy, "jobTemplate", "{\"nodeSelector\":{\"no\":\"such\"}}"));
        lost.forEach(policy -> patch("bpol", policy, "suspend", false));
        for (String policy : lost) {
            STAGE.awaitPolicy(policy, seen -> seen.getStatus().maintenance() != null && seen.getStatus().maintenance().job().startedAt() != null);
            soon().until(() -> !pods(policy + "-maintain-1").list().getItems().isEmpty());
        }
        pods("pod-lost-maintain-1").withGracePeriod(0).delete();
        STAGE.kubectl("delete", "job", "job-lost-maintain-1");
        lost.forEach(policy -> patch("bpol", policy, "jobTemplate", null));
    }

    private static FilterWatchListDeletable<Pod, PodList, PodResource> pods(String job) {
        return STAGE.cluster().client().pods().inNamespace(STAGE.namespace()).withLabel("job-name", job);
    }

    private static void killOperatorAtASlot() {
        interrupted = STAGE.awaitPolicy("steady", seen -> seen.getStatus().nextBackup() != null && seen.getStatus().nextBackup().isAfter(Instant.now()))
                .getStatus().nextBackup();
        soon().until(() -> !Instant.now().isBefore(interrupted));
        STAGE.cluster().killOperator();
    }

    /** Suspends the policy while one of its Backups is there, so that it stays. */
    private static Backup inColdForAWhile() {
        Predicate<Backup> inCold = seen -> seen.getStatus() != null && seen.getStatus().phase() == Phase.Completed && "cold".equals(seen.getStatus().tier())
                && seen.getStatus().retainedBy() != null && seen.getStatus().retainedBy().stream().anyMatch(reason -> reason.startsWith("cold: among"));
        while (true) {
            awaitBackup("two-tiers", inCold);
            patch("bpol", "two-tiers", "suspend", true);
            STAGE.awaitPolicy("two-tiers", seen -> is(seen, "Ready", "True", "Suspended") && !seen.getStatus().maintenance().job().underWay());
            Optional<Backup> found = STAGE.backupsOf("two-tiers").stream().filter(inCold).findFirst();
            if (found.isPresent()) {
                return found.get();
            }
            patch("bpol", "two-tiers", "suspend", false); // it was to be purged just then
        }
    }

    private static void assertComesBack(String backup) {
        STAGE.restore("from-cold", backup, "strategy: Create\ntarget: {name: " + database + "_cold}");
        Restore restore = STAGE.endedRestore("from-cold");
        assertThat(restore.getStatus().phase()).as(STAGE.events("Restore", "from-cold")).isEqualTo(Phase.Completed);
        assertThat(Racing.checksums(STAGE.postgres(), database + "_cold")).isEqualTo(Racing.checksums(STAGE.postgres(), database));
    }

    private static Backup completed(String name) {
        Backup backup = STAGE.ended(name);
        assertThat(backup.getStatus().phase()).as(name + ": " + backup.getStatus().conditions()).isEqualTo(Phase.Completed);
        return backup;
    }

    private static Backup newestCompleted(String policy) {
        String name = STAGE.awaitPolicy(policy, seen -> seen.getStatus().lastBackup() != null).getStatus().lastBackup().name();
        return STAGE.await(name, seen -> seen.getStatus().retainedBy() != null);
    }

    /** The first of a policy's Backups that is as wanted. */
    private static Backup awaitBackup(String policy, Predicate<Backup> wanted) {
        return Awaitility.await().atMost(Duration.ofMinutes(3)).pollInterval(Duration.ofMillis(200))
                .until(() -> STAGE.backupsOf(policy).stream().filter(wanted).findFirst().orElse(null), Objects::nonNull);
    }

    private static ConditionFactory soon() {
        return Awaitility.await().atMost(Duration.ofMinutes(2)).pollInterval(Duration.ofMillis(20));
    }

    private static void patch(String kind, String name, String field, Object value) {
        STAGE.kubectl("patch", kind, name, "--type=merge", "--patch", "{\"spec\":{\"" + field + "\":" + value + "}}");
    }

    private static boolean is(BackupPolicy policy, String type, String status, String reason) {
        return policy.getStatus().conditions().stream()
                .anyMatch(condition -> condition.getType().equals(type) && condition.getStatus().equals(status) && condition.getReason().equals(reason));
    }

    private static Condition condition(BackupPolicy policy, String type) {
        return policy.getStatus().conditions().stream().filter(condition -> condition.getType().equals(type)).findFirst().orElseThrow();
    }

    private static String named(String policy, Instant slot) {
        return policy + "-" + DateTimeFormatter.ofPattern("yyyyMMdd-HHmm").withZone(ZoneOffset.UTC).format(slot);
    }

    /** Where all is that a policy stores. */
    private static String root(String policy) {
        return "demo/" + STAGE.namespace() + "/" + policy + "/";
    }
}
