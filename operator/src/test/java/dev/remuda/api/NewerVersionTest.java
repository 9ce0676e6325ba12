package dev.remuda.api;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.WatchEvent;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.fabric8.kubernetes.client.utils.Serialization;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import dev.remuda.cluster.Copying;
import dev.remuda.support.Samples;
import dev.remuda.task.Json;
import dev.remuda.task.RestoreStrategy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/** Every word and every field that a newer version may add to the resources, found by the schemas. One such resource must not stop the watch of all. */
class NewerVersionTest {
    private static final String NEW = "FromTheFuture";

    private static final Restore RESTORE = Samples.restore(RestoreStrategy.Swap, null, "horses");

    /** Words that are told to people only, so that a new one changes nothing. */
    private static final List<String> TOLD = List.of("reason", "steps[0].name", "conditions[0].status");

    static Stream<Arguments> words() {
        Stream<Arguments> inSchemas = schemas().flatMap(kind -> paths(kind, (path, schema) -> schema.getEnum() != null && !schema.getEnum().isEmpty()));
        return Stream.concat(inSchemas, Stream.of( // the schemas of a status do not list its words
                arguments(Samples.backup(), "status.phase"), arguments(Samples.backup(), "status.storageClass"), arguments(Samples.backup(), "status.attempts[0].reason"),
                arguments(Samples.policy(), "status.maintenance.job.reason"), arguments(Samples.policy(), "status.verification.kind"), arguments(RESTORE, "status.phase"), arguments(RESTORE, "status.steps[0].name"),
                arguments(RESTORE, "status.steps[0].reason")));
    }

    static Stream<Arguments> fields() {
        return schemas().flatMap(kind -> paths(kind, (path, schema) -> schema.getProperties() != null && !schema.getProperties().isEmpty()))
                .filter(arguments -> !((String) arguments.get()[1]).matches(".*(affinity|tolerations|resources|env|conditions|imagePullSecrets).*")); // of Kubernetes itself
    }

    /** Who writes the copy must not take away what could not be read. */
    @Test
    void aCopyWithAnotherStatusKnowsWhatCouldNotBeRead() {
        Backup backup = (Backup) read(Samples.backup(), "status.phase", NEW);
        Restore restore = (Restore) read(RESTORE, "status.phase", NEW);
        assertThat(backup.with(BackupStatus.NONE).unread()).isEqualTo(backup.unread()).isNotEmpty();
        assertThat(restore.with(RestoreStatus.NONE).unread()).isEqualTo(restore.unread()).isNotEmpty();
    }

    @ParameterizedTest
    @MethodSource("words")
    void aNewWordIsReadAsNoneAndNoted(CustomResource<?, ?> known, String path) {
        Versioned read = read(known, path, NEW);
        if (TOLD.stream().noneMatch(path::endsWith)) {
            assertThat(read.unread()).contains(path + " " + NEW);
        }
    }

    @ParameterizedTest
    @MethodSource("fields")
    void aNewFieldIsNotedInASpecAndPassedOverInAStatus(CustomResource<?, ?> known, String path) {
        Versioned read = read(known, path + "." + NEW, "x");
        if (path.startsWith("spec")) {
            assertThat(read.unread()).contains(path + "." + NEW);
        } else {
            assertThat(read.unread()).isEmpty();
        }
    }

    /** As a watch brings it and the SDK copies it. */
    private static Versioned read(CustomResource<?, ?> known, String path, String value) {
        ObjectNode resource = Json.MAPPER.convertValue(Serialization.unmarshal(Serialization.asJson(known), JsonNode.class), ObjectNode.class);
        put(resource, path, value);
        String event = Json.MAPPER.createObjectNode().put("type", "MODIFIED").set("object", resource).toString();
        HasMetadata brought = (HasMetadata) Serialization.unmarshal(event, WatchEvent.class).getObject();
        HasMetadata read = brought.getClass() == known.getClass() ? brought : Serialization.unmarshal(resource.toString(), known.getClass());
        HasMetadata copied = new Copying(new KubernetesSerialization()).clone(read);
        assertThat(((Versioned) copied).unread()).isEqualTo(((Versioned) read).unread());
        return (Versioned) copied;
    }

    private static void put(ObjectNode root, String path, String value) {
        JsonNode at = root;
        String[] steps = path.split("\\.");
        for (int i = 0; i < steps.length; i++) {
            String name = steps[i].replace("[0]", "");
            boolean last = i == steps.length - 1;
            ObjectNode parent = (ObjectNode) at;
            if (steps[i].endsWith("[0]")) {
                ArrayNode list = parent.get(name) instanceof ArrayNode known ? known : parent.putArray(name);
                if (last) {
                    list.removeAll().add(value);
                } else {
                    at = list.isEmpty() ? list.addObject() : list.get(0);
                }
            } else if (last) {
                parent.put(name, value);
            } else {
                at = parent.get(name) instanceof ObjectNode known ? known : parent.putObject(name);
            }
        }
    }

    private record Kind(CustomResource<?, ?> sample, JSONSchemaProps schema) {}

    private static Stream<Kind> schemas() {
        Map<String, CustomResource<?, ?>> samples =
                Map.of("Backup", Samples.backup(), "BackupPolicy", Samples.policy(), "Restore", RESTORE);
        try (Stream<Path> files = Files.list(Path.of("..", "crds"))) {
            return files.map(NewerVersionTest::crd).toList().stream().map(
                    crd -> new Kind(samples.get(crd.getSpec().getNames().getKind()), crd.getSpec().getVersions().getFirst().getSchema().getOpenAPIV3Schema()));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static CustomResourceDefinition crd(Path file) {
        try {
            return Serialization.unmarshal(Files.readString(file), CustomResourceDefinition.class);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private interface Wanted {
        boolean is(String path, JSONSchemaProps schema);
    }

    private static Stream<Arguments> paths(Kind kind, Wanted wanted) {
        List<Arguments> found = new ArrayList<>();
        BiConsumer<String, JSONSchemaProps> visit = (path, schema) -> {
            if (wanted.is(path, schema)) {
                found.add(arguments(kind.sample(), path));
            }
        };
        walk("spec", kind.schema().getProperties().get("spec"), visit);
        walk("status", kind.schema().getProperties().get("status"), visit);
        return found.stream();
    }

    private static void walk(String path, JSONSchemaProps schema, BiConsumer<String, JSONSchemaProps> visit) {
        visit.accept(path, schema);
        if (schema.getProperties() != null) {
            schema.getProperties().forEach((name, child) -> walk(path + "." + name, child, visit));
        }
        if (schema.getItems() != null) {
            walk(path + "[0]", schema.getItems().getSchema(), visit);
        }
    }
}
