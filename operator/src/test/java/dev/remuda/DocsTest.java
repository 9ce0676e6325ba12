package dev.remuda;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import dev.remuda.api.RestoreStatus.StepName;
import dev.remuda.support.Folders;
import dev.remuda.task.Reason;

import static org.assertj.core.api.Assertions.assertThat;

/** What the docs say exists. */
class DocsTest {
    private static final Pattern LINK = Pattern.compile("]\\((?!http)([^)#]+)");
    private static final Pattern ANCHOR = Pattern.compile("]\\((?!http)([^)#]*)#([^)]+)\\)");
    private static final Pattern HEADING = Pattern.compile("^#+ (.+)$", Pattern.MULTILINE);
    private static final Pattern ENTRY = Pattern.compile("^### (.+)\\n\\n((?:(?!#).*\\n)*)", Pattern.MULTILINE);
    private static final Pattern SPAN = Pattern.compile("`([^`]+)`");
    private static final Pattern WORD_ROW = Pattern.compile("^- (`\\w+`(?:, `\\w+`)*) \\(", Pattern.MULTILINE);
    private static final Pattern WORD = Pattern.compile("(?<!name = |@Default\\()\"((?:[A-Z][a-z]+)+)\""); // columns and defaults are none
    private static final String NO_FAILURE = "\n## Words that are no failure\n";

    /** Workers write neither conditions nor Events; these files have words of S3's, Kubernetes' and HTTP's alone. */
    private static final String WORKER = "worker";
    private static final Set<String> OF_OTHERS =
            Set.of("LifecycleRules.java", "Beside.java", "Outcome.java", "Outcomes.java", "JobBuilding.java", "OperatorConfig.java", "ServerClock.java");
    private static final Set<String> OF_KUBERNETES = Set.of(
            "Ready", "SourceAvailable", "Verified", "Intact", "True", "False", "Unknown", "Normal", "Warning", "FailedMount", "FailedAttachVolume", "FailedCreatePodSandBox",
            "NamespaceTerminating");

    private static String page;
    private static String sources;

    @BeforeAll
    static void read() throws IOException {
        page = Files.readString(Folders.repository().resolve("docs/troubleshooting.md"));
        sources = (code("operator/src/main/java", file -> true) + code("operator/src/test/java", file -> true)).replaceAll("\"\\s*\\+\\s*\"", "").replace("\\\"", "\"");
    }

    @ParameterizedTest
    @EnumSource(Reason.class)
    void everyReasonHasALookACauseAndACure(Reason reason) {
        List<String> entries = ENTRY.matcher(page).results().filter(entry -> entry.group(1).equals(reason.name())).map(entry -> entry.group(2).strip()).toList();

        assertThat(entries).hasSize(1);
        assertThat(entries.getFirst().split("\\n(?! )")).satisfiesExactly(
                looks -> assertThat(looks).matches("(?s)- Looks like:\\s+`.+"),
                cause -> assertThat(cause).startsWith("- Cause: "),
                cure -> assertThat(cure).startsWith("- Cure: "),
                again -> assertThat(again).isEqualTo("- Tried again: " + (reason.canPass() ? "yes." : "no.")));
    }

    /** Values are left out with dots; what stands between them is in the code, or in a test of it. */
    @ParameterizedTest
    @EnumSource(Reason.class)
    void messagesAreThoseOfTheCode(Reason reason) {
        String looks = page.split("\\n### " + reason + "\\n")[1].split("\\n- Cause: ")[0];

        assertThat(SPAN.matcher(looks).results().flatMap(span -> Arrays.stream(span.group(1).split("…"))).map(String::strip))
                .filteredOn(part -> !sources.contains(part))
                .isEmpty();
    }

    @Test
    void noReasonIsExplainedThatDoesNotExist() {
        assertThat(ENTRY.matcher(page).results().map(entry -> entry.group(1))).allSatisfy(Reason::valueOf);
    }

    @Test
    void whatElseConditionsAndEventsSayIsExplained() throws IOException {
        String telling = code("operator/src/main/java/dev/remuda", file -> !file.startsWith(WORKER) && !OF_OTHERS.contains(file.getFileName().toString()));
        Set<String> said = WORD.matcher(telling).results().map(word -> word.group(1)).collect(Collectors.toCollection(TreeSet::new));
        said.removeAll(OF_KUBERNETES);
        Set<String> steps = Stream.of(StepName.values()).filter(step -> step != StepName.Drop && step != StepName.Report).map(Enum::name).collect(Collectors.toSet()); // a Restore that drops or reports has ended
        said.addAll(steps);

        List<String> explained = WORD_ROW.matcher(page.substring(page.indexOf(NO_FAILURE))).results()
                .flatMap(row -> SPAN.matcher(row.group(1)).results())
                .map(word -> word.group(1))
                .toList();

        assertThat(explained).containsExactlyInAnyOrderElementsOf(said);
    }

    @ParameterizedTest
    @MethodSource("pages")
    void linksLeadSomewhere(Path file) throws IOException {
        String text = Files.readString(file);

        assertThat(LINK.matcher(text).results().map(link -> file.resolveSibling(link.group(1)))).allSatisfy(target -> assertThat(target).exists());
        for (MatchResult link : ANCHOR.matcher(text).results().toList()) {
            Path target = link.group(1).isEmpty() ? file : file.resolveSibling(link.group(1));
            assertThat(HEADING.matcher(Files.readString(target)).results().map(heading -> anchor(heading.group(1)))).contains(link.group(2));
        }
    }

    /** As GitHub makes it. */
    private static String anchor(String heading) {
        return heading.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9 -]", "").replace(' ', '-');
    }

    private static String code(String folder, Predicate<Path> wanted) throws IOException {
        Path root = Folders.repository().resolve(folder);
        try (Stream<Path> files = Files.walk(root)) {
            StringBuilder all = new StringBuilder();
            for (Path file : files.filter(one -> one.toString().endsWith(".java") && wanted.test(root.relativize(one))).toList()) {
                all.append(Files.readString(file));
            }
            return all.toString();
        }
    }

    private static Stream<Path> pages() throws IOException {
        Path root = Folders.repository();
        try (Stream<Path> docs = Files.walk(root.resolve("docs"))) {
            return Stream.concat(docs.filter(file -> file.toString().endsWith(".md")).toList().stream(), Stream.of(root.resolve("README.md"), root.resolve("CONTRIBUTING.md")));
        }
    }
}
