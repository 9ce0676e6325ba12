package dev.remuda.task;

import java.nio.charset.StandardCharsets;
import java.util.function.IntFunction;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;

/** How tasks, results and manifests are written and read: ISO times, no nulls, unknown fields of newer versions ignored. */
public final class Json {
    /** The kubelet keeps this many bytes of a termination message. */
    public static final int MAX_RESULT_BYTES = 4096;

    private static final int LONG_VERSION = 100;

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

    /** In ASCII: a program reads its environment in the encoding of its locale, and an image may have none. */
    public static String writeTask(Task task) {
        try {
            return MAPPER.writer().with(JsonWriteFeature.ESCAPE_NON_ASCII).writeValueAsString(task);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("cannot be written as JSON: " + task.getClass().getName(), e);
        }
    }

    /** @throws IllegalArgumentException when the text is not the JSON of such a value */
    public static <T> T read(String text, Class<T> type) {
        try {
            T value = MAPPER.readValue(text, type);
            if (value == null) {
                throw new IllegalArgumentException("is null, not the JSON of a " + type.getSimpleName());
            }
            return value;
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("is not the JSON of a " + type.getSimpleName() + ": " + e.getOriginalMessage(), e);
        }
    }

    /** The result as it fits a termination message; long texts and lists are shortened, facts are kept. */
    public static String writeResult(Result result) {
        String text = write(result);
        if (fits(text)) {
            return text;
        }
        return switch (result) {
            case FailureResult f -> shortened(f);
            case BackupResult b -> cutToFit(keep -> shortened(b, keep));
            case SettleResult s -> cutToFit(keep -> new SettleResult(shortened(s.completed(), keep), s.removedObjects(), s.abortedUploads()));
            case MaintainResult m -> shortened(m);
            case PreflightResult p -> cutToFit(keep -> new PreflightResult(
                    p.databaseName(), p.targetOid(), cut(p.serverVersion(), LONG_VERSION), p.snapshotAt(), cut(p.archived(), keep), cut(p.note(), keep), p.finishedAt()));
            case RestoreResult r -> cutToFit(keep -> new RestoreResult(
                    r.databaseName(), r.tables(), r.rows(), r.bytes(), cut(r.serverVersion(), LONG_VERSION), cut(r.note(), keep), r.startedAt(), r.finishedAt()));
            case CatalogueResult c -> cutToFit(keep -> new CatalogueResult(c.told(), c.last(), c.more(), cut(c.heldBy(), keep), c.unreadable().stream().map(one -> cut(one, keep)).toList()));
            case VerifyResult v -> cutToFit(keep -> new VerifyResult(
                    v.whole(), v.sealed(), v.archived(), v.damaged().stream().map(one -> new VerifyResult.Damaged(one.uid(), one.reason(), cut(one.message(), keep))).toList(),
                    v.stoppedBy() == null ? null : new FailureResult(v.stoppedBy().reason(), cut(v.stoppedBy().message(), keep), false)));
            case CopyResult c -> cutToFit(keep -> new CopyResult(
                    c.copied(), c.lockedUntil(), c.failed().stream().map(one -> new CopyResult.Failed(one.uid(), one.reason(), cut(one.message(), keep))).toList()));
            case ConnectionResult c -> text;
            case SwitchResult s -> text;
            case CleanUpResult c -> text;
            case DropResult d -> text;
            case ReportResult r -> text;
        };
    }

    /** @param shorter the result with its words cut to so many characters */
    private static String cutToFit(IntFunction<Result> shorter) {
        int keep = MAX_RESULT_BYTES;
        String text;
        do {
            keep = keep * 7 / 8;
            text = write(shorter.apply(keep));
        } while (!fits(text) && keep > 0);
        return text;
    }

    private static String shortened(FailureResult f) {
        int keep = f.message().length();
        String text;
        do {
            keep = keep * 15 / 16;
            text = write(new FailureResult(f.reason(), cut(f.message(), keep), f.leftovers()));
        } while (!fits(text));
        return text;
    }

    private static BackupResult shortened(BackupResult b, int keep) {
        return new BackupResult(
                b.databaseName(), b.dataKey(), b.sizeBytes(), b.checksum(), b.databaseSizeBytes(), b.startedAt(), b.snapshotAt(),
                b.finishedAt(), cut(b.serverVersion(), LONG_VERSION), b.lsn(), null, b.tables(), b.rows(), cut(b.note(), keep), cut(b.suspicion(), keep));
    }

    /** Facts are short; words are what can be cut. */
    private static String shortened(MaintainResult m) {
        int keep = 512;
        String text;
        do {
            keep = keep * 3 / 4;
            int length = keep;
            text = write(new MaintainResult(
                    m.checked(), m.missing().stream().map(name -> cut(name, length)).toList(), m.purged(), m.moved(),
                    m.spared().stream().map(one -> new MaintainResult.Spared(one.uid(), cut(one.why(), length))).toList(),
                    m.failed().stream().map(one -> new MaintainResult.Failed(one.uid(), one.reason(), cut(one.message(), length))).toList(),
                    m.sweptObjects(), m.abortedUploads()));
        } while (!fits(text) && keep > 0);
        return text;
    }

    private static String cut(String text, int keep) {
        if (text == null || text.length() <= keep) {
            return text;
        }
        int end = keep > 0 && Character.isHighSurrogate(text.charAt(keep - 1)) ? keep - 1 : keep;
        return text.substring(0, end) + " …";
    }

    private static boolean fits(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length <= MAX_RESULT_BYTES;
    }
}
