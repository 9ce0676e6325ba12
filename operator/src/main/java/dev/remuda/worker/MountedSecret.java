package dev.remuda.worker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

import dev.remuda.task.Reason;
import dev.remuda.task.SecretFiles;

/** A Secret as the kubelet mounts it: one file a key. */
public final class MountedSecret {
    private final SecretFiles files;

    /** @throws WorkFailure SecretMissing, when there is no such Secret */
    public MountedSecret(SecretFiles files) {
        this.files = files;
        if (keys().isEmpty()) {
            throw new WorkFailure(
                    Reason.SecretMissing, "Secret " + files.name() + " does not exist in this namespace, or is empty; create it: a login has the keys username and password (or uri), a store AWS_ACCESS_KEY_ID "
                            + "and AWS_SECRET_ACCESS_KEY, an identity of age the key identity");
        }
    }

    public String name() {
        return files.name();
    }

    /**
     * What the Secret says of a field.
     *
     * @param field the field's name, by which the user may give it a key of its own
     * @param usualKeys the keys to look at when the user did not
     * @throws WorkFailure SecretMissing, when the user named a key that is not there
     */
    public Optional<String> find(String field, String... usualKeys) {
        return find(field, this::line, usualKeys);
    }

    /** The same of a text that may have many lines. */
    Optional<String> findText(String field, String... usualKeys) {
        return find(field, this::read, usualKeys);
    }

    private Optional<String> find(String field, Function<String, Optional<String>> reading, String... usualKeys) {
        String own = files.keys().get(field);
        if (own != null) {
            return Optional.of(reading.apply(own).orElseThrow(() -> missing("key " + own + ", which secretRef.keys names for " + field)));
        }
        return Stream.of(usualKeys).flatMap(key -> reading.apply(key).stream()).findFirst();
    }

    private Optional<String> line(String key) {
        return read(key).map(text -> oneLine(key, text));
    }

    /** The failure that names what is missing and what is there. Keys are no secret; values never appear. */
    public WorkFailure missing(String what) {
        return new WorkFailure(Reason.SecretMissing, "Secret " + files.name() + " has no " + what + "; its keys are: " + String.join(", ", keys()));
    }

    private Optional<String> read(String key) {
        Path file = Path.of(files.directory()).resolve(key).normalize();
        if (!file.startsWith(Path.of(files.directory()).normalize()) || !Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(Files.readString(file).strip());
        } catch (IOException e) {
            throw new WorkFailure(Reason.SecretMissing, "key " + key + " of Secret " + files.name() + " cannot be read as text", e);
        }
    }

    /** What refuses such a value later, an HTTP client or an environment, quotes all of it in its message. */
    private String oneLine(String key, String text) {
        if (text.chars().anyMatch(Character::isISOControl)) {
            throw new WorkFailure(
                    Reason.InvalidSpec, "key " + key + " of Secret " + files.name() + " has a line break or another control character within; write it again as one line");
        }
        return text;
    }

    /** The kubelet's own entries begin with two dots. */
    private List<String> keys() {
        try (Stream<Path> entries = Files.list(Path.of(files.directory()))) {
            return entries.map(entry -> entry.getFileName().toString()).filter(name -> !name.startsWith("..")).sorted().toList();
        } catch (IOException e) {
            return List.of(); // not mounted: as good as missing, and said so
        }
    }
}
