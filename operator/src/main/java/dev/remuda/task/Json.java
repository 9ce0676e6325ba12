package dev.remuda.task;

import java.nio.charset.StandardCharsets;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;

/** How tasks, results and manifests are written and read: ISO times, no nulls, unknown fields of newer versions ignored. */
public final class Json {
    /** The kubelet keeps this many bytes of a termination message. */
    public static final int MAX_RESULT_BYTES = 4096;

    public static final ObjectMapper MAPPER = JsonMapper.builder()
            .addModule(new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .defaultPropertyInclusion(JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.NON_NULL))
            .build();

    private Json() {}

    public static String write(Object value) {
        try {
            return MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("cannot be written as JSON: " + value.getClass().getName(), e);
        }
    }

    /** @throws IllegalArgumentException when the text is not the JSON of such a value */
    public static <T> T read(String text, Class<T> type) {
        try {
            return MAPPER.readValue(text, type);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("is not the JSON of a " + type.getSimpleName() + ": " + e.getOriginalMessage(), e);
        }
    }

    /** The result as it fits a termination message; long texts and lists are shortened, facts are kept. */
    public static String writeResult(Result result) {
        String text = write(result);
        if (utf8Length(text) <= MAX_RESULT_BYTES) {
            return text;
        }
        return switch (result) {
            case FailureResult f -> writeResult(new FailureResult(f.reason(), shorten(f.message()), f.leftovers()));
            case BackupResult b -> write(withoutExtensions(b));
            case SettleResult s -> write(new SettleResult(withoutExtensions(s.completed()), s.removedObjects(), s.abortedUploads()));
            case RestoreResult r -> text;
        };
    }

    private static BackupResult withoutExtensions(BackupResult b) {
        return new BackupResult(
                b.databaseName(), b.dataKey(), b.sizeBytes(), b.checksum(), b.databaseSizeBytes(), b.startedAt(), b.snapshotAt(),
                b.finishedAt(), b.serverVersion(), b.lsn(), null, b.tables(), b.rows(), b.tagged());
    }

    private static String shorten(String message) {
        int keep = message.length() * 3 / 4;
        return message.substring(0, keep) + " …";
    }

    private static int utf8Length(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
