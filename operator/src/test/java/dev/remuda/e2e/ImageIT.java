package dev.remuda.e2e;

import org.junit.jupiter.api.Test;

import dev.remuda.support.LocalCluster;

import static org.assertj.core.api.Assertions.assertThat;

class ImageIT {
    /** Java goes on in silence, and slower, with a cache that does not fit its jars, to a second of their date; here it is told to end instead. */
    @Test
    void theCacheFitsTheJarsAsTheyLieInTheCluster() {
        String said = LocalCluster.shared()
                .kubectl(
                        "-n", "remuda-system", "exec", "deployment/remuda", "--", "sh", "-c",
                        "/opt/remuda/runtime/bin/java -XX:AOTMode=on -XX:AOTCache=/opt/remuda/remuda.aot -jar /opt/remuda/remuda-operator.jar 2>&1 || true");

        assertThat(said.lines()).contains("usage: remuda operator|worker|leave").noneMatch(line -> line.contains("[aot]"));
    }
}
