package dev.remuda.support;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.http.Interceptor;
import org.awaitility.Awaitility;

import dev.remuda.api.Backup;
import dev.remuda.api.BackupPolicy;
import dev.remuda.api.Restore;

/**
 * A real etcd and kube-apiserver with Remuda's CRDs, and nothing else: no controller acts and no Pod runs, unless a test does it. RBAC is on.
 * One serves all tests of a JVM; each test takes a namespace of its own. Kubernetes' own controllers would work through all that those tests left, so they get a server that is theirs.
 */
public final class ApiServer implements AutoCloseable {
    private static final AtomicInteger NUMBER = new AtomicInteger();
    private static ApiServer shared;
    private static RuntimeException failure;

    private final Path folder = Folders.temporary("api");
    private final int etcdPort = freePort();
    private final int peerPort = freePort();
    private final int port = freePort();
    private final KubernetesClient admin;
    private final Started etcd;
    private Started server;
    private Started controllers;

    private ApiServer() throws IOException, GeneralSecurityException {
        writeFiles();
        etcd = Started.program(
                List.of(
                        Folders.tool("etcd").toString(), "--data-dir", folder.resolve("etcd").toString(), "--unsafe-no-fsync", "--log-level", "warn",
                        "--listen-client-urls", url(etcdPort), "--advertise-client-urls", url(etcdPort), "--listen-peer-urls", url(peerPort),
                        "--initial-advertise-peer-urls", url(peerPort), "--initial-cluster", "default=" + url(peerPort)),
                Map.of(), Folders.log("etcd"));
        admin = client("admin");
        run();
        createCrds();
    }

    /** One that could not be started is not tried again for the next test. */
    public static synchronized ApiServer shared() {
        if (failure != null) {
            throw failure;
        }
        if (shared == null) {
            try {
                shared = new ApiServer();
            } catch (IOException | GeneralSecurityException | RuntimeException e) {
                failure = new IllegalStateException("no API server: " + e.getMessage(), e);
                throw failure;
            }
        }
        return shared;
    }

    /** One of the caller's own, empty, on which these controllers of Kubernetes work. */
    public static ApiServer withControllers(String list) throws IOException, GeneralSecurityException {
        ApiServer own = new ApiServer();
        own.controllers = Started.program(
                List.of(
                        Folders.tool("kube-controller-manager").toString(), "--kubeconfig", own.kubeconfig().toString(), "--controllers", list,
                        "--leader-elect=false", "--secure-port=0"),
                Map.of(), Folders.log("kube-controller-manager"));
        return own;
    }

    /** A client that may do everything. It is everybody's: do not close it. */
    public KubernetesClient admin() {
        return admin;
    }

    /** A client of the caller's own that may do everything. */
    public KubernetesClient adminClient() {
        return client("admin");
    }

    /** The same, with somebody between it and the API server. */
    public KubernetesClient adminClient(Interceptor between) {
        return new KubernetesClientBuilder()
                .withConfig(config("admin"))
                .withHttpClientBuilderConsumer(builder -> builder.addOrReplaceInterceptor("between", between))
                .build();
    }

    /** The same over a wire that the caller holds; the API server listens at {@link #port}. */
    public KubernetesClient adminClient(Wire wire, Interceptor between) {
        return new KubernetesClientBuilder()
                .withConfig(new ConfigBuilder(config("admin")).withMasterUrl("https://127.0.0.1:" + wire.port()).build())
                .withHttpClientBuilderConsumer(builder -> builder.addOrReplaceInterceptor("between", between))
                .build();
    }

    public int port() {
        return port;
    }

    /** A client of the caller's own with the rights of the operator's ServiceAccount. */
    public KubernetesClient operatorClient() {
        return client("operator");
    }

    /** As this ServiceAccount, with its groups. */
    public KubernetesClient serviceAccount(String namespace, String name) {
        Config config = new ConfigBuilder(config("admin"))
                .withImpersonateUsername("system:serviceaccount:" + namespace + ":" + name)
                .withImpersonateGroups("system:serviceaccounts", "system:serviceaccounts:" + namespace, "system:authenticated")
                .build();
        return new KubernetesClientBuilder().withConfig(config).build();
    }

    /** One that refuses each Pod that is not of the Pod Security profile restricted. */
    public String createNamespace(String name) {
        String unique = name + "-" + NUMBER.incrementAndGet();
        admin.resource(new NamespaceBuilder().withNewMetadata().withName(unique).addToLabels("pod-security.kubernetes.io/enforce", "restricted").endMetadata().build()).create();
        return unique;
    }

    /** What kubectl answers, whether it is content or not. */
    public String kubectl(String... arguments) {
        return kubectlWith("", arguments);
    }

    /** @param input for {@code -f -} */
    public String kubectlWith(String input, String... arguments) {
        try {
            List<String> command = new ArrayList<>(List.of(Folders.tool("kubectl").toString(), "--kubeconfig", kubeconfig().toString()));
            command.addAll(List.of(arguments));
            ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
            builder.environment().put("HOME", folder.toString());
            Process process = builder.start();
            try (OutputStream in = process.getOutputStream()) {
                in.write(input.getBytes());
            }
            return new String(process.getInputStream().readAllBytes());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What the operator has asked for so far. */
    public Path auditLog() {
        return folder.resolve("audit.log");
    }

    /** As if its machine lost power. What it has stored is safe in etcd. */
    public void kill() {
        server.kill();
    }

    /** Ends a server that is the caller's own. */
    @Override
    public void close() {
        controllers.kill();
        admin.close();
        server.kill();
        etcd.kill();
    }

    public void run() {
        try {
            server = Started.program(
                    List.of(
                            Folders.tool("kube-apiserver").toString(), "--etcd-servers", url(etcdPort), "--bind-address", "127.0.0.1",
                            "--advertise-address", "127.0.0.1", "--secure-port", Integer.toString(port), "--cert-dir", folder.toString(),
                            "--service-cluster-ip-range", "10.96.0.0/24", "--authorization-mode", "RBAC", "--anonymous-auth=false",
                            "--token-auth-file", folder.resolve("tokens.csv").toString(), "--audit-policy-file", folder.resolve("audit.yaml").toString(),
                            "--audit-log-path", auditLog().toString(), "--disable-admission-plugins", "ServiceAccount",
                            "--service-account-issuer", "https://kubernetes.default.svc",
                            "--service-account-key-file", folder.resolve("service-account.pub").toString(),
                            "--service-account-signing-key-file", folder.resolve("service-account.key").toString()),
                    Map.of(), Folders.log("kube-apiserver"));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        Awaitility.await("kube-apiserver").pollInterval(Duration.ofMillis(100)).atMost(Duration.ofSeconds(60)).until(this::ready);
    }

    private boolean ready() {
        if (!server.isAlive() || !etcd.isAlive()) {
            throw new IllegalStateException("the API server did not start:\n" + etcd.output() + "\n" + server.output());
        }
        try {
            return "ok".equals(admin.raw("/readyz"));
        } catch (KubernetesClientException e) {
            return false;
        }
    }

    private void createCrds() throws IOException {
        try (Stream<Path> files = Files.list(Folders.repository().resolve("crds"))) {
            for (Path file : files.toList()) {
                admin.load(Files.newInputStream(file)).create();
            }
        }
        awaitKinds();
    }

    /** After a start, and after a change of a CustomResourceDefinition, its kind cannot be listed for a moment. */
    public void awaitKinds() {
        for (var kind : List.of(BackupPolicy.class, Backup.class, Restore.class)) {
            Awaitility.await(kind.getSimpleName()).pollInterval(Duration.ofMillis(50)).ignoreExceptionsInstanceOf(KubernetesClientException.class).until(
                    () -> admin.resources(kind).inNamespace("default").list(new ListOptionsBuilder().withResourceVersion("0").build()).getItems().isEmpty());
        }
    }

    private KubernetesClient client(String token) {
        return new KubernetesClientBuilder().withConfig(config(token)).build();
    }

    private Config config(String token) {
        return new ConfigBuilder(Config.empty())
                .withMasterUrl("https://127.0.0.1:" + port)
                .withTrustCerts(true)
                .withDisableHostnameVerification(true)
                .withOauthToken(token)
                .withRequestRetryBackoffLimit(0)
                .build();
    }

    private void writeFiles() throws IOException, GeneralSecurityException {
        Files.writeString(folder.resolve("tokens.csv"), """
                admin,admin,1,system:masters
                operator,%s,2,"system:serviceaccounts,system:serviceaccounts:remuda-system"
                """.formatted(Audit.OPERATOR)); // with the groups that the real thing has
        Files.writeString(folder.resolve("audit.yaml"), """
                apiVersion: audit.k8s.io/v1
                kind: Policy
                omitStages: [RequestReceived]
                rules: [{level: Metadata, users: ["%s"]}]
                """.formatted(Audit.OPERATOR));
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        KeyPair keys = generator.generateKeyPair();
        writePem("service-account.key", "PRIVATE KEY", keys.getPrivate());
        writePem("service-account.pub", "PUBLIC KEY", keys.getPublic());
        Files.writeString(kubeconfig(), """
                apiVersion: v1
                kind: Config
                current-context: test
                contexts: [{name: test, context: {cluster: test, user: admin}}]
                clusters: [{name: test, cluster: {server: "https://127.0.0.1:%d", insecure-skip-tls-verify: true}}]
                users: [{name: admin, user: {token: admin}}]
                """.formatted(port));
    }

    private void writePem(String file, String kind, Key key) throws IOException {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key.getEncoded());
        Files.writeString(folder.resolve(file), "-----BEGIN " + kind + "-----\n" + body + "\n-----END " + kind + "-----\n");
    }

    public Path kubeconfig() {
        return folder.resolve("kubeconfig");
    }

    private static String url(int port) {
        return "http://127.0.0.1:" + port;
    }

    public static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
