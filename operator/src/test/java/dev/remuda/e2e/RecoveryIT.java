package dev.remuda.e2e;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

import io.fabric8.kubernetes.client.LocalPortForward;
import org.junit.jupiter.api.Test;

import dev.remuda.api.Phase;
import dev.remuda.api.Restore;
import dev.remuda.support.Folders;
import dev.remuda.support.PostgresServer;
import dev.remuda.support.Racing;
import dev.remuda.support.Stage;

import static org.assertj.core.api.Assertions.assertThat;

/** The commands of docs/recovery.md, typed as they stand there; only the names are those of the test. */
class RecoveryIT {
    private static final Stage STAGE = Stage.shared();
    private static final Pattern BLOCK = Pattern.compile("```sh\n(.*?)```", Pattern.DOTALL);

    @Test
    void corruption() throws Exception {
        Day day = new Day(1);
        STAGE.postgres().run(day.database, "UPDATE horses SET name = 'x' || id", "DELETE FROM entries");

        day.type(Map.of("GOOD", java.time.Instant.now().toString()));

        Restore restore = STAGE.restore("corruption");
        assertThat(restore.getStatus().phase()).isEqualTo(Phase.Completed);
        assertThat(restore.getStatus().backup()).isEqualTo(day.policy + "-before");
        assertThat(Racing.checksums(STAGE.postgres(), day.database)).isEqualTo(day.before);
        assertThat(STAGE.backup("corruption-safety").getStatus().phase()).isEqualTo(Phase.Completed);
        assertThat(STAGE.policy(day.policy).getSpec().suspend()).isFalse();
        String kept = day.database + "_before_corruption";
        assertThat(restore.getStatus().replaced().database()).isEqualTo(kept);
        assertThat(STAGE.postgres().has(kept)).isTrue();

        goBack(restore);

        assertThat(STAGE.postgres().ask(day.database, "SELECT count(*) FROM entries")).as("the damaged one serves again").containsExactly("0");
    }

    @Test
    void completeLoss() throws Exception {
        Day day = new Day(2);
        String servers = Stage.file("dev/demo/servers.yaml");
        STAGE.apply(servers.substring(0, servers.indexOf("metadata: {name: seaweedfs")).replaceAll("---\napiVersion: v1\nkind: Service\n$", "").replace("namespace: demo", "namespace: " + STAGE.namespace())
                .replace("name: postgres,", "name: postgres-new,").replace("name: postgres}", "name: postgres-new}").replace("serviceName: postgres", "serviceName: postgres-new"));
        STAGE.kubectl("rollout", "status", "statefulset/postgres-new", "--timeout=180s");
        STAGE.postgres().run("postgres", "DROP DATABASE " + day.database);

        day.type(Map.of("NEW_PASSWORD", STAGE.password()));

        assertThat(STAGE.restore("complete-loss").getStatus().phase()).isEqualTo(Phase.Completed);
        assertThat(STAGE.backup("after-complete-loss").getStatus().phase()).isEqualTo(Phase.Completed);
        try (LocalPortForward forward = STAGE.cluster().client().services().inNamespace(STAGE.namespace()).withName("postgres-new").portForward(5432)) {
            assertThat(Racing.checksums(PostgresServer.at(forward.getLocalPort(), STAGE.password()), day.database)).isEqualTo(day.before);
        }
    }

    @Test
    void partialLoss() throws Exception {
        Day day = new Day(3);
        STAGE.postgres().run(day.database, "DROP TABLE photos", "DELETE FROM entries WHERE race < 300", "INSERT INTO horses (name) VALUES ('written since')");

        day.type(Map.of());

        Restore restore = STAGE.restore("partial-loss");
        assertThat(restore.getStatus().phase()).isEqualTo(Phase.Completed);
        assertThat(restore.getStatus().note()).contains("replaced the rows of public.entries");
        assertThat(STAGE.postgres().ask(day.database, "SELECT count(*) FROM horses WHERE name = 'written since'")).containsExactly("1");
        STAGE.postgres().run(day.database, "DELETE FROM horses WHERE name = 'written since'");
        assertThat(Racing.checksums(STAGE.postgres(), day.database)).isEqualTo(day.before);
        assertThat(STAGE.backup("partial-loss-safety").getStatus().phase()).isEqualTo(Phase.Completed);
    }

    /** In a Pod, for the host is a name of the cluster. */
    private static void goBack(Restore restore) {
        STAGE.kubectlWith(
                "export PGPASSWORD='" + STAGE.password() + "'\n" + restore.getStatus().replaced().goBack() + "\n", "exec", "-i", "statefulset/postgres", "--", "sh", "-e", "-s");
    }

    /** One of the pages: a database of its own, a policy and a backup from before it went wrong. */
    private static final class Day {
        final String policy;
        final String database;
        final List<String> before;
        private final String page;

        Day(int number) {
            policy = "recovery-" + number;
            database = "horse_racing_" + number;
            String made = Racing.create(STAGE.postgres());
            STAGE.postgres().run("postgres", "ALTER DATABASE " + made + " RENAME TO " + database);
            before = Racing.checksums(STAGE.postgres(), database);
            STAGE.policy(policy, database, Map.of());
            STAGE.backup(policy + "-before", policy);
            assertThat(STAGE.ended(policy + "-before").getStatus().phase()).isEqualTo(Phase.Completed);
            page = Stage.file("docs/recovery.md").split("\n## ")[number];
        }

        /** @param variables what the reader must put in place of the example's */
        void type(Map<String, String> variables) throws IOException, InterruptedException {
            StringBuilder script = new StringBuilder();
            BLOCK.matcher(page).results().map(MatchResult::group).forEach(block -> script.append(block.substring("```sh\n".length(), block.length() - "```".length())));
            String text = script.toString().replaceAll("(?m)^GOOD=.*$", "").replace("production", STAGE.namespace()).replace("horse-racing", policy).replace("horse_racing", database);
            ProcessBuilder builder = new ProcessBuilder("bash", "-euxo", "pipefail", "-s").directory(Folders.repository().toFile()).redirectErrorStream(true);
            builder.environment().put("PATH", Folders.tool("kubectl").getParent() + ":" + System.getenv("PATH"));
            builder.environment().put("KUBECONFIG", Folders.repository().resolve(".cluster/kubeconfig").toString());
            builder.environment().putAll(variables);
            Process bash = builder.start();
            try (var stdin = bash.getOutputStream()) {
                stdin.write(text.getBytes(StandardCharsets.UTF_8));
            }
            String said = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(bash.waitFor()).as(said).isZero();
        }
    }
}
