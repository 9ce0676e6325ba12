package dev.remuda.worker.store;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import com.exceptionfactory.jagged.RecipientStanzaReader;
import com.exceptionfactory.jagged.RecipientStanzaWriter;
import com.exceptionfactory.jagged.UnsupportedRecipientStanzaException;
import com.exceptionfactory.jagged.framework.stream.StandardDecryptingChannelFactory;
import com.exceptionfactory.jagged.framework.stream.StandardEncryptingChannelFactory;
import com.exceptionfactory.jagged.x25519.X25519RecipientStanzaReaderFactory;
import com.exceptionfactory.jagged.x25519.X25519RecipientStanzaWriterFactory;

import dev.remuda.task.Reason;
import dev.remuda.worker.WorkFailure;

/** Encryption in the format of age (age-encryption.org/v1): whoever has one of the identities opens a file, also with the program of that name. */
public final class Age {
    /** What names of encrypted files end with. */
    public static final String SUFFIX = ".age";

    private static final byte[] MAGIC = "age-encryption.org/v1\n".getBytes(StandardCharsets.US_ASCII);
    private static final String IDENTITY = "AGE-SECRET-KEY-1";
    private static final int BUFFER = 256 * 1024;

    private Age() {}

    /** For whom a file is to be encrypted. */
    public static final class Recipients {
        private final List<RecipientStanzaWriter> writers;

        private Recipients(List<RecipientStanzaWriter> writers) {
            this.writers = writers;
        }

        /** @throws WorkFailure InvalidSpec, naming the one that is none */
        public static Recipients of(List<String> keys) {
            List<RecipientStanzaWriter> writers = new ArrayList<>();
            for (String key : keys) {
                try {
                    writers.add(X25519RecipientStanzaWriterFactory.newRecipientStanzaWriter(key));
                } catch (GeneralSecurityException | RuntimeException e) {
                    throw new WorkFailure(
                            Reason.InvalidSpec, "'" + key + "' in encryption.age.recipients is no recipient of age (a letter is wrong or missing); copy the line that age-keygen -y prints", e);
                }
            }
            return new Recipients(List.copyOf(writers));
        }
    }

    /** What opens encrypted files. */
    public static final class Identities {
        private final List<RecipientStanzaReader> readers;
        private final String where;

        private Identities(List<RecipientStanzaReader> readers, String where) {
            this.readers = readers;
            this.where = where;
        }

        /**
         * Reads what age-keygen writes: an identity a line, with comments.
         *
         * @param where the text is from, for messages
         * @throws WorkFailure InvalidSpec when there is none in it, or a line is none
         */
        public static Identities parse(String text, String where) {
            List<String> lines = text.lines().map(String::strip).filter(line -> !line.isEmpty() && !line.startsWith("#")).toList();
            if (lines.isEmpty()) {
                throw new WorkFailure(Reason.InvalidSpec, where + " holds no identity of age; it must be what age-keygen writes, with a line " + IDENTITY + "…");
            }
            List<RecipientStanzaReader> readers = new ArrayList<>();
            for (String line : lines) {
                try {
                    readers.add(X25519RecipientStanzaReaderFactory.newRecipientStanzaReader(line));
                } catch (GeneralSecurityException | RuntimeException e) {
                    // Neither the line nor the library's words, for they may quote it.
                    throw new WorkFailure(Reason.InvalidSpec, where + " has a line that is no identity of age; each must begin with " + IDENTITY + " and be whole");
                }
            }
            return new Identities(List.copyOf(readers), where);
        }
    }

    /** Closing it writes the end of the encrypted stream and closes the other. */
    public static OutputStream to(OutputStream out, Recipients recipients) throws IOException {
        try {
            return Channels.newOutputStream(new StandardEncryptingChannelFactory().newEncryptingChannel(new Into(out), recipients.writers));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java cannot encrypt as age does", e);
        }
    }

    /**
     * @param url what is read, for messages
     * @throws WorkFailure DecryptionFailed, when none of the identities opens it, or it is not as it was encrypted
     */
    public static InputStream from(InputStream in, Identities identities, String url) throws IOException {
        try {
            ReadableByteChannel opened = new StandardDecryptingChannelFactory().newDecryptingChannel(Channels.newChannel(in), identities.readers);
            return new BufferedInputStream(Channels.newInputStream(opened), BUFFER);
        } catch (UnsupportedRecipientStanzaException e) {
            throw new WorkFailure(
                    Reason.DecryptionFailed, "no identity in " + identities.where + " opens " + url + ", which is encrypted for others; name the Secret with an identity of one of its recipients in "
                            + "decryption.secretRef", e);
        } catch (GeneralSecurityException e) {
            throw new WorkFailure(Reason.DecryptionFailed, url + " cannot be decrypted: " + e.getMessage() + "; it was damaged or changed: restore another backup", e);
        }
    }

    /** Whether a file that begins so is an encrypted one. */
    public static boolean fits(byte[] head) {
        return head.length >= MAGIC.length && Arrays.equals(head, 0, MAGIC.length, MAGIC, 0, MAGIC.length);
    }

    public static byte[] encrypted(byte[] bytes, Recipients recipients) {
        ByteArrayOutputStream sealed = new ByteArrayOutputStream();
        try (OutputStream out = to(sealed, recipients)) {
            out.write(bytes);
        } catch (IOException e) {
            throw new IllegalStateException("memory throws no such thing", e);
        }
        return sealed.toByteArray();
    }

    /** As {@link Channels#newChannel(OutputStream)}, which would copy all in pieces of eight kilobytes. */
    private record Into(OutputStream out) implements WritableByteChannel {
        @Override
        public int write(ByteBuffer bytes) throws IOException {
            int length = bytes.remaining();
            if (bytes.hasArray()) {
                out.write(bytes.array(), bytes.arrayOffset() + bytes.position(), length);
                bytes.position(bytes.limit());
            } else {
                byte[] copy = new byte[length];
                bytes.get(copy);
                out.write(copy);
            }
            return length;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() throws IOException {
            out.close();
        }
    }
}
