package dev.remuda.api;

import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.Toleration;

/** What the Pods of Jobs are given beside what Remuda sets. */
public record JobTemplateSpec(
        @JsonPropertyDescription("CPU and memory of the worker. Default: requests of 100m CPU and 256Mi memory, a limit of 512Mi memory; a worker needs no more for larger databases.")
        @ValidationRule(
                value = JobTemplateSpec.QUANTITIES,
                message = JobTemplateSpec.NO_QUANTITIES)
        ResourceRequirements resources,
        @JsonPropertyDescription("ServiceAccount of the Pods, for cloud identities such as IRSA. Its token is not mounted. Default: default.")
        @Size(min = 1, max = 253) String serviceAccountName,
        @JsonPropertyDescription("Labels that a node must have.") @Size(max = 32) Map<String, String> nodeSelector,
        @JsonPropertyDescription("Taints that the Pods tolerate.") @Size(max = 32) List<Toleration> tolerations,
        @JsonPropertyDescription("Labels for Jobs and Pods. Labels of remuda.dev are Remuda's own and win.") @Size(max = 32) Map<String, String> labels,
        @JsonPropertyDescription("Annotations for Jobs and Pods.") @Size(max = 32) Map<String, String> annotations) {

    static final String QUANTITIES = "(!has(self.requests) || self.requests.all(name, isQuantity(string(self.requests[name]))))"
            + " && (!has(self.limits) || self.limits.all(name, isQuantity(string(self.limits[name]))))";
    static final String NO_QUANTITIES = "requests and limits must be quantities such as 100m, 2 or 512Mi";

    public static final JobTemplateSpec EMPTY = new JobTemplateSpec(null, null, null, null, null, null);

    public JobTemplateSpec {
        nodeSelector = nodeSelector == null ? Map.of() : Map.copyOf(nodeSelector);
        tolerations = tolerations == null ? List.of() : List.copyOf(tolerations);
        labels = labels == null ? Map.of() : Map.copyOf(labels);
        annotations = annotations == null ? Map.of() : Map.copyOf(annotations);
    }
}
