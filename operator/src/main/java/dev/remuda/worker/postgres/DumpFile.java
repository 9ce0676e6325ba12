package dev.remuda.worker.postgres;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarUtils;

import dev.remuda.task.Reason;
import dev.remuda.worker.WorkFailure;

/**
 * A dump from anywhere. What it is, is told by its first bytes alone: names of files lie.
 *
 * <p>Of a tar only the first file's header is looked at. pg_dump's own begins with toc.dat, with marks that no other program writes; toc.dat of a
 * folder may come last, so any file that such a folder has must do, and {@link TarUnpack} finds out the rest.
 *
 * @param compressions outermost first
 * @param content all of it, without the compressions
 */
public record DumpFile(DumpFormat format, List<String> compressions, InputStream content) implements AutoCloseable {
    private static final int HEAD = 16 * 1024;
    private static final int LAYERS = 4;
    private static final int TAR_HEADER = 512;
    private static final int PG_DUMP_UID = 04000;
    private static final int PG_DUMP_GID = 02000;

    public DumpFile {
        compressions = List.copyOf(compressions);
    }

    /**
     * @param name of the file, for messages
     * @throws IOException when the source cannot be read
     * @throws WorkFailure InvalidSpec when it is no dump that can be restored, DumpIncomplete when it is empty or damaged
     */
    public static DumpFile open(String name, InputStream in) throws IOException {
        Unpacking.Source source = new Unpacking.Source(in);
        InputStream content = new BufferedInputStream(source, 2 * HEAD);
        List<String> compressions = new ArrayList<>();
        byte[] head = head(content);
        for (Optional<Unpacking> layer = layer(head); layer.isPresent(); layer = layer(head)) {
            compressions.add(layer.get().name());
            if (compressions.size() > LAYERS) {
                throw new WorkFailure(Reason.InvalidSpec, name + " is compressed more than " + LAYERS + " times over: unpack it and store what it holds");
            }
            content = new BufferedInputStream(layer.get().of(name, source, content), 2 * HEAD);
            head = head(content);
        }
        return new DumpFile(format(new Where(name, compressions), head), compressions, content);
    }

    /** What a message calls it. */
    private record Where(String name, List<String> compressions) {
        @Override
        public String toString() {
            return name + (compressions.isEmpty() ? "" : " (unpacked from " + String.join(", ", compressions) + ")");
        }
    }

    private static Optional<Unpacking> layer(byte[] head) {
        return Stream.of(Unpacking.values()).filter(unpacking -> unpacking.fits(head)).findFirst();
    }

    private static byte[] head(InputStream content) throws IOException {
        content.mark(HEAD);
        byte[] head = content.readNBytes(HEAD);
        content.reset();
        return head;
    }

    private static DumpFormat format(Where where, byte[] head) {
        if (head.length == 0) {
            throw new WorkFailure(
                    Reason.DumpIncomplete, where + " is empty: the program that should have filled it failed when it was made; choose another dump");
        }
        if (Unpacking.startsWith(head, 'P', 'G', 'D', 'M', 'P')) {
            return archive(where, head);
        }
        if (isTar(head)) {
            return tar(where, head);
        }
        Optional<WorkFailure> foreign = Foreign.refusal(where.toString(), head);
        if (foreign.isPresent()) {
            throw foreign.get();
        }
        return DumpFormat.PlainSql;
    }

    /** The folder's toc.dat starts with the same letters; its format byte is tar's. */
    private static DumpFormat archive(Where where, byte[] head) {
        int major = head.length > 5 ? head[5] : 0;
        int formatByte = head.length > 10 ? head[major > 1 || head[6] > 0 ? 10 : 9] : 0;
        if (formatByte == 3) {
            throw Foreign.refused(where.toString(), "is the toc.dat of a dump in directory format, without its data: store a tar of the whole folder");
        }
        return DumpFormat.Custom;
    }

    private static boolean isTar(byte[] head) {
        try {
            return head.length >= TAR_HEADER && TarUtils.verifyCheckSum(Arrays.copyOf(head, TAR_HEADER));
        } catch (IllegalArgumentException e) {
            return false; // no number where the checksum would be
        }
    }

    private static DumpFormat tar(Where where, byte[] head) {
        TarArchiveEntry first = firstFile(head).orElseThrow(
                () -> Foreign.refused(where.toString(), "is a tar that starts with many folders or a very long name: make it of the dump's folder alone"));
        boolean byPgDump = first.getName().equals("toc.dat") && first.getLongUserId() == PG_DUMP_UID && first.getLongGroupId() == PG_DUMP_GID;
        if (byPgDump) {
            return DumpFormat.Tar;
        }
        if (TarUnpack.isOfDump(TarUnpack.base(first.getName()))) {
            return DumpFormat.DirectoryTar;
        }
        throw Foreign.refused(where.toString(), Foreign.tar(first.getName()));
    }

    private static Optional<TarArchiveEntry> firstFile(byte[] head) {
        try (TarArchiveInputStream tar = new TarArchiveInputStream(new ByteArrayInputStream(head))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                if (!entry.isDirectory() && !TarUnpack.ofMacOs(entry.getName())) {
                    return Optional.of(entry);
                }
            }
        } catch (IOException e) {
            return Optional.empty(); // more than the head
        }
        return Optional.empty();
    }

    @Override
    public void close() throws IOException {
        content.close();
    }
}
