package dev.remuda.api;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

import io.fabric8.crdv2.generator.CRDPostProcessor;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceColumnDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionVersion;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;

/** What annotations cannot say of a schema: the order of columns, merge keys of lists, and words for the fields of Kubernetes' own types. */
final class CrdTouches implements CRDPostProcessor {
    private static final List<String> COLUMNS = List.of(
            "Policy", "Source", "Target", "Strategy", "Database", "Ready", "Suspended", "Tier", "Phase", "Reason", "Last Backup", "Next Backup", "Kept", "Size", "Duration", "Verified", "Expires", "Age");

    private static final long MAX_RESOURCES = 16;
    private static final long MAX_QUANTITY = 32;

    private static final Map<String, String> KINDS = Map.of(
            "BackupPolicy", "How one database is backed up: where it is, where its dumps go, and how they are made.",
            "Backup", "One backup of one database: the wish to have it, and what came of it.",
            "Restore", "One restore of one backup into one database.");

    private static final Map<String, String> WORDS = Map.ofEntries(
            Map.entry("spec", "What is wanted."),
            Map.entry("status", "What came of it; written by the operator."),
            Map.entry("conditions.type", "What the condition speaks of."),
            Map.entry("conditions.status", "True, False or Unknown."),
            Map.entry("conditions.reason", "Why, in one word; docs/troubleshooting.md has an entry for each."),
            Map.entry("conditions.message", "What happened, to what, and what to do."),
            Map.entry("conditions.lastTransitionTime", "When the status last changed."),
            Map.entry("conditions.observedGeneration", "The generation of the spec that the condition speaks of."),
            Map.entry("resources.requests", "What is set aside for the worker, such as cpu: 100m."),
            Map.entry("resources.limits", "What the worker may use at most, such as memory: 512Mi."),
            Map.entry("resources.claims", "Dynamic resource claims of the Pod."),
            Map.entry("claims.name", "Name of the claim."),
            Map.entry("claims.request", "Name of the request in the claim."),
            Map.entry("env.name", "Name of the variable."),
            Map.entry("env.value", "Its value."),
            Map.entry("env.valueFrom", "Where its value comes from instead."),
            Map.entry("valueFrom.configMapKeyRef", "A key of a ConfigMap in the same namespace."),
            Map.entry("configMapKeyRef.name", "Name of the ConfigMap."),
            Map.entry("configMapKeyRef.key", "The key."),
            Map.entry("configMapKeyRef.optional", "Whether it may be missing."),
            Map.entry("valueFrom.secretKeyRef", "A key of a Secret in the same namespace."),
            Map.entry("secretKeyRef.name", "Name of the Secret."),
            Map.entry("secretKeyRef.key", "The key."),
            Map.entry("secretKeyRef.optional", "Whether it may be missing."),
            Map.entry("valueFrom.fieldRef", "A field of the Pod."),
            Map.entry("fieldRef.apiVersion", "Version of the API that the path is of. Default v1."),
            Map.entry("fieldRef.fieldPath", "Path of the field, such as metadata.namespace."),
            Map.entry("valueFrom.fileKeyRef", "A key of a file in a volume of the Pod."),
            Map.entry("fileKeyRef.key", "The key."),
            Map.entry("fileKeyRef.optional", "Whether it may be missing."),
            Map.entry("fileKeyRef.path", "Path of the file in the volume."),
            Map.entry("fileKeyRef.volumeName", "Name of the volume."),
            Map.entry("valueFrom.resourceFieldRef", "What the container may use of a resource."),
            Map.entry("resourceFieldRef.containerName", "Name of the container."),
            Map.entry("resourceFieldRef.divisor", "The unit to count in."),
            Map.entry("resourceFieldRef.resource", "The resource, such as limits.memory."),
            Map.entry("tolerations.key", "The taint's key; absent with operator Exists: all taints."),
            Map.entry("tolerations.operator", "Exists or Equal (the default)."),
            Map.entry("tolerations.value", "The taint's value, with Equal."),
            Map.entry("tolerations.effect", "NoSchedule, PreferNoSchedule or NoExecute; absent: all effects."),
            Map.entry("tolerations.tolerationSeconds", "With NoExecute: how many seconds the Pod may stay; absent: for ever."));

    @Override
    public HasMetadata process(HasMetadata resource, String version) {
        if (resource instanceof CustomResourceDefinition crd) {
            crd.getSpec().getVersions().forEach(CrdTouches::touch);
            crd.getSpec().getVersions().forEach(each -> each.getSchema().getOpenAPIV3Schema().setDescription(KINDS.get(crd.getSpec().getNames().getKind())));
        }
        return resource;
    }

    private static void touch(CustomResourceDefinitionVersion version) {
        List<CustomResourceColumnDefinition> columns = new ArrayList<>(version.getAdditionalPrinterColumns());
        columns.sort(Comparator.comparingInt(column -> COLUMNS.indexOf(column.getName())));
        version.setAdditionalPrinterColumns(columns);
        describe("", version.getSchema().getOpenAPIV3Schema());
        acceptNewWords(version.getSchema().getOpenAPIV3Schema().getProperties().get("status").getProperties());
    }

    /** CRDs are often older than the operator: a reason or phase that they do not know yet must not make them refuse its status. */
    private static void acceptNewWords(Map<String, JSONSchemaProps> status) {
        if (status.containsKey("storageClass")) {
            status.get("storageClass").setEnum(null);
        }
        status.values().stream()
                .filter(part -> part.getProperties() != null && part.getProperties().containsKey("job"))
                .map(part -> part.getProperties().get("job").getProperties())
                .filter(job -> job != null && job.containsKey("reason"))
                .forEach(job -> job.get("reason").setEnum(null));
        if (status.containsKey("verification") && status.get("verification").getProperties().containsKey("kind")) {
            status.get("verification").getProperties().get("kind").setEnum(null);
        }
        if (status.containsKey("phase")) {
            status.get("phase").setEnum(null);
        }
        if (status.containsKey("steps")) {
            Map<String, JSONSchemaProps> step = status.get("steps").getItems().getSchema().getProperties();
            step.get("name").setEnum(null);
            step.get("reason").setEnum(null);
        }
        if (status.containsKey("attempts")) {
            status.get("attempts").getItems().getSchema().getProperties().get("reason").setEnum(null);
        }
    }

    /** The generator reads a rule of a record component twice: from the field and from its accessor. */
    private static void sayOnce(JSONSchemaProps schema) {
        if (schema.getXKubernetesValidations() != null) {
            schema.setXKubernetesValidations(List.copyOf(new LinkedHashSet<>(schema.getXKubernetesValidations())));
        }
    }

    private static void describe(String name, JSONSchemaProps schema) {
        sayOnce(schema);
        if (schema.getAdditionalProperties() != null && Boolean.TRUE.equals(schema.getAdditionalProperties().getSchema().getXKubernetesIntOrString())) {
            // Without these the API server thinks that a rule about quantities could cost too much.
            schema.setMaxProperties(MAX_RESOURCES);
            schema.getAdditionalProperties().getSchema().setMaxLength(MAX_QUANTITY);
        }
        if (schema.getProperties() == null) {
            return;
        }
        schema.getProperties().forEach((child, property) -> {
            if (property.getDescription() == null) {
                property.setDescription(WORDS.getOrDefault(name + "." + child, WORDS.get(child)));
            }
            if (List.of("tiers", "copies").contains(child) && property.getItems().getSchema().getProperties() != null && property.getItems().getSchema().getProperties().containsKey("name")) {
                property.setXKubernetesListType("map");
                property.setXKubernetesListMapKeys(List.of("name"));
            }
            if (child.equals("conditions")) {
                property.setXKubernetesListType("map");
                property.setXKubernetesListMapKeys(List.of("type"));
                property.getItems().getSchema().setRequired(List.of("type", "status")); // the key must be; kubectl wait reads the other
            }
            sayOnce(property);
            describe(child, property.getItems() == null ? property : property.getItems().getSchema());
        });
    }
}
