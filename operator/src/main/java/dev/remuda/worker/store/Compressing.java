package dev.remuda.worker.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import net.jpountz.lz4.LZ4Compressor;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4FrameInputStream;
import net.jpountz.lz4.LZ4FrameOutputStream;
import net.jpountz.xxhash.XXHashFactory;

import dev.remuda.task.Compression;

/** The compression algorithms as streams. All write a checksum of their own and are undone by the command of the same name. */
public final class Compressing {
    private static final int BUFFER = 64 * 1024;

    private Compressing() {}

    /** Closing it writes the end of the compressed stream. */
    public static OutputStream to(OutputStream out, Compression compression) throws IOException {
        return switch (compression.algorithm()) {
            case Zstd -> new ZstdOutputStreamNoFinalizer(out, compression.level()).setChecksum(true);
            case Gzip -> new Gzip(out, compression.level());
            case Lz4 -> new LZ4FrameOutputStream(
                    out,
                    LZ4FrameOutputStream.BLOCKSIZE.SIZE_1MB,
                    -1L,
                    lz4(compression.level()),
                    XXHashFactory.fastestInstance().hash32(),
                    LZ4FrameOutputStream.FLG.Bits.BLOCK_INDEPENDENCE,
                    LZ4FrameOutputStream.FLG.Bits.CONTENT_CHECKSUM);
            case None -> out;
        };
    }

    public static InputStream from(InputStream in, Compression.Algorithm algorithm) throws IOException {
        return switch (algorithm) {
            case Zstd -> new ZstdInputStreamNoFinalizer(in);
            case Gzip -> new GZIPInputStream(in, BUFFER);
            case Lz4 -> new LZ4FrameInputStream(in);
            case None -> in;
        };
    }

    /** As the stored file is called in HTTP. */
    public static String contentType(Compression.Algorithm algorithm) {
        return switch (algorithm) {
            case Zstd -> "application/zstd";
            case Gzip -> "application/gzip";
            case Lz4 -> "application/x-lz4";
            case None -> "application/octet-stream";
        };
    }

    private static LZ4Compressor lz4(int level) {
        LZ4Factory factory = LZ4Factory.fastestInstance();
        return level <= 1 ? factory.fastCompressor() : factory.highCompressor(level);
    }

    private static final class Gzip extends GZIPOutputStream {
        Gzip(OutputStream out, int level) throws IOException {
            super(out, BUFFER);
            def.setLevel(level);
        }
    }
}
