package dev.remuda.support;

import java.util.List;
import java.util.concurrent.TimeUnit;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.dsl.PodResource;

import static org.assertj.core.api.Assertions.assertThat;

/** A folder of the stage's node for Pods to store in, as PersistentVolumes: one for each claim. */
public final class NodeFolder {
    private static NodeFolder shared;

    private final Stage stage;
    private final String folder;
    private int pods;

    private NodeFolder(Stage stage) {
        this.stage = stage;
        this.folder = "/var/lib/remuda-" + stage.namespace();
        AtEnd.run(() -> asRoot("rm -rf /folder/*"));
    }

    public static synchronized NodeFolder of(Stage stage) {
        if (shared == null) {
            shared = new NodeFolder(stage);
        }
        return shared;
    }

    /** A claim of that name in the stage's namespace, bound, with an empty folder {@code production} in it. @return the name */
    public String claim(String name) {
        String volume = name + "-" + stage.namespace();
        stage.cluster().kubectlWith("""
                apiVersion: v1
                kind: PersistentVolume
                metadata: {name: %1$s}
                spec:
                  capacity: {storage: 1Gi}
                  accessModes: [ReadWriteMany]
                  persistentVolumeReclaimPolicy: Retain
                  storageClassName: ""
                  claimRef: {name: %2$s, namespace: %3$s}
                  hostPath: {path: %4$s/%2$s, type: DirectoryOrCreate}
                """.formatted(volume, name, stage.namespace(), folder), "apply", "-f", "-");
        AtEnd.run(() -> stage.cluster().client().persistentVolumes().withName(volume).delete());
        stage.apply("""
                apiVersion: v1
                kind: PersistentVolumeClaim
                metadata: {name: %s}
                spec: {accessModes: [ReadWriteMany], storageClassName: "", volumeName: %s, resources: {requests: {storage: 1Gi}}}
                """.formatted(name, volume));
        asRoot("mkdir -p /folder/" + name + "/production && chown -R 65532:65532 /folder/" + name);
        return name;
    }

    /** What a person does who offers a folder of a node, for it does not heed fsGroup. Outside of the stage's namespace, where no such Pod may be. */
    private void asRoot(String command) {
        String name = "folder-" + ++pods + "-" + stage.namespace();
        stage.cluster().kubectlWith("""
                apiVersion: v1
                kind: Pod
                metadata: {name: %s, namespace: default}
                spec:
                  restartPolicy: Never
                  volumes: [{name: folder, hostPath: {path: %s, type: DirectoryOrCreate}}]
                  containers:
                    - name: shell
                      image: docker.io/library/remuda-postgres:dev
                      imagePullPolicy: Never
                      command: [sh, -c, '%s']
                      securityContext: {runAsUser: 0}
                      volumeMounts: [{name: folder, mountPath: /folder}]
                """.formatted(name, folder, command), "apply", "-f", "-");
        PodResource pod = stage.cluster().client().pods().inNamespace("default").withName(name);
        Pod ended = pod.waitUntilCondition(seen -> seen != null && List.of("Succeeded", "Failed").contains(seen.getStatus().getPhase()), 2, TimeUnit.MINUTES);
        assertThat(ended.getStatus().getPhase()).as(command).isEqualTo("Succeeded");
        pod.delete();
    }
}
