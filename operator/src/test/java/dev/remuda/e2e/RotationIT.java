package dev.remuda.e2e;

import java.time.Instant;
import java.util.Map;

import org.junit.jupiter.api.Test;

import dev.remuda.api.Backup;
import dev.remuda.api.Phase;
import dev.remuda.support.Racing;
import dev.remuda.support.Stage;
import dev.remuda.task.Reason;

import static org.assertj.core.api.Assertions.assertThat;

/** Secrets that change in the middle of a schedule count from the next Job on, with nothing restarted. */
class RotationIT {
    private static final Stage STAGE = Stage.shared();

    @Test
    void newCredentialsOfDatabaseAndStoreCountAtTheNextBackup() {
        String database = Racing.create(STAGE.postgres());
        STAGE.postgres().run("postgres", "CREATE ROLE rotated LOGIN PASSWORD 'first' IN ROLE pg_read_all_data");
        STAGE.postgres().run(database, "SELECT lo_unlink(oid) FROM pg_largeobject_metadata");
        STAGE.secret("rotated-db", Map.of("username", "rotated", "password", "first"));
        String keys = STAGE.kubectl("get", "secret", "backup-s3", "-o", "jsonpath={.data}");
        STAGE.kubectlWith("{\"apiVersion\": \"v1\", \"kind\": \"Secret\", \"metadata\": {\"name\": \"rotated-s3\"}, \"data\": " + keys + "}", "apply", "-f", "-");
        String operator = operatorPod();
        STAGE.apply(Stage.plainPolicyYaml("rotates", database, Map.of("{name: horse-racing-db}", "{name: rotated-db}", "{name: backup-s3}", "{name: rotated-s3}"), """
                retry: {limit: 0}
                tiers: [{name: minutely, schedule: '* * * * *', retention: {maxCount: 20}}]
                """));
        next(Instant.EPOCH, Phase.Completed);

        STAGE.postgres().run("postgres", "ALTER ROLE rotated PASSWORD 'second'");
        STAGE.kubectl("patch", "secret", "rotated-s3", "-p", "{\"stringData\": {\"AWS_SECRET_ACCESS_KEY\": \"stale\"}}");
        assertThat(next(Instant.now(), Phase.Failed).getStatus().attempts().getLast().reason()).as("the store is asked first").isEqualTo(Reason.StorageAccessDenied);

        STAGE.kubectl("patch", "secret", "rotated-db", "-p", "{\"stringData\": {\"password\": \"second\"}}");
        STAGE.kubectlWith("{\"apiVersion\": \"v1\", \"kind\": \"Secret\", \"metadata\": {\"name\": \"rotated-s3\"}, \"data\": " + keys + "}", "apply", "-f", "-");
        next(Instant.now(), Phase.Completed);

        assertThat(operatorPod()).as("the operator was not restarted").isEqualTo(operator);
        STAGE.kubectl("delete", "backuppolicy", "rotates");
    }

    /** The first Backup of the schedule that began after the moment and ended so. */
    private static Backup next(Instant after, Phase end) {
        return STAGE.awaitAny("rotates", backup -> backup.getStatus() != null && backup.getStatus().phase() == end && Instant.parse(backup.getMetadata().getCreationTimestamp()).isAfter(after));
    }

    private static String operatorPod() {
        return STAGE.cluster().kubectl("-n", "remuda-system", "get", "pods", "-o", "jsonpath={range .items[*]}{.metadata.name} {.status.containerStatuses[0].restartCount} {end}");
    }
}
