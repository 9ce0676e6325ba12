package dev.remuda.api;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.Serialization;
import org.junit.jupiter.api.Test;

import dev.remuda.status.AskedBy;

import static org.assertj.core.api.Assertions.assertThat;

/** What is kept of who wrote which field, of resources as they come from the API server. */
class WritersTest {
    private static final String META = """
            {"metadata": {"name": "a", "managedFields": [
              {"manager": "kubectl", "operation": "Update", "time": "2026-03-01T02:00:00Z", "fieldsType": "FieldsV1",
               "fieldsV1": {"f:spec": {"f:database": {"f:host": {}, "f:name": {}}}}},
              {"manager": "remuda", "operation": "Update", "subresource": "status", "time": "2026-03-01T03:00:00Z", "fieldsType": "FieldsV1",
               "fieldsV1": {"f:status": {".": {}, "f:phase": {}}}},
              {"manager": "bare"}]}}""";

    @Test
    void ofAPolicyItIsStillKnownWhoWroteTheSpecAndNotWhichFields() {
        BackupPolicy policy = Serialization.unmarshal(META, BackupPolicy.class);
        assertThat(AskedBy.of(policy)).isEqualTo("kubectl at 2026-03-01T02:00:00Z");
        assertThat(Serialization.asJson(policy)).contains("f:spec", "f:status", "bare").doesNotContain("f:database", "f:phase");
    }

    @Test
    void ofABackupNothingIsKept() {
        assertThat(Serialization.asJson(Serialization.unmarshal(META, Backup.class))).contains("\"name\"").doesNotContain("managedFields", "f:spec");
    }

    /** The spec of a Restore is reported with who asked for it; there are few. */
    @Test
    void ofARestoreAllIs() {
        HasMetadata restore = Serialization.unmarshal(META, Restore.class);
        assertThat(Serialization.asJson(restore)).contains("f:database");
    }

    @Test
    void whatHasNoneStaysAsItIs() {
        assertThat(Writers.brief(null)).isNull();
        assertThat(Writers.none(null)).isNull();
        assertThat(Serialization.unmarshal("{\"metadata\": {\"name\": \"a\"}}", BackupPolicy.class).getMetadata().getName()).isEqualTo("a");
    }
}
