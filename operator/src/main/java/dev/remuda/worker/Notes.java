package dev.remuda.worker;

import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.remuda.task.TableName;
import dev.remuda.worker.store.Manifest;

/** What the user should know of a backup that is whole. */
final class Notes {
    private static final int SHOWN = 3;

    private Notes() {}

    /** Null: nothing. */
    static String of(Manifest manifest) {
        String notes = Stream.of(part(manifest.dump()), dangling(manifest.dump()), globals(manifest.globals()), client(manifest))
                .filter(Objects::nonNull)
                .collect(Collectors.joining(". "));
        return notes.isEmpty() ? null : notes;
    }

    private static String part(Manifest.Dump dump) {
        return dump.scope().whole() ? null : "It is a part of the database: " + dump.scope().words();
    }

    private static String dangling(Manifest.Dump dump) {
        List<TableName> tables = dump.dangling();
        return tables == null || tables.isEmpty()
                ? null
                : "Foreign keys of " + tables.stream().limit(SHOWN).map(TableName::toString).collect(Collectors.joining(", "))
                        + (tables.size() > SHOWN ? " and " + (tables.size() - SHOWN) + " more" : "")
                        + " lead to what is not in it, so no Restore takes it; exclude those tables too, or nothing that they refer to";
    }

    private static String globals(Manifest.Globals globals) {
        return globals == null || globals.missing() == null
                ? null
                : "Roles and tablespaces are not in it, for the user may not read them (" + globals.missing() + "); grant that, or set dump.globals: false";
    }

    /** pg_restore sends settings that older servers than itself do not know. */
    private static String client(Manifest m) {
        int client = m.dump().clientMajor();
        return client == m.database().serverMajor()
                ? null
                : "The image has no pg_dump " + m.database().serverMajor() + ", so pg_dump " + client + " made it, and it can be restored into PostgreSQL " + client
                        + " or newer only; build the image with PG_MAJORS=\"" + m.database().serverMajor() + " …\"";
    }
}
