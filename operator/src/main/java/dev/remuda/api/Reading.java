package dev.remuda.api;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.databind.BeanProperty;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.deser.ContextualDeserializer;
import com.fasterxml.jackson.databind.deser.DeserializationProblemHandler;

import dev.remuda.task.Json;

/**
 * Reads the spec or the status of a resource. A word that only a newer version knows is read as none, and a field as if it were not there, for one
 * such resource must not stop the watch of all. What was not understood is noted in the resource, so that nobody acts on half of a spec.
 */
final class Reading extends JsonDeserializer<Object> implements ContextualDeserializer {
    private final JavaType type;
    private final boolean spec;

    /** For Jackson, which then asks for one that knows what it reads. */
    Reading() {
        this(null, false);
    }

    private Reading(JavaType type, boolean spec) {
        this.type = type;
        this.spec = spec;
    }

    @Override
    public JsonDeserializer<?> createContextual(DeserializationContext context, BeanProperty property) {
        return new Reading(property.getType(), "spec".equals(property.getName()));
    }

    @Override
    public Object deserialize(JsonParser parser, DeserializationContext context) throws IOException {
        JsonStreamContext above = parser.getParsingContext().getParent();
        JsonNode json = context.readTree(parser);
        Noting noting = new Noting(spec);
        Object value = Json.MAPPER.readerFor(type).withHandler(noting).readValue(json);
        if (above != null && above.getCurrentValue() instanceof Versioned owner) {
            owner.unread().addAll(noting.found);
        }
        return value;
    }

    /** A field of a status that is not known tells something more and changes nothing; a word of it that is not known may change everything. */
    private static final class Noting extends DeserializationProblemHandler {
        private final boolean spec;
        private final List<String> found = new ArrayList<>();

        private Noting(boolean spec) {
            this.spec = spec;
        }

        @Override
        public boolean handleUnknownProperty(DeserializationContext context, JsonParser parser, JsonDeserializer<?> reader, Object bean, String name)
                throws IOException {
            if (spec) {
                // Jackson may look at it when all of its record was read, and then the parser is at that.
                String path = path(context);
                found.add(path.endsWith("." + name) ? path : path + "." + name);
            }
            parser.skipChildren();
            return true;
        }

        @Override
        public Object handleWeirdStringValue(DeserializationContext context, Class<?> wanted, String value, String message) {
            if (!wanted.isEnum()) {
                return NOT_HANDLED;
            }
            found.add(path(context) + " " + value);
            return null;
        }

        private String path(DeserializationContext context) {
            return (spec ? "spec" : "status") + context.getParser().getParsingContext().pathAsPointer().toString().replaceAll("/(\\d+)", "[$1]").replace('/', '.');
        }
    }
}
