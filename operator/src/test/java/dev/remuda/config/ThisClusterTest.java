package dev.remuda.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class ThisClusterTest {
    @TempDir
    private Path folder;

    @Test
    void twoClustersHaveTwoIdsAndOneHasAlwaysTheSame() throws IOException {
        Path one = Files.writeString(folder.resolve("one"), "certificate 1");
        Path other = Files.writeString(folder.resolve("other"), "certificate 2");

        assertThat(ThisCluster.id(one)).hasValueSatisfying(id -> assertThat(id).matches("[0-9a-f]{16}")).isEqualTo(ThisCluster.id(one)).isNotEqualTo(ThisCluster.id(other));
        assertThat(ThisCluster.id(folder.resolve("none"))).isEmpty();
    }
}
