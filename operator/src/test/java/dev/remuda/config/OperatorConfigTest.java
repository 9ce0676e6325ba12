package dev.remuda.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class OperatorConfigTest {
    private static final String IMAGE = "REMUDA_WORKER_IMAGE";

    @Test
    void onlyTheImageMustBeGiven() {
        assertThat(OperatorConfig.from(Map.of(IMAGE, "remuda:1")))
                .isEqualTo(new OperatorConfig(Set.of(), "remuda:1", "IfNotPresent", Duration.ofMinutes(10), Duration.ofMinutes(10), 8080, true, Optional.empty(), "default"));
    }

    @Test
    void everyVariableIsRead() {
        assertThat(OperatorConfig.from(Map.of(
                        IMAGE, "remuda:1",
                        "REMUDA_NAMESPACES", " a, b,,",
                        "REMUDA_IMAGE_PULL_POLICY", "Always",
                        "REMUDA_START_DEADLINE_SECONDS", " 30 ",
                        "REMUDA_ARCHIVE_POLL_SECONDS", "5",
                        "REMUDA_HEALTH_PORT", "9000",
                        "REMUDA_LEADER_ELECTION", "false",
                        "REMUDA_DESTINATIONS", "/etc/remuda/destinations",
                        "REMUDA_LEASE_NAMESPACE", "remuda-system")))
                .isEqualTo(new OperatorConfig(Set.of("a", "b"), "remuda:1", "Always", Duration.ofSeconds(30), Duration.ofSeconds(5), 9000, false, Optional.of(Path.of("/etc/remuda/destinations")), "remuda-system"));
    }

    @Test
    void numbersMayBeAsSmallAndAsLargeAsTheMessagesSay() {
        assertThat(OperatorConfig.from(Map.of(IMAGE, "i", "REMUDA_HEALTH_PORT", "1", "REMUDA_START_DEADLINE_SECONDS", "86400")))
                .extracting(OperatorConfig::healthPort, OperatorConfig::startDeadline)
                .containsExactly(1, Duration.ofDays(1));
        assertThat(OperatorConfig.from(Map.of(IMAGE, "i", "REMUDA_HEALTH_PORT", "65535", "REMUDA_START_DEADLINE_SECONDS", "1")))
                .extracting(OperatorConfig::healthPort, OperatorConfig::startDeadline)
                .containsExactly(65_535, Duration.ofSeconds(1));
    }

    @ParameterizedTest
    @CsvSource({
        "REMUDA_WORKER_IMAGE,' ',the image whose worker role Jobs run",
        "REMUDA_NAMESPACES,'a, B_c',names of namespaces",
        "REMUDA_IMAGE_PULL_POLICY,Sometimes,'Always, IfNotPresent or Never'",
        "REMUDA_START_DEADLINE_SECONDS,10m,a whole number from 1 to 86400",
        "REMUDA_START_DEADLINE_SECONDS,0,a whole number from 1 to 86400",
        "REMUDA_START_DEADLINE_SECONDS,99999999999,a whole number from 1 to 86400",
        "REMUDA_HEALTH_PORT,-1,a whole number from 1 to 65535",
        "REMUDA_HEALTH_PORT,70000,a whole number from 1 to 65535",
        "REMUDA_LEADER_ELECTION,yes,true or false",
        "REMUDA_LOG_FORMAT,xml,text or json",
        "REMUDA_LEASE_NAMESPACE,'',the name of a namespace"
    })
    void aBadValueIsRefusedByAMessageThatNamesTheVariableTheValueAndTheCure(String variable, String value, String cure) {
        Map<String, String> environment = new HashMap<>(Map.of(IMAGE, "remuda:1"));
        environment.put(variable, value);
        assertThatThrownBy(() -> OperatorConfig.from(environment))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(variable + " is '" + value + "'")
                .hasMessageContaining("must be")
                .hasMessageContaining(cure);
    }

    @Test
    void aMissingImageIsRefused() {
        assertThatThrownBy(() -> OperatorConfig.from(Map.of())).hasMessage("REMUDA_WORKER_IMAGE is not set: it must be the image whose worker role Jobs run");
    }
}
