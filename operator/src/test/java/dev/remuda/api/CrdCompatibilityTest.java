package dev.remuda.api;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaPropsBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import org.junit.jupiter.api.Test;

import dev.remuda.support.Folders;

import static org.assertj.core.api.Assertions.assertThat;

/** Whatever a released version took, this one takes. Rules (CEL) are not compared. */
class CrdCompatibilityTest {
    @Test
    void noResourceOfAReleaseBecomesInvalid() throws IOException {
        Map<String, CustomResourceDefinition> today = definitions(Folders.repository().resolve("crds")).collect(Collectors.toMap(crd -> crd.getMetadata().getName(), Function.identity()));
        assertThat(definitions(Folders.repository().resolve("dev/releases"))).allSatisfy(
                released -> assertThat(broken(released.getMetadata().getName(), schema(released), schema(today.get(released.getMetadata().getName())))).isEmpty());
    }

    @Test
    void whatWouldBreakIsSeen() {
        JSONSchemaProps before = new JSONSchemaPropsBuilder().withType("object").withRequired("host")
                .addToProperties("host", new JSONSchemaPropsBuilder().withType("string").withMaxLength(253L).build())
                .addToProperties("mode", new JSONSchemaPropsBuilder().withType("string").withEnum(text("a"), text("b")).build())
                .addToProperties("port", new JSONSchemaPropsBuilder().withType("integer").withMinimum(1.0).build())
                .build();
        assertThat(broken("", before, before)).isEmpty();
        assertThat(broken("", before, new JSONSchemaPropsBuilder(before).addToProperties("more", new JSONSchemaPropsBuilder().withType("string").build()).build())).isEmpty();

        JSONSchemaProps after = new JSONSchemaPropsBuilder(before).addToRequired("port").removeFromProperties("host")
                .addToProperties("mode", new JSONSchemaPropsBuilder().withType("string").withEnum(text("a")).build())
                .addToProperties("port", new JSONSchemaPropsBuilder().withType("string").withMinimum(1024.0).build())
                .build();
        assertThat(broken("spec", before, after)).containsExactlyInAnyOrder(
                "spec.host is gone", "spec.mode does not take \"b\" any more", "spec.port is string instead of integer", "spec.port must be given now",
                "spec.port has a narrower range or length");
    }

    private static JsonNode text(String value) {
        return Serialization.unmarshal('"' + value + '"', JsonNode.class);
    }

    private static Stream<CustomResourceDefinition> definitions(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            List<CustomResourceDefinition> all = new ArrayList<>();
            for (Path file : files.filter(name -> name.toString().matches(".*[.]ya?ml")).toList()) {
                for (String one : Files.readString(file).split("(?m)^---$")) {
                    if (!one.isBlank()) {
                        all.add(Serialization.unmarshal(one, CustomResourceDefinition.class));
                    }
                }
            }
            return all.stream();
        }
    }

    private static JSONSchemaProps schema(CustomResourceDefinition crd) {
        return crd.getSpec().getVersions().getFirst().getSchema().getOpenAPIV3Schema();
    }

    private static List<String> broken(String path, JSONSchemaProps before, JSONSchemaProps after) {
        if (after == null) {
            return List.of(path + " is gone");
        }
        List<String> found = new ArrayList<>();
        if (!Objects.equals(before.getType(), after.getType())) {
            found.add(path + " is " + after.getType() + " instead of " + before.getType());
        }
        if (after.getEnum() != null) {
            before.getEnum().stream().filter(value -> !after.getEnum().isEmpty() && !after.getEnum().contains(value)).forEach(value -> found.add(path + " does not take " + value + " any more"));
        }
        if (isNarrower(before, after)) {
            found.add(path + " has a narrower range or length");
        }
        after.getRequired().stream().filter(name -> !before.getRequired().contains(name)).forEach(name -> found.add(path + "." + name + " must be given now"));
        before.getProperties().forEach((name, property) -> found.addAll(broken(path + "." + name, property, after.getProperties().get(name))));
        if (before.getItems() != null && after.getItems() != null) {
            found.addAll(broken(path + "[]", before.getItems().getSchema(), after.getItems().getSchema()));
        }
        return found;
    }

    private static boolean isNarrower(JSONSchemaProps before, JSONSchemaProps after) {
        return isLess(after.getMaximum(), before.getMaximum()) || isMore(after.getMinimum(), before.getMinimum()) || isLess(after.getMaxLength(), before.getMaxLength())
                || isLess(after.getMaxItems(), before.getMaxItems()) || !Objects.equals(before.getPattern(), after.getPattern()) && after.getPattern() != null;
    }

    private static boolean isMore(Double limit, Double other) {
        return limit != null && (other == null || limit > other);
    }

    /** @param limit the narrower, when it is there and the other is not, or is beyond it */
    private static <N extends Number> boolean isLess(N limit, N other) {
        return limit != null && (other == null || limit.doubleValue() < other.doubleValue());
    }
}
