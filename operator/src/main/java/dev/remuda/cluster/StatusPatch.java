package dev.remuda.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.fabric8.kubernetes.api.model.HasMetadata;

import dev.remuda.api.Versioned;
import dev.remuda.task.Json;

/** A status as a JSON patch of the fields that this operator knows: what a newer one has noted in others stays. */
final class StatusPatch {
    private static final String STATUS = "status.";

    /** With the nulls, which are the fields to take away. */
    private static final ObjectMapper WHOLE =
            Json.MAPPER.copy().setDefaultPropertyInclusion(JsonInclude.Value.construct(JsonInclude.Include.ALWAYS, JsonInclude.Include.NON_NULL));

    private StatusPatch() {}

    /**
     * To be applied to that very version of the resource or not at all.
     *
     * @param first whether the resource has no status yet
     */
    static String of(HasMetadata resource, Object status, boolean first) {
        ArrayNode patch = JsonNodeFactory.instance.arrayNode();
        add(patch, "/metadata/resourceVersion", TextNode.valueOf(resource.getMetadata().getResourceVersion()));
        if (first) {
            add(patch, "/status", Json.MAPPER.valueToTree(status));
            return patch.toString();
        }
        ObjectNode known = Json.MAPPER.valueToTree(status);
        Set<String> unread = resource instanceof Versioned versioned ? unread(versioned) : Set.of();
        WHOLE.<ObjectNode>valueToTree(status).fieldNames().forEachRemaining(field -> {
            if (known.has(field)) {
                add(patch, "/status/" + field, known.get(field));
            } else if (!unread.contains(field)) {
                add(patch, "/status/" + field, NullNode.getInstance()); // what is not there cannot be removed, which would be an error
                patch.addObject().put("op", "remove").put("path", "/status/" + field);
            }
        });
        return patch.toString();
    }

    /** What was not understood was read as none, and is not to be lost by that. */
    private static Set<String> unread(Versioned resource) {
        return resource.unread().stream()
                .filter(path -> path.startsWith(STATUS))
                .map(path -> path.substring(STATUS.length()).split("[^A-Za-z]")[0])
                .collect(Collectors.toSet());
    }

    private static void add(ArrayNode patch, String path, JsonNode value) {
        patch.addObject().put("op", "add").put("path", path).set("value", value);
    }

    /** What was sent and is not in the answer: the API server leaves out what its CustomResourceDefinition does not have. */
    static List<String> dropped(Object sent, Object answered) {
        List<String> dropped = new ArrayList<>();
        compare("status", Json.MAPPER.valueToTree(sent), answered == null ? JsonNodeFactory.instance.objectNode() : Json.MAPPER.valueToTree(answered), dropped);
        return dropped;
    }

    private static void compare(String path, JsonNode sent, JsonNode answered, List<String> dropped) {
        sent.propertyStream().filter(entry -> !isEmpty(entry.getValue())).forEach(entry -> {
            JsonNode found = answered.get(entry.getKey());
            if (found == null || isEmpty(found)) {
                dropped.add(path + "." + entry.getKey());
            } else {
                compare(path + "." + entry.getKey(), entry.getValue(), found, dropped);
            }
        });
        for (int i = 0; sent.isArray() && i < Math.min(sent.size(), answered.size()); i++) {
            compare(path + "[" + i + "]", sent.get(i), answered.get(i), dropped);
        }
    }

    /** An empty thing is read again as none. */
    private static boolean isEmpty(JsonNode value) {
        return value.isNull() || value.isContainerNode() && value.isEmpty();
    }
}
