package dev.remuda.support;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A pair of keys made by the program age-keygen. @param file what it wrote, with the identity in it */
public record AgeKey(String recipient, String file) {
    public static AgeKey generate() {
        Path file = Folders.temporary("age").resolve("key");
        try {
            Started.run(List.of("age-keygen", "-o", file.toString()), Folders.repository());
            String text = Files.readString(file);
            return new AgeKey(text.lines().filter(line -> line.startsWith("# public key: ")).findFirst().orElseThrow().substring("# public key: ".length()), text);
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    public String identity() {
        return file.lines().filter(line -> line.startsWith("AGE-SECRET-KEY-1")).findFirst().orElseThrow();
    }
}
