package dev.remuda.worker.postgres;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.remuda.task.Reason;
import dev.remuda.worker.WorkFailure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class TarUnpackTest {
    @TempDir
    private Path folder;

    private List<String> unpack(byte[] tar, long limit) throws IOException {
        Path unpacked = TarUnpack.into("old.tar", new ByteArrayInputStream(tar), folder, limit);
        try (Stream<Path> files = Files.list(unpacked)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private static byte[] tar(String... names) throws IOException {
        return DumpFileTest.tar(names);
    }

    @Test
    void unpacksTheFilesOfADumpAndNothingElse() throws IOException {
        byte[] tar = tar("racing/", "racing/._toc.dat", "racing/3021.dat.gz", "racing/3022.dat", "racing/toc.dat", "racing/blobs.toc", "racing/blob_7.dat.zst",
                "racing/restore.sql", "racing/.DS_Store");

        assertThat(unpack(tar, 1000)).containsExactly("3021.dat.gz", "3022.dat", "blob_7.dat.zst", "blobs.toc", "toc.dat");
        assertThat(folder.resolve("3022.dat")).hasContent("racing/3022.dat");
    }

    @Test
    void theTopIsAFolderToo() throws IOException {
        assertThat(unpack(tar("./", "./toc.dat", "1.dat"), 1000)).containsExactly("1.dat", "toc.dat");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ../toc.dat | leads out of the folder
            a/../../1.dat | leads out of the folder
            toc.dat;notes.txt | has a file notes.txt, which no dump in directory format has
            a/toc.dat;b/toc.dat | dumps in several folders (a/ and b/)
            toc.dat;b/1.dat | dumps in several folders (the top and b/)
            toc.dat;1.dat;1.dat | has 1.dat twice
            """)
    void refusesWhatIsNoDump(String names, String words) {
        assertThatThrownBy(() -> unpack(tar(names.split(";")), 1000))
                .isInstanceOfSatisfying(WorkFailure.class, failure -> assertThat(failure.reason()).isEqualTo(Reason.InvalidSpec))
                .hasMessageContaining("old.tar has ")
                .hasMessageContaining(words);
        assertThat(folder.getParent().resolve("toc.dat")).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource({"50", "49", "54", "51"})
    void refusesLinksAndDevices(byte kind) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(out)) {
            TarArchiveEntry entry = new TarArchiveEntry("toc.dat", kind);
            entry.setLinkName(kind == TarConstants.LF_FIFO ? "" : "/etc/passwd");
            tar.putArchiveEntry(entry);
            tar.closeArchiveEntry();
        }

        assertThatThrownBy(() -> unpack(out.toByteArray(), 1000)).hasMessageContaining("has toc.dat as a link or a device");
    }

    @Test
    void writesNoMoreThanThereIsRoomFor() throws IOException {
        byte[] tar = tar("toc.dat", "1.dat", "2.dat");

        assertThatThrownBy(() -> unpack(tar, 16))
                .isInstanceOfSatisfying(WorkFailure.class, failure -> assertThat(failure.reason()).isEqualTo(Reason.DiskFull))
                .hasMessageContaining("scratch folder " + folder + " has room for 16 bytes, but the files in old.tar need more");
        assertThat(folder.resolve("2.dat")).doesNotExist();
    }

    @Test
    void whatIsCutShortIsNoticed() throws IOException {
        byte[] tar = tar("toc.dat", "1.dat", "2.dat");

        for (int blocks = 0; blocks <= 6; blocks++) {
            int length = blocks * 512 + (blocks % 2 == 0 ? 0 : 100);
            try (Stream<Path> files = Files.list(folder)) {
                files.forEach(file -> file.toFile().delete());
            }
            assertThatThrownBy(() -> unpack(Arrays.copyOf(tar, length), 1000))
                    .as("%s bytes", length)
                    .isInstanceOfSatisfying(WorkFailure.class, failure -> assertThat(failure.reason()).isEqualTo(Reason.DumpIncomplete))
                    .hasMessageContaining("old.tar is cut short or damaged");
        }
    }

    @Test
    void withoutTocItIsOfNoUse() {
        assertThatThrownBy(() -> unpack(tar("3.dat"), 1000)).hasMessageContaining("it has no toc.dat");
    }
}
