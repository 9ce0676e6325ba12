package dev.remuda.e2e;

import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.fabric8.kubernetes.api.model.Condition;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import dev.remuda.api.Backup;
import dev.remuda.api.Phase;
import dev.remuda.support.FaultTable;
import dev.remuda.support.Racing;
import dev.remuda.support.Stage;

import static org.assertj.core.api.Assertions.assertThat;

/** What a tired engineer gets wrong: each ends in a condition that names cause and cure, and leaves nothing in the bucket. */
class BadInputIT {
    private static final Stage STAGE = Stage.shared();
    private static final String SECRET = "secretRef: {name: horse-racing-db}";
    private static String database;

    private record Case(String name, Map<String, String> change, String reason, String cause, String cure) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Stream<Case> cases() {
        return Stream.of(
                new Case("wrong-password", Map.of(SECRET, "secretRef: {name: wrong-password}"), "DatabaseAuthenticationFailed", "refuses user postgres", "correct username and password"),
                new Case("unknown-host", Map.of("host: postgres ", "host: postgrse "), "DatabaseUnreachable", "host postgrse is not known", "check database.host"),
                new Case("unknown-database", Map.of("name: DATABASE\n", "name: no_such\n"), "DatabaseNotFound", "no database no_such", "correct database.name"),
                new Case("missing-secret", Map.of(SECRET, "secretRef: {name: absent}"), "SecretMissing", "Secret absent does not exist", "create it"),
                new Case("missing-key", Map.of(SECRET, "secretRef: {name: half}"), "SecretMissing", "Secret half has no password", "add the key password"),
                new Case("wrong-bucket", Map.of("bucket: horse-racing-backups", "bucket: no-such-bucket"), "BucketNotFound", "bucket no-such-bucket does not exist", "correct storage.s3.bucket"),
                new Case("wrong-s3-key", Map.of("secretRef: {name: backup-s3}", "secretRef: {name: wrong-key}"), "StorageAccessDenied", "access key is wrong", "correct Secret wrong-key"),
                new Case("unreadable-table", Map.of(SECRET, "secretRef: {name: reader}"), "DatabasePermissionDenied", "may not read public.races", "GRANT pg_read_all_data"),
                new Case("too-little-memory", Map.of("  timeout: 30m", "  jobTemplate: {resources: {limits: {memory: 24Mi}}}\n  timeout: 30m"), "OutOfMemory", "memory limit", "jobTemplate.resources.limits.memory"));
    }

    @BeforeAll
    static void allAtOnce() {
        database = Racing.create(STAGE.postgres());
        STAGE.postgres().run(
                database, "CREATE ROLE reader LOGIN PASSWORD 'p'", "GRANT SELECT ON horses, entries, photos TO reader",
                "GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO reader");
        STAGE.secret("wrong-password", Map.of("username", "postgres", "password", "wrong"));
        STAGE.secret("half", Map.of("username", "postgres"));
        STAGE.secret("reader", Map.of("username", "reader", "password", "p"));
        STAGE.secret("wrong-key", Map.of("AWS_ACCESS_KEY_ID", "remuda-tests", "AWS_SECRET_ACCESS_KEY", "wrong"));
        STAGE.backup("bad-no-policy", "no-such-policy");
        cases().forEach(bad -> {
            Map.Entry<String, String> change = bad.change().entrySet().iterator().next();
            STAGE.policy("bad-" + bad.name(), database, Map.of(
                    change.getKey().replace("DATABASE", database), change.getValue(), "retry: {limit: 3, backoff: 1m}", "retry: {limit: 1, backoff: 1s}"));
            STAGE.backup("bad-" + bad.name(), "bad-" + bad.name());
        });
    }

    @ParameterizedTest
    @MethodSource("cases")
    void endsInAConditionThatNamesCauseAndCure(Case bad) {
        Backup backup = STAGE.ended("bad-" + bad.name());

        Condition condition = backup.getStatus().conditions().getFirst();
        FaultTable.row(
                bad.name().replace('-', ' '), "in the policy or what it names", backup.getStatus().phase() + " " + condition.getReason(),
                backup.getStatus().attempts().stream().map(attempt -> String.valueOf(attempt.reason())).collect(Collectors.joining(", ")), "nothing", "nothing",
                Duration.between(backup.getStatus().startedAt(), backup.getStatus().completedAt()));
        assertThat(backup.getStatus().phase()).isEqualTo(Phase.Failed);
        assertThat(condition.getType()).isEqualTo("Completed");
        assertThat(condition.getStatus()).isEqualTo("False");
        assertThat(condition.getReason()).as(condition.getMessage()).isEqualTo(bad.reason());
        assertThat(condition.getMessage()).contains(bad.cause(), bad.cure());
        assertThat(STAGE.events("Backup", "bad-" + bad.name())).contains("Warning " + bad.reason(), bad.cause());
        assertThat(STAGE.bucket().keys(backup.getStatus().location().prefix())).isEmpty();
        assertThat(STAGE.bucket().unfinished(backup.getStatus().location().prefix())).isEmpty();
    }

    @Test
    void aPolicyThatDoesNotExist() {
        Backup waiting = STAGE.await("bad-no-policy", seen -> seen.getStatus() != null && seen.getStatus().phase() != null);
        assertThat(waiting.getStatus().conditions().getFirst().getReason()).isEqualTo("PolicyMissing");

        Backup failed = STAGE.ended("bad-no-policy");

        assertThat(failed.getStatus().conditions().getFirst().getMessage()).contains("BackupPolicy no-such-policy does not exist", "create it, or name another one");
        assertThat(STAGE.events("Backup", "bad-no-policy")).contains("Warning PolicyMissing");
    }
}
