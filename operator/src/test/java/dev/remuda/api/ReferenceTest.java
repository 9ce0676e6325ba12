package dev.remuda.api;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;

import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.client.utils.Serialization;
import org.junit.jupiter.api.Test;

import dev.remuda.support.Folders;

import static org.assertj.core.api.Assertions.assertThat;

/** docs/reference.md is made from crds/; {@code make crds} writes both. */
class ReferenceTest {
    private static final Path FILE = Folders.repository().resolve("docs/reference.md");

    @Test
    void committedFileIsUpToDate() throws IOException {
        String made = reference();
        if (Boolean.getBoolean("crds.write")) {
            Files.writeString(FILE, made);
        }
        assertThat(Files.readString(FILE)).as("run: make crds").isEqualTo(made);
    }

    private static String reference() throws IOException {
        StringBuilder page = new StringBuilder("""
                # Reference

                Every field of the three kinds, as `kubectl explain` tells it. Made from [crds/](../crds); * must be given.
                """);
        for (String kind : List.of("backuppolicies", "backups", "restores")) {
            CustomResourceDefinition definition =
                    Serialization.unmarshal(Files.readString(Folders.repository().resolve("crds/" + kind + ".remuda.dev-v1.yml")), CustomResourceDefinition.class);
            JSONSchemaProps schema = definition.getSpec().getVersions().getFirst().getSchema().getOpenAPIV3Schema();
            page.append("\n## ").append(definition.getSpec().getNames().getKind()).append("\n\nShort name: `")
                    .append(String.join("`, `", definition.getSpec().getNames().getShortNames())).append("`\n");
            for (String part : List.of("spec", "status")) {
                page.append("\n| ").append(part).append(" | type | default | |\n| --- | --- | --- | --- |\n");
                rows(page, "", schema.getProperties().get(part));
            }
        }
        return page.toString();
    }

    private static void rows(StringBuilder page, String path, JSONSchemaProps schema) {
        for (Map.Entry<String, JSONSchemaProps> property : schema.getProperties().entrySet()) {
            JSONSchemaProps field = property.getValue();
            boolean required = schema.getRequired() != null && schema.getRequired().contains(property.getKey());
            String name = path + property.getKey();
            page.append("| `").append(name).append('`').append(required ? " *" : "").append(" | ").append(type(field)).append(" | ")
                    .append(field.getDefault() == null ? "" : "`" + cell(field.getDefault().toString()) + "`").append(" | ").append(words(field)).append(" |\n");
            if (isOurs(field)) {
                rows(page, name + ".", field);
            } else if ("array".equals(field.getType()) && isOurs(field.getItems().getSchema())) {
                rows(page, name + "[].", field.getItems().getSchema());
            }
        }
    }

    /** What Kubernetes itself describes is not described again. */
    private static boolean isOurs(JSONSchemaProps schema) {
        return schema.getProperties() != null && !schema.getProperties().isEmpty()
                && new TreeSet<>(schema.getProperties().keySet()).stream().noneMatch(List.of("lastTransitionTime", "valueFrom", "tolerationSeconds", "claims")::contains);
    }

    private static String type(JSONSchemaProps field) {
        return switch (field.getType() == null ? "" : field.getType()) {
            case "array" -> "list of " + type(field.getItems().getSchema());
            case "object" -> field.getAdditionalProperties() != null ? "map" : "object";
            case "" -> "any";
            default -> field.getFormat() == null || "int32".equals(field.getFormat()) || "int64".equals(field.getFormat()) ? field.getType() : field.getFormat();
        };
    }

    private static String words(JSONSchemaProps field) {
        String described = field.getDescription() == null ? "" : field.getDescription();
        List<String> choices = field.getEnum() == null ? List.of() : field.getEnum().stream().map(value -> "`" + value.asText() + "`").toList();
        return cell(Stream.of(described, choices.isEmpty() ? "" : "One of " + String.join(", ", choices) + ".").filter(text -> !text.isEmpty()).reduce((a, b) -> a + " " + b).orElse(""));
    }

    private static String cell(String text) {
        return text.replace("|", "\\|").replace("\n", " ");
    }
}
