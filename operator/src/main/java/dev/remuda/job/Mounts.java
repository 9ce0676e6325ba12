package dev.remuda.job;

import java.util.ArrayList;
import java.util.List;

import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;

import dev.remuda.api.CaRef;
import dev.remuda.api.DatabaseSpec;
import dev.remuda.api.S3Spec;
import dev.remuda.api.SecretRef;
import dev.remuda.task.DatabaseAccess;
import dev.remuda.task.SecretFiles;
import dev.remuda.task.StoreAccess;

/**
 * The Secrets and ConfigMaps that a task needs, as volumes, and the task's own words for them. All are optional to the kubelet: a Pod whose
 * Secret is missing would wait for ever without a cause in its status, while the worker says at once which Secret it misses.
 */
public final class Mounts {
    private static final String ROOT = "/var/run/remuda/";

    private final List<Volume> volumes = new ArrayList<>();
    private final List<VolumeMount> mounts = new ArrayList<>();

    public DatabaseAccess database(DatabaseSpec spec) {
        return new DatabaseAccess(
                spec.host(),
                spec.port(),
                spec.name(),
                spec.sslMode() == null ? null : spec.sslMode().word(),
                secret("database", spec.secretRef()),
                spec.caRef() == null ? null : certificates(spec.caRef()));
    }

    public StoreAccess store(S3Spec spec) {
        return new StoreAccess(
                spec.bucket(),
                spec.region(),
                spec.endpoint(),
                spec.forcePathStyle(),
                spec.secretRef() == null ? null : secret("store", spec.secretRef()),
                spec.tagging());
    }

    List<Volume> volumes() {
        return List.copyOf(volumes);
    }

    List<VolumeMount> mounts() {
        return List.copyOf(mounts);
    }

    private SecretFiles secret(String purpose, SecretRef ref) {
        volumes.add(secretVolume(purpose, ref.name()));
        return new SecretFiles(ref.name(), mount(purpose), ref.keys());
    }

    private String certificates(CaRef ref) {
        String purpose = "database-ca";
        volumes.add(ref.secret() != null ? secretVolume(purpose, ref.secret()) : configMapVolume(purpose, ref.configMap()));
        return mount(purpose) + "/" + ref.key();
    }

    private String mount(String purpose) {
        String path = ROOT + purpose;
        mounts.add(new VolumeMountBuilder().withName(purpose).withMountPath(path).withReadOnly(true).build());
        return path;
    }

    private static Volume secretVolume(String purpose, String name) {
        return new VolumeBuilder()
                .withName(purpose)
                .withNewSecret()
                .withSecretName(name)
                .withOptional(true)
                .withDefaultMode(0440)
                .endSecret()
                .build();
    }

    private static Volume configMapVolume(String purpose, String name) {
        return new VolumeBuilder()
                .withName(purpose)
                .withNewConfigMap()
                .withName(name)
                .withOptional(true)
                .withDefaultMode(0444)
                .endConfigMap()
                .build();
    }
}
