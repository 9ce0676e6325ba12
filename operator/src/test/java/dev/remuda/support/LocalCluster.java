package dev.remuda.support;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import org.awaitility.Awaitility;

/** The local cluster of dev/cluster with the operator of this checkout in it, one for all end-to-end tests. It keeps running afterwards. */
public final class LocalCluster {
    private static final String OPERATOR = "remuda-system";
    private static LocalCluster shared;
    private static RuntimeException failure;

    private final KubernetesClient client;
    private final List<Path> images;
    private final String usualImage;

    private LocalCluster() throws IOException, InterruptedException {
        run(List.of("dev/cluster/up"), "");
        images = run(List.of("dev/images/build", "remuda", "postgres", "seaweedfs"), "").lines().map(Path::of).toList();
        List<String> load = new ArrayList<>(List.of("dev/cluster/load"));
        images.forEach(image -> load.add(image.toString()));
        run(load, "");
        client = new KubernetesClientBuilder()
                .withConfig(Config.fromKubeconfig(Folders.repository().resolve(".cluster/kubeconfig").toFile()))
                .build();
        run(List.of("dev/install", images.getFirst().toString()), "");
        usualImage = client.apps().deployments().inNamespace(OPERATOR).withName("remuda").get().getSpec().getTemplate().getSpec().getContainers().getFirst().getEnv().stream()
                .filter(variable -> "REMUDA_WORKER_IMAGE".equals(variable.getName()))
                .findFirst()
                .orElseThrow()
                .getValue();
    }

    public static synchronized LocalCluster shared() {
        if (failure != null) {
            throw failure;
        }
        if (shared == null) {
            try {
                shared = new LocalCluster();
            } catch (IOException | InterruptedException e) {
                failure = new IllegalStateException(e);
                throw failure;
            } catch (RuntimeException e) {
                failure = e;
                throw e;
            }
        }
        return shared;
    }

    public KubernetesClient client() {
        return client;
    }

    /** Runs kubectl as a user would. @return what it printed */
    public String kubectl(String... arguments) {
        return kubectlWith("", arguments);
    }

    public String kubectlWith(String input, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Folders.tool("kubectl").toString());
        command.add("--kubeconfig=" + Folders.repository().resolve(".cluster/kubeconfig"));
        command.addAll(List.of(arguments));
        try {
            return run(command, input);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** As if its node had killed it; its Deployment starts another, which is waited for. */
    public void killOperator() {
        String killed = operator().orElseThrow().getMetadata().getUid();
        kubectl("-n", OPERATOR, "delete", "pod", "-l", "app.kubernetes.io/name=remuda", "--grace-period=0", "--force");
        Awaitility.await().atMost(Duration.ofMinutes(2)).until(() -> operator().filter(pod -> !pod.getMetadata().getUid().equals(killed)).isPresent());
        kubectl("-n", OPERATOR, "rollout", "status", "deployment/remuda", "--timeout=120s");
    }

    /** Of the Pod that is there. */
    public String operatorAddress() {
        return operator().orElseThrow().getStatus().getPodIP();
    }

    /** All of its replicas are there, or gone. */
    public void scaleOperator(int replicas) {
        kubectl("-n", OPERATOR, "scale", "deployment/remuda", "--replicas=" + replicas);
        if (replicas == 0) {
            Awaitility.await().atMost(Duration.ofMinutes(2)).until(() -> operators().isEmpty());
        } else {
            kubectl("-n", OPERATOR, "rollout", "status", "deployment/remuda", "--timeout=120s");
        }
    }

    /** Another image for Jobs that are made from now on. @param image null: the right one again */
    public void workerImage(String image) {
        setOperator("REMUDA_WORKER_IMAGE=" + (image == null ? usualImage : image));
    }

    /** The operator is started anew with another setting. @param variable NAME=value, or NAME- for the usual one */
    public void setOperator(String variable) {
        kubectl("-n", OPERATOR, "set", "env", "deployment/remuda", variable);
        kubectl("-n", OPERATOR, "rollout", "status", "deployment/remuda", "--timeout=120s");
        Awaitility.await().atMost(Duration.ofMinutes(2)).until(() -> operators().size() == 1);
    }

    private List<Pod> operators() {
        return client.pods().inNamespace(OPERATOR).withLabel("app.kubernetes.io/name", "remuda").list().getItems();
    }

    private Optional<Pod> operator() {
        return operators().stream()
                .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
                .findFirst();
    }

    /** In the repository's root. What it says on the way goes to the build's own output. */
    private static String run(List<String> command, String input) throws IOException, InterruptedException {
        Path errors = Files.createTempFile("remuda-e2e", ".log");
        Process process = new ProcessBuilder(command)
                .directory(Folders.repository().toFile())
                .redirectError(errors.toFile())
                .start();
        try (var stdin = process.getOutputStream()) {
            stdin.write(input.getBytes(StandardCharsets.UTF_8));
        }
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int code = process.waitFor();
        String said = Files.readString(errors);
        Files.delete(errors);
        if (code != 0) {
            throw new KubectlFailure(String.join(" ", command.subList(Math.min(2, command.size() - 1), command.size())) + " ended with " + code + ":\n" + output + said);
        }
        return output;
    }

    /** A command was refused; the message has all that it said. */
    public static final class KubectlFailure extends RuntimeException {
        private static final long serialVersionUID = 1L;

        KubectlFailure(String message) {
            super(message);
        }
    }
}
