package dev.remuda.observability;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import dev.remuda.support.Folders;
import dev.remuda.support.Started;

import static org.assertj.core.api.Assertions.assertThat;

/** The alert rules, by Prometheus' own tool: each fires when it should and is silent when it should, on metrics that exist. */
class RulesIT {
    private static final Path RULES = Folders.repository().resolve("helm/remuda/rules/remuda.yaml");
    private static final Path TESTS = Folders.repository().resolve("dev/prometheus/remuda_test.yaml");

    private final String rules = Files.readString(RULES);

    RulesIT() throws IOException {}

    @Test
    void everyRuleFiresAndIsSilentAsItsTestsSay() throws Exception {
        Started.run(List.of(Folders.tool("promtool").toString(), "test", "rules", TESTS.toString()), Folders.repository());
    }

    @Test
    void everyAlertHasBothTestsAndARunbook() throws IOException {
        Set<String> alerts = found("alert: (\\w+)", rules);
        assertThat(alerts).hasSize(17);
        String tests = Files.readString(TESTS);
        try (Stream<Path> pages = Files.list(Folders.repository().resolve("docs/runbooks"))) {
            assertThat(pages.map(page -> page.getFileName().toString().replace(".md", ""))).containsExactlyInAnyOrderElementsOf(
                    Stream.concat(alerts.stream(), Stream.of("README")).toList());
        }
        assertThat(found("runbook: docs/runbooks/(\\w+)[.]md", rules)).isEqualTo(alerts);
        assertThat(found("alertname: (\\w+)\n *exp_alerts", tests)).as("fires").isEqualTo(alerts);
    }

    @Test
    void rulesAskForMetricsThatExist() {
        Set<String> known = Stream.of(Gauge.values()).map(Gauge::metric).collect(Collectors.toCollection(TreeSet::new));
        known.addAll(Set.of("remuda_failures_total", "remuda_notifications_total", "remuda_purged_backups_total", "remuda_backup_attempts_total"));
        assertThat(known).containsAll(found("\\b((?:remuda|database_backup)_[a-z_]+)\\b", rules.replaceAll("remuda[.]yaml", "")));
    }

    private static Set<String> found(String pattern, String text) {
        return Pattern.compile(pattern).matcher(text).results().map((MatchResult hit) -> hit.group(1)).collect(Collectors.toSet());
    }
}
