package dev.remuda;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;

import dev.remuda.support.Folders;

import static org.assertj.core.api.Assertions.assertThat;

/** The list of what ships is what ships, and all of it may be shipped. It runs when the package is made. */
class SbomIT {
    /** Those that ask for no more than their text; logback and Vert.x leave the choice between two, of which one is here. */
    private static final Set<String> LICENCES = Set.of("Apache-2.0", "Apache 2 License", "MIT", "MIT-0", "0BSD", "BSD-2-Clause", "CC0-1.0", "EPL-2.0");

    private static final Path TARGET = Folders.repository().resolve("operator/target");

    @Test
    void itNamesEachJarThatShipsAndNoOther() throws IOException {
        Set<String> listed = new TreeSet<>();
        components().forEach(component -> listed.add(component.path("name").asText() + "-" + component.path("version").asText() + ".jar"));

        assertThat(listed).isNotEmpty().isEqualTo(shipped());
    }

    @Test
    void theJarFindsEachOfThem() throws IOException {
        try (JarFile jar = new JarFile(TARGET.resolve("remuda-operator.jar").toFile())) {
            Manifest manifest = jar.getManifest();
            assertThat(manifest.getMainAttributes().getValue("Class-Path").replace("lib/", "").split(" ")).containsExactlyInAnyOrderElementsOf(shipped());
            assertThat(manifest.getMainAttributes().keySet()).extracting(Object::toString)
                    .as("no trace of who built it, when and with what JDK").doesNotContain("Build-Jdk-Spec", "Build-Jdk", "Built-By", "Build-Time");
        }
    }

    @Test
    void eachHasALicenceThatWeMayShip() throws IOException {
        assertThat(components()).allSatisfy(component -> assertThat(licences(component)).as(component.path("name").asText()).containsAnyElementsOf(LICENCES));
    }

    private static List<String> licences(JsonNode component) {
        List<String> names = new ArrayList<>();
        component.path("licenses").forEach(choice -> {
            JsonNode licence = choice.path("license");
            names.add(choice.has("expression") ? choice.path("expression").asText() : licence.path("id").asText(licence.path("name").asText()));
        });
        return names;
    }

    private static List<JsonNode> components() throws IOException {
        assertThat(TARGET.resolve("bom.json")).as("made with the package, though not when Maven is offline (-o)").exists();
        List<JsonNode> components = new ArrayList<>();
        new ObjectMapper().readTree(TARGET.resolve("bom.json").toFile()).path("components").forEach(components::add);
        return components;
    }

    private static Set<String> shipped() throws IOException {
        try (Stream<Path> jars = Files.list(TARGET.resolve("lib"))) {
            return jars.map(jar -> jar.getFileName().toString()).collect(Collectors.toCollection(TreeSet::new));
        }
    }
}
