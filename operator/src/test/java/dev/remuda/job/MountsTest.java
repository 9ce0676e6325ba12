package dev.remuda.job;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import io.fabric8.kubernetes.api.model.ConfigMapVolumeSource;
import io.fabric8.kubernetes.api.model.SecretVolumeSource;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import org.junit.jupiter.api.Test;

import dev.remuda.api.CaRef;
import dev.remuda.api.DatabaseSpec;
import dev.remuda.api.S3Spec;
import dev.remuda.api.SecretRef;
import dev.remuda.api.SslMode;
import dev.remuda.api.StorageSpec;
import dev.remuda.api.VolumeSpec;
import dev.remuda.support.Samples;
import dev.remuda.task.DatabaseAccess;
import dev.remuda.task.SecretFiles;
import dev.remuda.task.StoreAccess;
import dev.remuda.task.StoreAccess.Tagging;

import static org.assertj.core.api.Assertions.assertThat;

class MountsTest {
    private final Mounts mounts = new Mounts();

    @Test
    void theTaskNamesTheFolderWhereTheSecretIsMounted() {
        DatabaseAccess database = mounts.database(Samples.database());
        StoreAccess store = mounts.store(Samples.storage());

        assertThat(database.secret()).isEqualTo(new SecretFiles("horses-db", "/var/run/remuda/database", Map.of()));
        assertThat(store.secret()).isEqualTo(new SecretFiles("backup-s3", "/var/run/remuda/store", Map.of()));
        assertThat(mounts.mounts()).extracting(VolumeMount::getMountPath).containsExactly("/var/run/remuda/database", "/var/run/remuda/store");
        assertThat(mounts.mounts()).extracting(VolumeMount::getName).isEqualTo(mounts.volumes().stream().map(Volume::getName).toList());
        assertThat(mounts.volumes()).extracting(volume -> volume.getSecret().getSecretName()).containsExactly("horses-db", "backup-s3");
    }

    @Test
    void allThatIsMountedIsReadOnlyAndMayBeAbsent() {
        mounts.database(database(new CaRef("ca", null, null)));
        mounts.store(Samples.storage());

        assertThat(mounts.mounts()).hasSize(3).allSatisfy(mount -> assertThat(mount.getReadOnly()).isTrue());
        assertThat(mounts.volumes().stream().map(Volume::getSecret).flatMap(Stream::ofNullable))
                .hasSize(2)
                .allSatisfy(secret -> assertThat(secret.getOptional()).isTrue())
                .extracting(SecretVolumeSource::getDefaultMode)
                .containsOnly(0440);
        assertThat(mounts.volumes().stream().map(Volume::getConfigMap).flatMap(Stream::ofNullable))
                .hasSize(1)
                .extracting(ConfigMapVolumeSource::getOptional)
                .containsOnly(true);
    }

    @Test
    void certificatesComeFromAConfigMap() {
        assertThat(mounts.database(database(new CaRef("ca", null, "root.pem"))).caFile()).isEqualTo("/var/run/remuda/database-ca/root.pem");
        assertThat(mounts.volumes().getLast().getConfigMap().getName()).isEqualTo("ca");
    }

    @Test
    void orCertificatesComeFromASecret() {
        assertThat(mounts.database(database(new CaRef(null, "ca", null))).caFile()).isEqualTo("/var/run/remuda/database-ca/ca.crt");
        assertThat(mounts.volumes().getLast().getSecret().getSecretName()).isEqualTo("ca");
    }

    @Test
    void oneSecretMayServeForEverything() {
        SecretRef all = new SecretRef("all", null);
        mounts.database(new DatabaseSpec(null, null, null, null, all, new CaRef(null, "all", null)));
        mounts.store(new StorageSpec(new S3Spec("backups", null, null, null, null, all, null, null, null, null), null));

        assertThat(mounts.volumes()).extracting(Volume::getName).doesNotHaveDuplicates().hasSize(3);
    }

    @Test
    void aStoreWithoutASecretHasNothingMounted() {
        StoreAccess store = mounts.store(new StorageSpec(new S3Spec("backups", null, "eu-west-1", "https://s3.example", true, null, Tagging.Disabled, null, null, null), null));

        assertThat(store).isEqualTo(new StoreAccess("backups", "eu-west-1", "https://s3.example", true, null, Tagging.Disabled));
        assertThat(mounts.volumes()).isEmpty();
        assertThat(mounts.mounts()).isEmpty();
    }

    /** Of whatever kinds they are. */
    @Test
    void aFurtherStoreIsMountedBesideTheFirst() {
        StorageSpec volume = new StorageSpec(null, new VolumeSpec("local-backups", "postgres"));
        Mounts volumes = new Mounts();

        assertThat(mounts.store(Samples.storage()).secret().directory()).isEqualTo("/var/run/remuda/store");
        assertThat(mounts.copy(Samples.storage()).secret()).isEqualTo(new SecretFiles("backup-s3", "/var/run/remuda/copy", Map.of()));
        assertThat(volumes.store(volume)).isEqualTo(StoreAccess.volume("local-backups", "/store/postgres"));
        assertThat(volumes.copy(volume)).isEqualTo(StoreAccess.volume("local-backups", "/copy/postgres"));
        for (Mounts both : List.of(mounts, volumes)) {
            assertThat(both.volumes()).extracting(Volume::getName).containsExactly("store", "copy");
            assertThat(both.mounts()).extracting(VolumeMount::getName).containsExactly("store", "copy");
            assertThat(both.mounts()).extracting(VolumeMount::getMountPath).doesNotHaveDuplicates();
        }
    }

    @Test
    void aFurtherStoreIsReachedAsItsSpecSays() {
        S3Spec spec = new S3Spec("copies", null, "eu-west-1", "https://s3.example", true, null, Tagging.Disabled, null, null, null);

        assertThat(mounts.copy(new StorageSpec(spec, null))).isEqualTo(new Mounts().store(new StorageSpec(spec, null)));
        assertThat(mounts.volumes()).isEmpty();
    }

    @Test
    void whatTheSpecSaysReachesTheTask() {
        SecretRef renamed = new SecretRef("login", Map.of("password", "pw"));
        DatabaseAccess access = mounts.database(new DatabaseSpec("h", 6432, "d", SslMode.VERIFY_FULL, renamed, null));

        assertThat(access).isEqualTo(new DatabaseAccess(
                "h", 6432, "d", "verify-full", new SecretFiles("login", "/var/run/remuda/database", Map.of("password", "pw")), null));
        assertThat(mounts.database(new DatabaseSpec(null, null, null, null, renamed, null)))
                .isEqualTo(new DatabaseAccess(null, null, null, null, access.secret(), null));
    }

    private static DatabaseSpec database(CaRef ca) {
        DatabaseSpec d = Samples.database();
        return new DatabaseSpec(d.host(), d.port(), d.name(), d.sslMode(), d.secretRef(), ca);
    }
}
