package dev.remuda.support;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.client.KubernetesClient;

/** What an API server wrote down about who asked for what, beside what the chart permits. */
public final class Audit {
    /** The chart's ServiceAccount, where the tests install it. */
    public static final String OPERATOR = "system:serviceaccount:remuda-system:remuda";

    /** What anybody may ask about himself; the client does so to name its own rights when one is missing. */
    private static final String OF_ONESELF = "authorization.k8s.io";

    private static final ObjectMapper JSON = new ObjectMapper();

    private Audit() {}

    /**
     * One that was answered, for a resource.
     *
     * @param right verb, group and resource, as {@link #rights} has it
     */
    public record Request(String user, String namespace, String right, boolean permitted) {
        public boolean isForSecrets() {
            return right.endsWith(" /secrets");
        }
    }

    public static List<Request> requests(Path log) throws IOException {
        List<Request> requests = new ArrayList<>();
        try (Stream<String> lines = Files.lines(log)) {
            for (String line : lines.filter(text -> text.endsWith("}")).toList()) { // the last one may be half written
                JsonNode event = JSON.readTree(line);
                JsonNode object = event.path("objectRef");
                if (!object.isMissingNode() && !object.path("apiGroup").asText().equals(OF_ONESELF)) {
                    String subresource = object.path("subresource").asText();
                    String resource = object.path("apiGroup").asText() + "/" + object.path("resource").asText() + (subresource.isEmpty() ? "" : "/" + subresource);
                    requests.add(new Request(
                            event.path("user").path("username").asText(), object.path("namespace").asText(), event.path("verb").asText() + " " + resource,
                            "allow".equals(event.path("annotations").path("authorization.k8s.io/decision").asText())));
                }
            }
        }
        return requests;
    }

    /** All that the chart permits, one verb and resource each. */
    public static Set<String> rights(KubernetesClient client) {
        return rules(client).stream()
                .flatMap(rule -> rule.getApiGroups().stream().flatMap(group -> rule.getResources().stream().flatMap(
                        resource -> rule.getVerbs().stream().map(verb -> verb + " " + group + "/" + resource))))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static List<PolicyRule> rules(KubernetesClient client) {
        return Chart.resources(client, Chart.CLUSTER_WIDE, "--no-hooks").stream()
                .flatMap(resource -> switch (resource) {
                    case ClusterRole role -> role.getRules().stream();
                    case Role role -> role.getRules().stream();
                    default -> Stream.<PolicyRule>empty();
                })
                .toList();
    }
}
