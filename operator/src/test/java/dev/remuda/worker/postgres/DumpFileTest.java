package dev.remuda.worker.postgres;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.compressors.CompressorException;
import org.apache.commons.compress.compressors.CompressorStreamFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.remuda.task.Compression;
import dev.remuda.task.Reason;
import dev.remuda.worker.WorkFailure;
import dev.remuda.worker.store.Compressing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class DumpFileTest {
    private static final byte[] CUSTOM = {'P', 'G', 'D', 'M', 'P', 1, 14, 0, 4, 8, 1, 0, 0, 0, 0};
    private static final String SQL = "--\n-- PostgreSQL database dump\n--\n\nSET x = 'Æ';\n";

    private static DumpFile open(byte[] bytes) throws IOException {
        return DumpFile.open("s3://b/old.bak", new ByteArrayInputStream(bytes));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] latin(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(1).nextBytes(bytes);
        System.arraycopy(CUSTOM, 0, bytes, 0, CUSTOM.length);
        return bytes;
    }

    private static byte[] packed(String how, byte[] bytes) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (OutputStream packing = packing(how, out)) {
            packing.write(bytes);
        }
        return out.toByteArray();
    }

    private static OutputStream packing(String how, OutputStream out) throws IOException {
        try {
            return switch (how) {
                case "zstd" -> new ZstdOutputStreamNoFinalizer(out, 3);
                case "lz4" -> Compressing.to(out, new Compression(Compression.Algorithm.Lz4, 1));
                case "lz4-linked" -> new CompressorStreamFactory().createCompressorOutputStream("lz4-framed", out);
                case "gzip" -> new CompressorStreamFactory().createCompressorOutputStream("gz", out);
                default -> new CompressorStreamFactory().createCompressorOutputStream(how, out);
            };
        } catch (CompressorException e) {
            throw new IOException(e);
        }
    }

    @Test
    void tellsArchivesFromSql() throws IOException {
        assertThat(open(CUSTOM).format()).isEqualTo(DumpFormat.Custom);
        assertThat(open(bytes(SQL)).format()).isEqualTo(DumpFormat.PlainSql);
        assertThat(open(bytes("\uFEFF" + SQL)).format()).isEqualTo(DumpFormat.PlainSql);
        assertThat(open(latin(SQL)).format()).isEqualTo(DumpFormat.PlainSql);
        assertThat(open(bytes(SQL.repeat(1000))).format()).as("with text where a tar has numbers").isEqualTo(DumpFormat.PlainSql);
        assertThat(open(bytes(SQL)).content().readAllBytes()).isEqualTo(bytes(SQL));
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "zstd", "lz4", "lz4-linked", "bzip2", "xz"})
    void unpacksAllOfIt(String how) throws IOException {
        byte[] dump = random(600_000);
        byte[] first = Arrays.copyOf(dump, 200_000);
        byte[] second = Arrays.copyOfRange(dump, first.length, dump.length);

        DumpFile one = open(packed(how, dump));
        DumpFile members = DumpFile.open("x", new Dripping(concat(packed(how, first), packed(how, second))));

        assertThat(one.format()).isEqualTo(DumpFormat.Custom);
        assertThat(one.compressions()).containsExactly(how.replace("-linked", ""));
        assertThat(one.content().readAllBytes()).isEqualTo(dump);
        assertThat(members.content().readAllBytes()).as("members one after the other").isEqualTo(dump);
    }

    @Test
    void unpacksWhatIsPackedTwice() throws IOException {
        DumpFile file = open(packed("gzip", packed("zstd", bytes(SQL))));

        assertThat(file.compressions()).containsExactly("gzip", "zstd");
        assertThat(file.content().readAllBytes()).isEqualTo(bytes(SQL));
        byte[] bomb = bytes(SQL);
        for (int i = 0; i < 5; i++) {
            bomb = packed("gzip", bomb);
        }
        byte[] five = bomb;
        assertThatThrownBy(() -> open(five)).hasMessageContaining("more than 4 times");
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "zstd", "lz4", "lz4-linked", "bzip2", "xz"})
    void whatIsCutShortIsNoticed(String how) throws IOException {
        byte[] whole = packed(how, random(30_000));
        for (int length : List.of(6, 7, 20, whole.length / 2, whole.length - 5, whole.length - 1)) {
            assertThatThrownBy(() -> open(Arrays.copyOf(whole, length)).content().readAllBytes())
                    .as("%s of %s", length, whole.length)
                    .isInstanceOfSatisfying(WorkFailure.class, failure -> assertThat(failure.reason()).isEqualTo(Reason.DumpIncomplete))
                    .hasMessageContaining("s3://b/old.bak is cut short or damaged")
                    .hasMessageContaining("choose another dump");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "zstd", "lz4", "lz4-linked", "bzip2", "xz"})
    void aDamagedSecondMemberIsNotTheEnd(String how) throws IOException {
        byte[] second = packed(how, random(30_000));
        second[0] ^= 0x55;

        assertThatThrownBy(() -> open(concat(packed(how, random(30_000)), second)).content().readAllBytes())
                .isInstanceOfSatisfying(WorkFailure.class, failure -> assertThat(failure.reason()).isEqualTo(Reason.DumpIncomplete));
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "zstd", "lz4", "bzip2", "xz"})
    void aBrokenSourceIsNotADamagedDump(String how) throws IOException {
        byte[] whole = packed(how, random(1_000_000));
        InputStream broken = new Breaking(new ByteArrayInputStream(whole, 0, whole.length / 2));

        assertThatThrownBy(() -> DumpFile.open("x", broken).content().readAllBytes()).isInstanceOf(IOException.class).hasMessage("connection reset");
    }

    @Test
    void emptinessIsADumpThatFailed() throws IOException {
        byte[] nothing = packed("gzip", new byte[0]);
        for (byte[] empty : List.of(new byte[0], nothing)) {
            assertThatThrownBy(() -> open(empty))
                    .isInstanceOfSatisfying(WorkFailure.class, failure -> assertThat(failure.reason()).isEqualTo(Reason.DumpIncomplete))
                    .hasMessageContaining("is empty");
        }
        assertThatThrownBy(() -> open(nothing)).hasMessageContaining("old.bak (unpacked from gzip) is empty");
        assertThatThrownBy(() -> open(packed("gzip", bytes("pg_dump: error: connection to server failed: FATAL\nmore"))))
                .hasMessageContaining("the dump failed when it was made: pg_dump: error: connection to server failed: FATAL; choose");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            PK\003\004abc | is a ZIP file
            Salted__abcdef | is encrypted by openssl
            U2FsdGVkX1+abc= | is encrypted by openssl
            age-encryption.org/v1 | is encrypted by age
            -----BEGIN AGE ENCRYPTED FILE----- | is encrypted by age
            -----BEGIN PGP MESSAGE----- | is encrypted by gpg
            \205\002\014\003abc | looks as if encrypted by gpg
            -- MySQL dump 10.13  Distrib 8.0 | is a MySQL or MariaDB dump
            /*M!999999\\- enable the sandbox mode */ -- MariaDB dump 10.19 | is a MySQL or MariaDB dump
            SQLite format 3 | is an SQLite database
            \377\376-\000-\000 | is UTF-16 text
            <?xml version="1.0"?><Error><Code>NoSuchKey</Code> | is a page or a message in XML or HTML
            <!DOCTYPE html> | is a page or a message in XML or HTML
            {"error": "x"} | is JSON
            version https://git-lfs.github.com/spec/v1 | is a Git LFS pointer
            \177ELF\001\001x | is no dump that is known here
            """)
    void saysWhatElseItIs(String head, String words) {
        assertThatThrownBy(() -> open(latin(head)))
                .isInstanceOfSatisfying(WorkFailure.class, failure -> assertThat(failure.reason()).isEqualTo(Reason.InvalidSpec))
                .hasMessageContaining("s3://b/old.bak " + words)
                .hasMessageContaining("What can be restored: pg_dump's custom format");
    }

    @Test
    void aClusterIsNoDatabase() {
        assertThatThrownBy(() -> open(bytes("--\n-- PostgreSQL database cluster dump\n--\n"))).hasMessageContaining("a whole cluster (pg_dumpall)");
    }

    @ParameterizedTest
    @CsvSource({
        "racing/;racing/3021.dat.gz;racing/toc.dat, DirectoryTar",
        "./;./toc.dat;./3021.dat, DirectoryTar",
        "._toc.dat;toc.dat, DirectoryTar",
        "a/b/c/blob_1.dat.lz4, DirectoryTar",
        "blobs_16.toc, DirectoryTar",
    })
    void tellsATarByItsFirstFile(String names, DumpFormat format) throws IOException {
        byte[] tar = tar(names.split(";"));

        assertThat(open(tar).format()).isEqualTo(format);
        assertThat(open(packed("zstd", tar)).format()).isEqualTo(format);
    }

    @Test
    void refusesOtherTars() {
        assertThatThrownBy(() -> open(tar("PG_VERSION", "base/1/1"))).hasMessageContaining("a copy of a server's files");
        assertThatThrownBy(() -> open(tar("backup/dump.sql"))).hasMessageContaining("is a tar whose first file is backup/dump.sql").hasMessageContaining("unpack it");
    }

    @Test
    void theContentsOfAFolderAloneAreNoDump() {
        byte[] toc = CUSTOM.clone();
        toc[10] = 3;
        assertThatThrownBy(() -> open(toc)).hasMessageContaining("is the toc.dat of a dump in directory format, without its data");
    }

    static byte[] tar(String... names) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(out)) {
            for (String name : names) {
                TarArchiveEntry entry = new TarArchiveEntry(name);
                entry.setSize(entry.isDirectory() ? 0 : name.length());
                tar.putArchiveEntry(entry);
                tar.write(bytes(name), 0, (int) entry.getSize());
                tar.closeArchiveEntry();
            }
        }
        return out.toByteArray();
    }

    private static byte[] concat(byte[] a, byte[] b) {
        byte[] both = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }

    /** As a network: little at a time, and no more at once. */
    private static final class Dripping extends ByteArrayInputStream {
        Dripping(byte[] bytes) {
            super(bytes);
        }

        @Override
        public synchronized int read(byte[] buffer, int offset, int length) {
            return super.read(buffer, offset, Math.min(length, 1000));
        }

        @Override
        public synchronized int available() {
            return 0;
        }
    }

    private static final class Breaking extends java.io.FilterInputStream {
        Breaking(InputStream in) {
            super(in);
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            int n = super.read(buffer, offset, length);
            if (n < 0) {
                throw new IOException("connection reset");
            }
            return n;
        }
    }
}
