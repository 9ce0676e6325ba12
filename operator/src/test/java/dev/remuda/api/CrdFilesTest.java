package dev.remuda.api;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

import io.fabric8.crdv2.generator.CRDGenerator;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.client.utils.Serialization;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** The files in crds/ are what the records say. {@code make crds} writes them anew. */
class CrdFilesTest {
    private static final Path COMMITTED = Path.of("..", "crds");

    @Test
    void committedFilesAreUpToDate(@TempDir Path fresh) throws IOException {
        boolean write = Boolean.getBoolean("crds.write");
        generate(write ? Files.createDirectories(COMMITTED) : fresh);
        if (!write) {
            assertThat(contents(COMMITTED)).as("crds/ is stale: run make crds and commit what it wrote").isEqualTo(contents(fresh));
        }
        assertThat(contents(COMMITTED)).hasSize(3);
    }

    @Test
    void everyFieldIsDescribed() throws IOException {
        try (Stream<Path> files = Files.list(COMMITTED)) {
            for (Path file : files.toList()) {
                var crd = Serialization.unmarshal(Files.readString(file), CustomResourceDefinition.class);
                var schema = crd.getSpec().getVersions().getFirst().getSchema().getOpenAPIV3Schema();
                assertThat(undescribed("", schema)).as(crd.getKind()).isEmpty();
            }
        }
    }

    /** As a key, kubectl and Helm read these of YAML 1.1 as true and false, and then nobody knows the field. */
    @Test
    void noFieldHasANameThatYamlTakesForABoolean() throws IOException {
        assertThat(contents(COMMITTED).values()).allSatisfy(
                crd -> assertThat(crd.lines()).noneMatch(line -> line.matches(" *\"?(on|off|yes|no|y|n|true|false)\"?:.*")));
    }

    private static List<String> undescribed(String path, JSONSchemaProps schema) {
        if (schema.getProperties() == null) {
            return List.of();
        }
        List<String> found = new ArrayList<>();
        schema.getProperties().forEach((name, property) -> {
            if (property.getDescription() == null) {
                found.add(path + "." + name);
            }
            found.addAll(undescribed(path + "." + name, property.getItems() == null ? property : property.getItems().getSchema()));
        });
        return found;
    }

    private static void generate(Path directory) {
        new CRDGenerator()
                .customResourceClasses(BackupPolicy.class, Backup.class, Restore.class)
                .forCRDVersions(List.of("v1"))
                .withPostProcessor(new CrdTouches())
                .inOutputDir(directory.toFile())
                .detailedGenerate();
    }

    private static Map<String, String> contents(Path directory) throws IOException {
        Map<String, String> contents = new TreeMap<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                contents.put(file.getFileName().toString(), Files.readString(file));
            }
        }
        return contents;
    }
}
