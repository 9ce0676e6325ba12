package dev.remuda.e2e;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A password that cannot be mistaken. Its core is of letters and digits alone: whatever quoting, escaping or cutting does to the rest, the core
 * stays as it is; only base64 hides it, in three ways.
 *
 * @param name what it is, for the message of a test
 */
record Planted(String name, String core) {
    private static final String SPECIAL = " it's \"so\" $HOME `id` %41 100% @:/?#[]&=+,; \\n \\ ";

    static Planted of(String name) {
        return new Planted(name, "q" + UUID.randomUUID().toString().replace("-", "").substring(0, 20));
    }

    /** With all that shells, URLs, SQL and YAML take for their own, between two cores: one is there whichever end is cut off. */
    String value() {
        return core + SPECIAL + core;
    }

    boolean isIn(String text) {
        return text.toLowerCase(Locale.ROOT).contains(core) || encoded().anyMatch(text::contains);
    }

    /** What base64 makes of the core, wherever it begins in what was encoded. */
    Stream<String> encoded() {
        return IntStream.range(0, 3).mapToObj(before -> {
            byte[] bytes = new byte[before + core.length()];
            System.arraycopy(core.getBytes(StandardCharsets.UTF_8), 0, bytes, before, core.length());
            String all = Base64.getEncoder().encodeToString(bytes);
            return all.substring((before * 8 + 5) / 6, bytes.length * 8 / 6);
        });
    }

    List<String> words() {
        return Stream.concat(Stream.of(core), encoded()).toList();
    }

    static List<String> in(String text, Planted... all) {
        return Arrays.stream(all).filter(one -> one.isIn(text)).map(Planted::name).toList();
    }
}
