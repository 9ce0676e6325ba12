package dev.remuda.worker.postgres;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import net.jpountz.lz4.LZ4FrameInputStream;
import org.apache.commons.compress.MemoryLimitException;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;

import dev.remuda.task.Reason;
import dev.remuda.worker.WorkFailure;

/**
 * The compressions that old scripts use, told by their first bytes. Several compressed files one after the other are one, as they are for the
 * commands of the same names. The JDK's gzip takes a damaged one among them for the end.
 */
enum Unpacking {
    gzip(0x1f, 0x8b, 8) {
        @Override
        InputStream from(InputStream in) throws IOException {
            return GzipCompressorInputStream.builder().setInputStream(in).setDecompressConcatenated(true).get();
        }
    },
    zstd(0x28, 0xb5, 0x2f, 0xfd) {
        @Override
        InputStream from(InputStream in) throws IOException {
            return new ZstdInputStreamNoFinalizer(in);
        }
    },
    /** pzstd starts with a frame of its own, which others skip. */
    pzstd(0x50, 0x2a, 0x4d, 0x18) {
        @Override
        InputStream from(InputStream in) throws IOException {
            return new ZstdInputStreamNoFinalizer(in);
        }
    },
    lz4(0x04, 0x22, 0x4d, 0x18) {
        @Override
        InputStream from(InputStream in) throws IOException {
            return new LZ4FrameInputStream(in);
        }
    },
    bzip2('B', 'Z', 'h') {
        @Override
        InputStream from(InputStream in) throws IOException {
            return new BZip2CompressorInputStream(in, true);
        }
    },
    xz(0xfd, '7', 'z', 'X', 'Z', 0) {
        @Override
        InputStream from(InputStream in) throws IOException {
            return XZCompressorInputStream.builder().setInputStream(in).setDecompressConcatenated(true).setMemoryLimitKiB(MEMORY_KIB).get();
        }
    };

    /** What {@code xz -9} and {@code zstd --ultra -22} need. */
    private static final int MEMORY_KIB = 128 * 1024;

    private final int[] magic;

    Unpacking(int... magic) {
        this.magic = magic;
    }

    abstract InputStream from(InputStream in) throws IOException;

    boolean fits(byte[] head) {
        return startsWith(head, magic);
    }

    static boolean startsWith(byte[] head, int... magic) {
        if (head.length < magic.length) {
            return false;
        }
        for (int i = 0; i < magic.length; i++) {
            if ((head[i] & 0xff) != magic[i]) {
                return false;
            }
        }
        return true;
    }

    /** What it holds. A damaged file is a {@link WorkFailure} when the damage is reached; what the source cannot give stays an IOException. */
    InputStream of(String file, Source source, InputStream in) throws IOException {
        return new Layer(this, file, source, in);
    }

    /** Remembers that it failed, which is not the fault of what it gave before. */
    static final class Source extends FilterInputStream {
        private IOException failure;

        Source(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            try {
                return in.read(buffer, offset, length);
            } catch (IOException e) {
                failure = e;
                throw e;
            }
        }
    }

    private static final class Layer extends InputStream {
        private final Unpacking how;
        private final String file;
        private final Source source;
        private final InputStream unpacked;

        Layer(Unpacking how, String file, Source source, InputStream in) throws IOException {
            this.how = how;
            this.file = file;
            this.source = source;
            try {
                this.unpacked = how.from(in);
            } catch (IOException | RuntimeException e) {
                throw failed(e);
            }
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            try {
                return unpacked.read(buffer, offset, length);
            } catch (IOException | RuntimeException e) {
                throw failed(e);
            }
        }

        private IOException failed(Exception e) {
            if (source.failure != null) {
                return source.failure;
            }
            if (e instanceof WorkFailure inner) {
                throw inner;
            }
            if (e instanceof MemoryLimitException || String.valueOf(e.getMessage()).contains("memory")) {
                throw new WorkFailure(
                        Reason.InvalidSpec, file + " is compressed by " + how + " so that reading it needs more than " + MEMORY_KIB / 1024
                                + " MiB of memory: compress it again, without --long or a dictionary of your own", e);
            }
            throw new WorkFailure(
                    Reason.DumpIncomplete, file + " is cut short or damaged: " + how + " says: " + e.getMessage()
                            + "; choose another dump, or fetch it again from where it came", e);
        }

        @Override
        public void close() throws IOException {
            unpacked.close();
        }
    }
}
