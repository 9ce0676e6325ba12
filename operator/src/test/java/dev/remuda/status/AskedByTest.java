package dev.remuda.status;

import java.util.List;
import java.util.Map;

import io.fabric8.kubernetes.api.model.FieldsV1;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntryBuilder;
import org.junit.jupiter.api.Test;

import dev.remuda.api.BackupPolicy;
import dev.remuda.support.Samples;

import static org.assertj.core.api.Assertions.assertThat;

class AskedByTest {
    @Test
    void whoWroteTheSpecLast() {
        assertThat(of(entry("argocd-controller", "2026-03-01T02:00:00Z", null, "f:spec"), entry("kubectl-edit", "2026-03-02T02:00:00Z", null, "f:spec")))
                .isEqualTo("kubectl-edit at 2026-03-02T02:00:00Z");
    }

    @Test
    void whoWroteLabelsOrTheStatusDidNotAsk() {
        assertThat(of(
                        entry("kubectl-create", "2026-03-01T02:00:00Z", null, "f:spec"), entry("remuda", "2026-03-03T02:00:00Z", "status", "f:spec"),
                        entry("kubectl-label", "2026-03-04T02:00:00Z", null, "f:metadata")))
                .isEqualTo("kubectl-create at 2026-03-01T02:00:00Z");
    }

    @Test
    void nobodyKnowsOfWhomTheApiDoesNotTell() {
        assertThat(of()).isEqualTo("somebody of whom the API does not tell");
    }

    private static String of(ManagedFieldsEntry... entries) {
        BackupPolicy policy = Samples.policy();
        policy.getMetadata().setManagedFields(List.of(entries));
        return AskedBy.of(policy);
    }

    private static ManagedFieldsEntry entry(String manager, String time, String subresource, String field) {
        FieldsV1 fields = new FieldsV1();
        fields.setAdditionalProperties(Map.of(field, Map.of()));
        return new ManagedFieldsEntryBuilder().withManager(manager).withTime(time).withSubresource(subresource).withFieldsV1(fields).build();
    }
}
