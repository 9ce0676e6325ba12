package dev.remuda;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import dev.remuda.support.Folders;
import dev.remuda.task.Reason;

import static org.assertj.core.api.Assertions.assertThat;

/** What the docs say exists. */
class DocsTest {
    private static final Pattern LINK = Pattern.compile("]\\((?!http)([^)#]+)");

    @ParameterizedTest
    @EnumSource(Reason.class)
    void everyReasonIsExplained(Reason reason) throws IOException {
        assertThat(Files.readAllLines(Folders.repository().resolve("docs/reasons.md"))).filteredOn(line -> line.startsWith("| " + reason + " |")).hasSize(1);
    }

    @Test
    void noReasonIsExplainedThatDoesNotExist() throws IOException {
        assertThat(Files.readAllLines(Folders.repository().resolve("docs/reasons.md")).stream()
                        .filter(line -> line.matches("\\| [A-Z].*"))
                        .map(line -> line.split("\\|")[1].strip()))
                .allSatisfy(Reason::valueOf);
    }

    @ParameterizedTest
    @MethodSource("pages")
    void linksLeadSomewhere(Path page) throws IOException {
        assertThat(LINK.matcher(Files.readString(page)).results().map(link -> page.resolveSibling(link.group(1)))).allSatisfy(target -> assertThat(target).exists());
    }

    private static Stream<Path> pages() throws IOException {
        Path root = Folders.repository();
        try (Stream<Path> docs = Files.walk(root.resolve("docs"))) {
            return Stream.concat(docs.filter(file -> file.toString().endsWith(".md")).toList().stream(), Stream.of(root.resolve("README.md"), root.resolve("CONTRIBUTING.md")));
        }
    }
}
