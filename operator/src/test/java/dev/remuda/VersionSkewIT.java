package dev.remuda;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.node.TextNode;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaPropsBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;
import io.fabric8.kubernetes.client.utils.Serialization;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import dev.remuda.api.Backup;
import dev.remuda.api.BackupPolicy;
import dev.remuda.api.Phase;
import dev.remuda.api.Restore;
import dev.remuda.support.ApiServer;
import dev.remuda.support.Folders;
import dev.remuda.support.Kubelet;
import dev.remuda.support.Pods;
import dev.remuda.support.Samples;
import dev.remuda.task.RestoreStrategy;

import static org.assertj.core.api.Assertions.assertThat;

/** CustomResourceDefinitions that are newer or older than the operator. */
class VersionSkewIT {
    private final ApiServer server = ApiServer.shared();
    private final KubernetesClient client = server.admin();
    private final String namespace = server.createNamespace("skew");
    private final Kubelet kubelet = new Kubelet(client, namespace);

    @AfterEach
    void ofThisVersionAgain() throws IOException {
        for (CustomResourceDefinition own : crds()) {
            change(own.getMetadata().getName(), crd -> crd.setSpec(own.getSpec()));
        }
        settled("backups", "attempts", true);
    }

    @Test
    void whatOnlyANewerVersionUnderstandsIsNamedAndLeftAloneAndNothingElseSuffers() throws IOException {
        change("backuppolicies.remuda.dev", crd -> {
            part(crd, "spec").getProperties().put("escrow", text());
            part(crd, "spec").getProperties().get("tiers").getItems().getSchema().getProperties().get("storageClass").getEnum().add(TextNode.valueOf("ICE"));
        });
        change("backups.remuda.dev", crd -> {
            part(crd, "spec").getProperties().put("legalHold", text());
            part(crd, "status").getProperties().put("attestation", text());
        });
        change("restores.remuda.dev", crd -> part(crd, "spec").getProperties().get("strategy").getEnum().add(TextNode.valueOf("Clone")));
        settled("backups", "attestation", true);
        client.resource(Samples.in(namespace, Samples.policy())).create();
        create(Samples.policy(), "secret", Map.of("escrow", "age1…"));
        create(Samples.policy(), "cold", Map.of("tiers", List.of(Map.of("name", "daily", "schedule", "* * * * *", "storageClass", "ICE"))));
        create(Samples.backup(), "held", Map.of("legalHold", "yes"));
        create(Samples.backup(), "encrypted", Map.of("policyRef", Map.of("name", "secret")));
        create(Samples.backup(), "verified", Map.of());
        client.resources(Backup.class).inNamespace(namespace).withName("verified").subresource("status").patch(
                PatchContext.of(PatchType.JSON_MERGE), "{\"status\": {\"phase\": \"Verifying\", \"attestation\": \"half\"}}");

        try (OperatorApp operator = OperatorApp.start(server.adminClient(), Samples.config(namespace), Clock.systemUTC(), () -> {})) {
            assertThat(operator.healthPort()).isPositive();
            create(Samples.restore(RestoreStrategy.Swap, null, "horses"), "clone", Map.of("strategy", "Clone"));
            client.resource(Samples.in(namespace, Samples.backup())).create();
            kubelet.pod("monday-1", Pods::running);
            kubelet.backup("monday", Phase.Running);
            client.resources(Backup.class).inNamespace(namespace).withName("monday").subresource("status").patch(
                    PatchContext.of(PatchType.JSON_MERGE), "{\"status\": {\"attestation\": \"planned\"}}");
            kubelet.pod("monday-1", job -> Pods.reported(job, Samples.backedUp()));
            kubelet.backup("monday", Phase.Completed);

            assertThat(condition(kubelet.await(BackupPolicy.class, "secret", policy -> policy.getStatus() != null).getStatus().conditions()))
                    .startsWith("Ready False NewerVersion it is of a newer version of Remuda than this operator, which does not know spec.escrow; nothing is done for it");
            assertThat(condition(kubelet.await(BackupPolicy.class, "cold", policy -> policy.getStatus() != null).getStatus().conditions())).contains("spec.tiers[0].storageClass ICE");
            assertThat(condition(kubelet.await(Backup.class, "held", backup -> backup.getStatus() != null).getStatus().conditions()))
                    .startsWith("Completed Unknown NewerVersion").contains("spec.legalHold");
            assertThat(condition(kubelet.await(Backup.class, "encrypted", backup -> backup.getStatus() != null).getStatus().conditions()))
                    .startsWith("Completed Unknown NewerVersion BackupPolicy secret: ").contains("spec.escrow");
            assertThat(condition(kubelet.await(Restore.class, "clone", restore -> restore.getStatus() != null).getStatus().conditions()))
                    .startsWith("Completed Unknown NewerVersion").contains("spec.strategy Clone");
            assertThat(event("NewerVersion", "verified")).hasValueSatisfying(event -> assertThat(event.getMessage()).contains("status.phase Verifying"));
            assertThat(raw("verified")).isEqualTo(Map.of("phase", "Verifying", "attestation", "half"));
            assertThat(raw("monday")).as("a newer operator's own").containsEntry("attestation", "planned");
            assertThat(client.resources(Job.class).inNamespace(namespace).list().getItems()).extracting(job -> job.getMetadata().getName()).containsExactlyInAnyOrder("monday-1", "horses-catalogue-1");
        }
    }

    @Test
    void aStatusThatAnOlderCrdCutsIsToldAndNotWrittenOverAndOver() throws IOException {
        change("backups.remuda.dev", crd -> part(crd, "status").getProperties().remove("attempts"));
        settled("backups", "attempts", false);
        assertOutdated("does not have status.attempts");
    }

    @Test
    void aStatusThatAnOlderCrdRefusesIsToldAndNotWrittenOverAndOver() throws IOException {
        change("backups.remuda.dev", crd -> part(crd, "status").getProperties().get("phase").setEnum(List.of(TextNode.valueOf("Running"), TextNode.valueOf("Completed"))));
        client.resource(Samples.in(namespace, Samples.backup())).create();
        Awaitility.await("the new schema is used").until(() -> {
            try {
                client.resources(Backup.class).inNamespace(namespace).withName("monday").subresource("status").patch(
                        PatchContext.of(PatchType.JSON_MERGE), "{\"status\": {\"phase\": \"Pending\"}}");
                return false;
            } catch (KubernetesClientException refused) {
                return true;
            }
        });
        client.resources(Backup.class).inNamespace(namespace).withName("monday").delete();
        settled("backups", "duration", true);
        assertOutdated("does not allow the status");
    }

    private void assertOutdated(String words) throws IOException {
        Writes writes = new Writes();
        try (OperatorApp operator = OperatorApp.start(server.adminClient(writes), Samples.config(namespace), Clock.systemUTC(), () -> {})) {
            assertThat(operator.healthPort()).isPositive();
            client.resource(Samples.in(namespace, Samples.policy())).create();
            client.resource(Samples.in(namespace, Samples.backup())).create();
            Event told = Awaitility.await().until(() -> event("CrdOutdated", "monday"), Optional::isPresent).orElseThrow();
            assertThat(told.getMessage())
                    .startsWith("the CustomResourceDefinition backups.remuda.dev is older than this operator; apply the files of crds/").contains(words);
            Awaitility.await().during(Duration.ofSeconds(3)).atMost(Duration.ofSeconds(10)).until(() -> writes.count.get() <= 4);

            ofThisVersionAgain();
            client.resources(Backup.class).inNamespace(namespace).withName("monday").patch(
                    PatchContext.of(PatchType.JSON_MERGE), "{\"spec\": {\"pinned\": true}}");
            kubelet.pod("monday-1", job -> Pods.reported(job, Samples.backedUp()));
            kubelet.backup("monday", Phase.Completed);
        }
    }

    /** How often a Backup's status was written. */
    private static final class Writes implements Interceptor {
        private final AtomicInteger count = new AtomicInteger();

        @Override
        public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
            if (request.uri().getPath().endsWith("/backups/monday/status")) {
                count.incrementAndGet();
            }
        }
    }

    private void create(Object sample, String name, Map<String, Object> spec) {
        GenericKubernetesResource resource = Serialization.unmarshal(Serialization.asJson(sample), GenericKubernetesResource.class);
        Samples.in(namespace, resource).getMetadata().setName(name);
        resource.getAdditionalProperties().remove("status");
        @SuppressWarnings("unchecked")
        Map<String, Object> fields = (Map<String, Object>) resource.getAdditionalProperties().get("spec");
        fields.putAll(spec);
        Awaitility.await("the new schema is used").ignoreExceptionsInstanceOf(KubernetesClientException.class).until(() -> {
            GenericKubernetesResource created = client.resource(resource).create();
            boolean whole = ((Map<?, ?>) created.getAdditionalProperties().get("spec")).keySet().containsAll(spec.keySet());
            if (!whole) {
                client.resource(created).delete();
            }
            return whole;
        });
    }

    @SuppressWarnings("unchecked")
    private Map<String, Object> raw(String backup) {
        return (Map<String, Object>) client.genericKubernetesResources("remuda.dev/v1beta1", "Backup").inNamespace(namespace).withName(backup).get().getAdditionalProperties().get("status");
    }

    private Optional<Event> event(String reason, String about) {
        return client.v1().events().inNamespace(namespace).list().getItems().stream()
                .filter(event -> reason.equals(event.getReason()) && about.equals(event.getInvolvedObject().getName()))
                .findFirst();
    }

    private static String condition(List<Condition> conditions) {
        Condition first = conditions.getFirst();
        return first.getType() + " " + first.getStatus() + " " + first.getReason() + " " + first.getMessage();
    }

    private void change(String name, Consumer<CustomResourceDefinition> change) {
        client.apiextensions().v1().customResourceDefinitions().withName(name).edit(crd -> {
            change.accept(crd);
            return crd;
        });
    }

    /** A changed schema is used a moment after it was written. */
    private void settled(String kind, String statusField, boolean there) {
        String probe = server.createNamespace("probe");
        Backup backup = client.resource(Samples.in(probe, Samples.backup())).create();
        Object value = statusField.equals("attempts") ? List.of(Map.of("number", 1)) : "x";
        Awaitility.await(kind + " " + statusField).until(() -> {
            client.resource(backup).subresource("status").patch(PatchContext.of(PatchType.JSON_MERGE), Serialization.asJson(Map.of("status", Map.of(statusField, value))));
            Object status = client.genericKubernetesResources("remuda.dev/v1beta1", "Backup").inNamespace(probe).withName("monday").get().getAdditionalProperties().get("status");
            return (status instanceof Map<?, ?> fields && fields.containsKey(statusField)) == there;
        });
        server.awaitKinds();
    }

    private static JSONSchemaProps part(CustomResourceDefinition crd, String part) {
        return crd.getSpec().getVersions().getFirst().getSchema().getOpenAPIV3Schema().getProperties().get(part);
    }

    private static JSONSchemaProps text() {
        return new JSONSchemaPropsBuilder().withType("string").build();
    }

    private static List<CustomResourceDefinition> crds() throws IOException {
        try (Stream<Path> files = Files.list(Folders.repository().resolve("crds"))) {
            return files.map(file -> {
                try {
                    return Serialization.unmarshal(Files.readString(file), CustomResourceDefinition.class);
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            }).toList();
        }
    }
}
