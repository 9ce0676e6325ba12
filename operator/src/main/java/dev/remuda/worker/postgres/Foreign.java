package dev.remuda.worker.postgres;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

import dev.remuda.task.Reason;
import dev.remuda.worker.WorkFailure;

/** What people name as a dump that is none, by its first bytes, and what they can do. */
final class Foreign {
    private static final String RESTORABLE = ". What can be restored: pg_dump's custom format, its tar, a tar of its directory format and its SQL, each"
            + " plain or compressed by gzip, zstd, lz4, bzip2 or xz";

    private record Magic(String words, int... bytes) {}

    private record Text(String words, Pattern start) {
        Text(String words, String start) {
            this(words, Pattern.compile(start, Pattern.CASE_INSENSITIVE | Pattern.DOTALL));
        }
    }

    private static final String DECRYPT = ": decrypt it and store what it holds";
    private static final String UNPACK = ": unpack it and store the dump that it holds";

    private static final List<Magic> BINARY = List.of(
            new Magic("is a ZIP file" + UNPACK, 'P', 'K', 3, 4),
            new Magic("is an empty ZIP file", 'P', 'K', 5, 6),
            new Magic("is a 7-Zip file" + UNPACK, '7', 'z', 0xbc, 0xaf, 0x27, 0x1c),
            new Magic("is a RAR file" + UNPACK, 'R', 'a', 'r', '!'),
            new Magic("is compressed by compress (.Z)" + UNPACK, 0x1f, 0x9d),
            new Magic("is compressed by lzop" + UNPACK, 0x89, 'L', 'Z', 'O'),
            new Magic("is compressed by lzip" + UNPACK, 'L', 'Z', 'I', 'P'),
            new Magic("is compressed by lzma" + UNPACK, 0x5d, 0, 0),
            new Magic("is compressed in lz4's legacy format" + UNPACK, 0x02, 0x21, 0x4c, 0x18),
            new Magic("is encrypted by openssl" + DECRYPT, 'S', 'a', 'l', 't', 'e', 'd', '_', '_'),
            new Magic("is an SQLite database", 'S', 'Q', 'L', 'i', 't', 'e', ' ', 'f', 'o', 'r', 'm', 'a', 't'),
            new Magic("is a MongoDB archive", 0x6d, 0xe2, 0x99, 0x81),
            new Magic("is a Redis snapshot", 'R', 'E', 'D', 'I', 'S'),
            new Magic(
                    "is UTF-16 text, as > of Windows PowerShell writes it: make the dump again with pg_dump --file, or turn it into UTF-8 with"
                            + " iconv -f UTF-16 -t UTF-8", 0xff, 0xfe),
            new Magic("is UTF-16 text: turn it into UTF-8 with iconv -f UTF-16 -t UTF-8", 0xfe, 0xff));

    private static final List<Text> TEXT = List.of(
            new Text("is encrypted by age" + DECRYPT, "(age-encryption\\.org/|-----BEGIN AGE ENCRYPTED FILE).*"),
            new Text("is encrypted by gpg" + DECRYPT, "-----BEGIN PGP MESSAGE.*"),
            new Text("is encrypted by openssl" + DECRYPT, "U2FsdGVkX1.*"),
            new Text("is a MySQL or MariaDB dump, not one of PostgreSQL", "(/\\*M?!\\d+.{0,200})?-- (MySQL|MariaDB) dump.*"),
            new Text("is an SQLite dump, not one of PostgreSQL", "PRAGMA foreign_keys.*"),
            new Text(
                    "is a dump of a whole cluster (pg_dumpall), with several databases and roles: restore it by hand with psql, or make a dump of the one"
                            + " database with pg_dump -Fc", "--\\s+-- PostgreSQL database cluster dump.*"),
            new Text("is a Git LFS pointer, not the file itself: fetch it with git lfs pull", "version https://git-lfs\\..*"),
            new Text("is a page or a message in XML or HTML, maybe the error of a failed download: look at it and fetch the dump again", "\\s*<[?!a-z].*"),
            new Text("is JSON, not a dump", "\\s*[\\[{].*"));

    private static final Pattern ERROR = Pattern.compile("(?:pg_dump|pg_dumpall|psql|docker|kubectl|Error|bash|sh|/bin/\\w+): [^\n]*");

    private Foreign() {}

    static WorkFailure refused(String what, String words) {
        return new WorkFailure(Reason.InvalidSpec, what + " " + words + RESTORABLE);
    }

    /** @return empty for what may be SQL */
    static Optional<WorkFailure> refusal(String what, byte[] head) {
        for (Magic magic : BINARY) {
            if (Unpacking.startsWith(head, magic.bytes())) {
                return Optional.of(refused(what, magic.words()));
            }
        }
        String text = text(head);
        for (Text kind : TEXT) {
            if (kind.start().matcher(text).matches()) {
                return Optional.of(refused(what, kind.words()));
            }
        }
        if (ERROR.matcher(text).lookingAt()) {
            String line = text.lines().findFirst().orElse("");
            return Optional.of(new WorkFailure(
                    Reason.DumpIncomplete, what + " starts with a program's error message, so the dump failed when it was made: "
                            + line.substring(0, Math.min(line.length(), 200)) + "; choose another dump"));
        }
        return binary(head) ? Optional.of(refused(what, pgp(head) ? "looks as if encrypted by gpg" + DECRYPT : "is no dump that is known here")) : Optional.empty();
    }

    /** A tar, by the first file in it. */
    static String tar(String first) {
        String base = TarUnpack.base(first);
        if (base.equals("PG_VERSION") || base.equals("backup_label") || base.equals("backup_manifest") || base.equals("tablespace_map")) {
            return "is a copy of a server's files (pg_basebackup or a data directory), not a dump of one database";
        }
        return "is a tar whose first file is " + first + ", which no dump in directory format has: if it holds one file with a dump, unpack it and store that file;"
                + " if it holds a dump's folder beside other things, make a tar of that folder alone";
    }

    private static String text(byte[] head) {
        String text = new String(head, StandardCharsets.UTF_8);
        return text.startsWith("\uFEFF") ? text.substring(1) : text;
    }

    /** PostgreSQL's text has none of these in any encoding that it knows. */
    private static boolean binary(byte[] head) {
        for (byte b : head) {
            if (b >= 0 && b < ' ' && b != '\t' && b != '\n' && b != '\r' && b != '\f' && b != '\b' && b != 0x0b && b != 0x1b) {
                return true;
            }
        }
        return false;
    }

    /** A packet for a public key or a passphrase. */
    private static boolean pgp(byte[] head) {
        int tag = head[0] & 0xff;
        return tag == 0x84 || tag == 0x85 || tag == 0x8c || tag == 0xc1 || tag == 0xc3;
    }
}
