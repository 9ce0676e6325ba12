package dev.remuda.worker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.remuda.task.SecretFiles;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class MountedSecretTest {
    @TempDir
    private Path folder;

    @Test
    void readsWhatTheKubeletWrites() throws IOException {
        Path data = Files.createDirectory(folder.resolve("..2026_01_01"));
        Files.writeString(data.resolve("password"), "p\n");
        Files.createSymbolicLink(folder.resolve("..data"), data.getFileName());
        Files.createSymbolicLink(folder.resolve("password"), Path.of("..data/password"));
        MountedSecret secret = new MountedSecret(new SecretFiles("s", folder.toString(), Map.of()));

        assertThat(secret.find("password", "password")).contains("p");
        assertThat(secret.find("username", "username", "user")).isEmpty();
        assertThat(secret.missing("username")).hasMessage("Secret s has no username; its keys are: password");
    }

    @Test
    void anEmptyOrAbsentFolderIsAMissingSecret() {
        assertThatThrownBy(() -> new MountedSecret(new SecretFiles("s", folder.toString(), Map.of()))).hasMessageContaining("Secret s does not exist");
        assertThatThrownBy(() -> new MountedSecret(new SecretFiles("s", folder + "/none", Map.of()))).hasMessageContaining("Secret s does not exist");
    }

    @Test
    void aKeyCannotLeaveTheSecret() throws IOException {
        Path inner = Files.createDirectory(folder.resolve("secret"));
        Files.writeString(inner.resolve("a"), "x");
        Files.writeString(folder.resolve("outside"), "y");
        MountedSecret secret = new MountedSecret(new SecretFiles("s", inner.toString(), Map.of("username", "../outside")));

        assertThatThrownBy(() -> secret.find("username", "username")).hasMessageContaining("no key ../outside");
    }

    @ParameterizedTest
    @ValueSource(strings = {"first\nsecond", "first\r\nsecond", "first\u0000second", "first\tsecond"})
    void aValueIsOneLineAndIsNotShownWhenItIsNot(String value) throws IOException {
        Files.writeString(folder.resolve("AWS_SESSION_TOKEN"), value + "\n");
        MountedSecret secret = new MountedSecret(new SecretFiles("s", folder.toString(), Map.of()));

        assertThatThrownBy(() -> secret.find("AWS_SESSION_TOKEN", "AWS_SESSION_TOKEN"))
                .hasMessageContaining("key AWS_SESSION_TOKEN of Secret s has a line break")
                .hasMessageNotContainingAny("first", "second");
    }
}
