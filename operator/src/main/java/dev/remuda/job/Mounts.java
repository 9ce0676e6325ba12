package dev.remuda.job;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import io.fabric8.kubernetes.api.model.KeyToPath;
import io.fabric8.kubernetes.api.model.KeyToPathBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;

import dev.remuda.api.CaRef;
import dev.remuda.api.DatabaseSpec;
import dev.remuda.api.DecryptionSpec;
import dev.remuda.api.S3Spec;
import dev.remuda.api.SecretRef;
import dev.remuda.api.StorageSpec;
import dev.remuda.api.VolumeSpec;
import dev.remuda.task.DatabaseAccess;
import dev.remuda.task.SecretFiles;
import dev.remuda.task.StoreAccess;

/**
 * The Secrets and ConfigMaps that a task needs, as volumes, and the task's own words for them. All are optional to the kubelet: a Pod whose
 * Secret is missing would wait for ever without a cause in its status, while the worker says at once which Secret it misses.
 */
public final class Mounts {
    private static final String ROOT = "/var/run/remuda/";
    private static final String CERTIFICATES = "database-ca";
    private static final String SCRATCH = "scratch";
    private static final String STORE = "store";
    private static final String COPY = "copy";

    private final List<Volume> volumes = new ArrayList<>();
    private final List<VolumeMount> mounts = new ArrayList<>();
    private Optional<Quantity> scratch = Optional.empty();

    public DatabaseAccess database(DatabaseSpec spec) {
        return new DatabaseAccess(
                spec.host(),
                spec.port(),
                spec.name(),
                spec.sslMode() == null ? null : spec.sslMode().word(),
                secret("database", spec.secretRef()),
                spec.caRef() == null ? null : certificates(spec.caRef()));
    }

    public StoreAccess store(StorageSpec spec) {
        return store(STORE, spec);
    }

    /** A further store, beside that one. */
    public StoreAccess copy(StorageSpec spec) {
        return store(COPY, spec);
    }

    private StoreAccess store(String purpose, StorageSpec spec) {
        return spec.s3() == null ? volume(purpose, spec.volume()) : bucket(purpose, spec.s3());
    }

    /** The whole claim is mounted: a folder of it that is missing would keep the Pod from starting, while the worker says so. */
    private StoreAccess volume(String purpose, VolumeSpec spec) {
        volumes.add(new VolumeBuilder().withName(purpose).withNewPersistentVolumeClaim().withClaimName(spec.claimName()).endPersistentVolumeClaim().build());
        mounts.add(new VolumeMountBuilder().withName(purpose).withMountPath("/" + purpose).build());
        return StoreAccess.volume(spec.claimName(), "/" + purpose + (spec.path() == null ? "" : "/" + spec.path()));
    }

    private StoreAccess bucket(String purpose, S3Spec spec) {
        return new StoreAccess(
                spec.bucket(),
                spec.region(),
                spec.endpoint(),
                spec.forcePathStyle(),
                spec.secretRef() == null ? null : secret(purpose, spec.secretRef()),
                spec.tagging(),
                spec.encryption().orElse(null),
                null,
                null);
    }

    /** @param spec null: nothing is encrypted */
    public SecretFiles identity(DecryptionSpec spec) {
        return spec == null ? null : secret("identity", spec.secretRef());
    }

    /** Room for a whole dump, at /scratch. @return how many bytes; 0: none was asked for */
    public long scratch(String size) {
        if (size == null) {
            return 0;
        }
        Quantity room = new Quantity(size);
        scratch = Optional.of(room);
        volumes.add(new VolumeBuilder().withName(SCRATCH).withNewEmptyDir().withSizeLimit(room).endEmptyDir().build());
        mounts.add(new VolumeMountBuilder().withName(SCRATCH).withMountPath("/" + SCRATCH).build());
        return Quantity.getAmountInBytes(room).longValue();
    }

    Optional<Quantity> scratch() {
        return scratch;
    }

    List<Volume> volumes() {
        return List.copyOf(volumes);
    }

    List<VolumeMount> mounts() {
        return List.copyOf(mounts);
    }

    /** Those of them that hold the database's certificate authorities, and no Secret's other keys. */
    List<VolumeMount> certificates() {
        return mounts.stream().filter(mount -> mount.getName().equals(CERTIFICATES)).toList();
    }

    private SecretFiles secret(String purpose, SecretRef ref) {
        volumes.add(secretVolume(purpose, ref.name()));
        return new SecretFiles(ref.name(), mount(purpose), ref.keys());
    }

    private String certificates(CaRef ref) {
        KeyToPath only = new KeyToPathBuilder().withKey(ref.key()).withPath(ref.key()).build();
        volumes.add(
                ref.secret() != null
                        ? new VolumeBuilder(secretVolume(CERTIFICATES, ref.secret())).editSecret().withItems(only).endSecret().build()
                        : new VolumeBuilder(configMapVolume(CERTIFICATES, ref.configMap())).editConfigMap().withItems(only).endConfigMap().build());
        return mount(CERTIFICATES) + "/" + ref.key();
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
