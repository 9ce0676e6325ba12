package dev.remuda.support;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClient;

/** The Helm chart of this checkout, written out by Helm as release {@code remuda} in namespace {@code remuda-system}. */
public final class Chart {
    /** As the local cluster has it. */
    public static final String CLUSTER_WIDE = "--set=clusterWide=true";

    private static final String FOLDER = "helm/remuda";

    private Chart() {}

    /** @param arguments Helm's, such as {@code --set=replicas=2} */
    public static List<HasMetadata> resources(KubernetesClient client, String... arguments) {
        return client.load(new ByteArrayInputStream(template(arguments).getBytes(StandardCharsets.UTF_8))).items();
    }

    public static Deployment deployment(KubernetesClient client, String... arguments) {
        return resources(client, arguments).stream().filter(Deployment.class::isInstance).map(Deployment.class::cast).findFirst().orElseThrow();
    }

    /** @throws IllegalStateException with Helm's words, when it refuses */
    public static String template(String... arguments) {
        List<String> command = new ArrayList<>(List.of("template", "remuda", FOLDER, "--namespace=remuda-system", "--kube-version=1.34.0"));
        command.addAll(List.of(arguments));
        return helm(command);
    }

    /** In the repository's root. @return what it wrote to stdout */
    public static String helm(List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(Folders.tool("helm").toString()));
        command.addAll(arguments);
        try {
            Path errors = Files.createTempFile("remuda-helm", ".log");
            Process process = new ProcessBuilder(command).directory(Folders.repository().toFile()).redirectError(errors.toFile()).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int code = process.waitFor();
            String said = Files.readString(errors);
            Files.delete(errors);
            if (code != 0) {
                throw new IllegalStateException("helm " + String.join(" ", arguments) + " ended with " + code + ":\n" + output + said);
            }
            return output;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
