package dev.remuda.worker;

import java.util.ArrayList;
import java.util.List;

import dev.remuda.worker.store.Manifest;

/** The commands that bring a backup back without Remuda, for its manifest. */
final class ByHand {
    private static final String PSQL = "psql -X -v ON_ERROR_STOP=1 -d NEW_DATABASE -c ";

    private ByHand() {}

    static List<String> steps(Manifest.Dump dump, Manifest.Database facts) {
        List<String> steps = new ArrayList<>();
        Manifest.Timescale timescale = facts.timescaledb();
        steps.add("createdb --template=template0 NEW_DATABASE");
        if (timescale != null) {
            steps.add(sql("CREATE EXTENSION timescaledb VERSION '" + timescale.version() + "'"));
            steps.add(sql("SELECT timescaledb_pre_restore()"));
        }
        steps.add(open(dump) + dump.file() + " | pg_restore --exit-on-error -d NEW_DATABASE");
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

    private static String sql(String statement) {
        return PSQL + "\"" + statement + "\"";
    }

    private static String open(Manifest.Dump dump) {
        return switch (dump.compression().algorithm()) {
            case Zstd -> "zstd -dc ";
            case Gzip -> "gzip -dc ";
            case Lz4 -> "lz4 -dc ";
            case None -> "cat ";
        };
    }
}
