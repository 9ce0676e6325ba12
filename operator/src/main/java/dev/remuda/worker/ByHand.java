package dev.remuda.worker;

import java.util.ArrayList;
import java.util.List;

import dev.remuda.task.Compression;
import dev.remuda.task.DumpContent;
import dev.remuda.task.DumpScope;
import dev.remuda.task.TableName;
import dev.remuda.worker.store.Manifest;

/** The commands that bring a backup back without Remuda, for its manifest. */
final class ByHand {
    private static final String PSQL = "psql -X -v ON_ERROR_STOP=1 -d NEW_DATABASE -c ";
    private static final String PUBLIC = "public";

    private ByHand() {}

    static List<String> steps(Manifest.Dump dump, Manifest.Globals globals, Manifest.Database facts) {
        List<String> steps = new ArrayList<>();
        if (globals != null && globals.file() != null) {
            String psql = dump.isEncrypted() ? opened(globals.file()) + " | psql -X -d postgres" : "psql -X -d postgres -f " + globals.file();
            steps.add(psql + "   # on another server; roles that it has already give errors and stay as they are");
        }
        if (dump.scope().content() == DumpContent.DataOnly) {
            steps.add(open(dump) + " | pg_restore --exit-on-error --single-transaction -d NEW_DATABASE   # the tables must exist there, without rows");
            return steps;
        }
        Manifest.Timescale timescale = facts.timescaledb();
        steps.add("createdb --template=template0 NEW_DATABASE");
        if (timescale != null) {
            steps.add(sql("CREATE EXTENSION timescaledb VERSION '" + timescale.version() + "'"));
            steps.add(sql("SELECT timescaledb_pre_restore()"));
        }
        restore(steps, dump);
        if (timescale != null) {
            // A retention policy starts within a second of post_restore and would delete what was just restored.
            steps.add(sql("UPDATE " + timescale.jobTable() + " SET scheduled = false WHERE id >= 1000"));
            steps.add(sql("SELECT timescaledb_post_restore()"));
            if (!timescale.scheduledJobs().isEmpty()) {
                String ids = String.join(", ", timescale.scheduledJobs().stream().map(String::valueOf).toList());
                steps.add(sql("SELECT alter_job(id, scheduled => true) FROM unnest(ARRAY[" + ids + "]) id") + "   # when you have looked at the data");
            }
        }
        return steps;
    }

    private static void restore(List<String> steps, Manifest.Dump dump) {
        DumpScope scope = dump.scope();
        // pg_dump takes a table without the schema that it is in, and the schema public with a command to create it, which every database has.
        scope.include().tables().stream().map(TableName::schema).filter(schema -> !schema.equals(PUBLIC)).distinct()
                .forEach(schema -> steps.add(sql("CREATE SCHEMA \"" + schema.replace("\"", "\"\"") + "\"")));
        boolean listed = scope.include().schemas().contains(PUBLIC);
        if (listed) {
            steps.add(open(dump) + " | pg_restore --list | grep -v ' SCHEMA - public ' >contents");
        }
        boolean dangling = dump.dangling() != null && !dump.dangling().isEmpty();
        steps.add(open(dump) + " | pg_restore " + (dangling ? "" : "--exit-on-error ") + (listed ? "--use-list=contents " : "") + "-d NEW_DATABASE"
                + (dangling ? "   # foreign keys to what is not in the dump give errors" : ""));
    }

    /** In single quotes nothing means anything to a shell. */
    private static String sql(String statement) {
        return PSQL + (statement.contains("\"") || statement.contains("$") || statement.contains("`") || statement.contains("\\")
                ? "'" + statement.replace("'", "'\\''") + "'"
                : "\"" + statement + "\"");
    }

    private static String open(Manifest.Dump dump) {
        if (dump.isEncrypted() && dump.compression().algorithm() == Compression.Algorithm.None) {
            return opened(dump.file());
        }
        String unpack = switch (dump.compression().algorithm()) {
            case Zstd -> "zstd -dc";
            case Gzip -> "gzip -dc";
            case Lz4 -> "lz4 -dc";
            case None -> "cat";
        };
        return dump.isEncrypted() ? opened(dump.file()) + " | " + unpack : unpack + " " + dump.file();
    }

    private static String opened(String file) {
        return "age -d -i IDENTITY " + file;
    }
}
