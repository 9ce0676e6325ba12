package dev.remuda;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import com.fasterxml.jackson.core.type.TypeReference;
import io.fabric8.kubernetes.client.utils.Serialization;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import dev.remuda.support.ApiServer;
import dev.remuda.support.Folders;

import static org.assertj.core.api.Assertions.assertThat;

/** Every YAML block in README and docs, and every file of the examples, is what a real API server takes. */
class DocsYamlIT {
    private static final ApiServer SERVER = ApiServer.shared();
    private static final Pattern BLOCK = Pattern.compile("^([ ]*)```yaml\\n(.*?)^[ ]*```", Pattern.MULTILINE | Pattern.DOTALL);

    /** Kinds of other projects, which this API server does not know. */
    private static final Pattern OF_OTHERS = Pattern.compile("(?m)^apiVersion: (argoproj\\.io|source\\.toolkit|helm\\.toolkit|kustomize\\.toolkit|kustomize\\.config|monitoring\\.coreos)");

    /** A block of YAML. @param place where it stands */
    private record Block(String place, String yaml) {
        @Override
        public String toString() {
            return place;
        }
    }

    private static Stream<Block> wholeResources() throws IOException {
        List<Block> all = new ArrayList<>();
        for (Path page : files("docs", ".md")) {
            all.addAll(blocks(page));
        }
        all.addAll(blocks(Folders.repository().resolve("README.md")));
        for (Path example : files("examples", ".yaml")) {
            all.add(new Block(Folders.repository().relativize(example).toString(), Files.readString(example)));
        }
        return all.stream().map(DocsYamlIT::completed).filter(block -> block.yaml().contains("apiVersion:") && !OF_OTHERS.matcher(block.yaml()).find());
    }

    /** Of a BackupPolicy some pages show a part of the spec alone; the rest is that of an example. */
    private static Block completed(Block block) {
        if (!block.yaml().startsWith("spec:\n")) {
            return block;
        }
        try {
            String example = Files.readString(Folders.repository().resolve("examples/staging/policy.yaml"));
            Map<String, Object> whole = Serialization.unmarshal(example, new TypeReference<Map<String, Object>>() {});
            return new Block(block.place(), Serialization.asYaml(merged(whole, Serialization.unmarshal(block.yaml(), new TypeReference<Map<String, Object>>() {}))));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> merged(Map<String, Object> one, Map<String, Object> more) {
        Map<String, Object> both = new LinkedHashMap<>(one);
        more.forEach((key, value) -> both.merge(key, value, (a, b) -> a instanceof Map && b instanceof Map ? merged((Map<String, Object>) a, (Map<String, Object>) b) : b));
        return both;
    }

    private static List<Block> blocks(Path page) throws IOException {
        String text = Files.readString(page);
        List<Block> blocks = new ArrayList<>();
        for (MatchResult block : BLOCK.matcher(text).results().toList()) {
            long line = text.substring(0, block.start()).lines().count() + 1;
            blocks.add(new Block(Folders.repository().relativize(page) + ":" + line, block.group(2).indent(-block.group(1).length())));
        }
        return blocks;
    }

    private static List<Path> files(String folder, String ending) throws IOException {
        try (Stream<Path> files = Files.walk(Folders.repository().resolve(folder))) {
            return files.filter(file -> file.toString().endsWith(ending)).sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("wholeResources")
    void theApiServerTakesIt(Block block) {
        String namespace = SERVER.createNamespace("docs");
        String ours = block.yaml().replaceAll("(?m)(^  namespace: |[{,] ?namespace: )\"?[a-z-]+\"?", "$1" + namespace);

        String answer = SERVER.kubectlWith(ours, "create", "--dry-run=server", "--validate=strict", "--namespace=" + namespace, "-f", "-");

        assertThat(answer.lines()).as(answer).isNotEmpty().allMatch(line -> line.endsWith("created (server dry run)"));
    }

    @Test
    void thereAreSome() throws IOException {
        assertThat(wholeResources()).extracting(Block::place).hasSizeGreaterThan(15).anyMatch(place -> place.startsWith("README.md:")).anyMatch(place -> place.startsWith("docs/storage.md:"));
    }
}
