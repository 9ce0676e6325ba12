package dev.remuda.worker.store;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.SerializationFeature;

import dev.remuda.task.Compression;
import dev.remuda.task.DumpContent;
import dev.remuda.task.DumpScope;
import dev.remuda.task.Exclusion;
import dev.remuda.task.Json;
import dev.remuda.task.Reason;
import dev.remuda.task.Selection;
import dev.remuda.task.TableName;
import dev.remuda.task.WorkerProtocol;
import dev.remuda.worker.WorkFailure;

/**
 * What a backup is: stored last, as {@code manifest.json} beside the dump, so that a prefix with one is a whole backup and a prefix without
 * one is none. With it and the bucket alone, a person restores by hand.
 *
 * @param schemaVersion of this file; readers refuse what they do not know
 * @param globals null: they were not asked for
 * @param tables those in the dump
 * @param tiers all tiers that it was made for, hot to cold
 * @param slot the scheduled moment that it was made for; null: on demand
 * @param safety name of the Restore before which it was made; null: an ordinary backup
 * @param labels those that the dump was stored with, its first tier among them; {@code labels.json} beside it tells the tier of today
 * @param howToRestore the commands that bring the backup back without Remuda
 * @param suspicion what of the backup before it is strangely not in it; null: nothing
 */
public record Manifest(
        int schemaVersion,
        String tool,
        String namespace,
        String policy,
        String backup,
        int attempt,
        Instant startedAt,
        Instant finishedAt,
        Snapshot snapshot,
        Database database,
        Dump dump,
        Globals globals,
        List<Table> tables,
        List<String> tiers,
        Instant slot,
        String safety,
        Map<String, String> labels,
        List<String> howToRestore,
        String suspicion) {
    public static final int SCHEMA_VERSION = 1;

    public Manifest {
        tiers = tiers == null ? List.of() : List.copyOf(tiers); // the first backups had none
        labels = labels == null ? Map.of() : labels;
    }

    /** The moment the dump shows. @param lsn the server's write-ahead log position then */
    public record Snapshot(Instant at, String lsn) {}

    /**
     * The database as it was.
     *
     * @param serverVersion as the server says it
     * @param serverMajor its major version
     * @param roles the roles that own its objects or are granted rights on them
     * @param timescaledb null without TimescaleDB
     * @param comment on the database itself; null: none
     */
    public record Database(
            String name,
            String serverVersion,
            int serverMajor,
            long sizeBytes,
            String owner,
            String encoding,
            String collate,
            String ctype,
            String localeProvider,
            String locale,
            String icuRules,
            int connectionLimit,
            List<Setting> settings,
            List<Grant> grants,
            List<String> roles,
            List<Extension> extensions,
            Timescale timescaledb,
            String comment) {}

    /** A setting of the database. @param role for whom; empty: for all */
    public record Setting(String role, String name, String value) {}

    /** A right on the database itself. @param grantee empty: PUBLIC */
    public record Grant(String grantee, String privilege, boolean grantable) {}

    public record Extension(String name, String version, String schema) {}

    /**
     * What a restored database must have again.
     *
     * @param jobs how many background jobs there are beside TimescaleDB's own
     * @param scheduledJobs the ids of those that were switched on
     * @param jobTable where this version of TimescaleDB keeps them
     */
    public record Timescale(String version, int hypertables, int jobs, List<Integer> scheduledJobs, List<String> jobOwners, String jobTable) {}

    /**
     * The stored dump.
     *
     * @param file its name beside the manifest
     * @param sha256 of the file as stored, in hex
     * @param crc64nvme of the same, in base64 as S3 shows it
     * @param archiveBytes size before compression
     * @param clientMajor major version of the pg_dump that made it
     * @param content null: All
     * @param include null: the whole database
     * @param exclude null: nothing
     * @param dangling tables in the dump with foreign keys to what is not in it; null: none
     * @param recipients public keys of age for which it is encrypted, and what lies beside it; null: it is not
     */
    public record Dump(
            String file,
            String format,
            Compression compression,
            long sizeBytes,
            String sha256,
            String crc64nvme,
            long archiveBytes,
            int clientMajor,
            DumpContent content,
            Selection include,
            Exclusion exclude,
            List<TableName> dangling,
            List<String> recipients) {

        public boolean isEncrypted() {
            return recipients != null && !recipients.isEmpty();
        }

        /** As the file is called in HTTP. */
        public String contentType() {
            return isEncrypted() ? "application/octet-stream" : Compressing.contentType(compression.algorithm());
        }

        /** Which part of the database it is. */
        public DumpScope scope() {
            return new DumpScope(content, include, exclude);
        }
    }

    /**
     * The server's roles and tablespaces, as SQL.
     *
     * @param file its name beside the manifest; null: there is none
     * @param sha256 of the file, in hex
     * @param missing why there is none, else null
     */
    public record Globals(String file, long sizeBytes, String sha256, String missing) {}

    /** A table and how many of its rows are in the dump. @param kind table or hypertable */
    public record Table(String schema, String name, String kind, long rows) {
        public TableName qualified() {
            return new TableName(schema, name);
        }
    }

    public static String key(String prefix) {
        return prefix + WorkerProtocol.MANIFEST;
    }

    public String dataKey(String prefix) {
        return prefix + dump.file();
    }

    public long rows() {
        return tables.stream().mapToLong(Table::rows).sum();
    }

    /** For people too: indented. */
    public byte[] toBytes() {
        try {
            return Json.MAPPER.writer().with(SerializationFeature.INDENT_OUTPUT).writeValueAsBytes(this);
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new IllegalStateException("a manifest is always JSON", e);
        }
    }

    /**
     * Reads the manifest under a prefix.
     *
     * @throws WorkFailure ObjectMissing without one; ManifestInvalid when it cannot be understood
     */
    public static Manifest read(ObjectStore store, String prefix) {
        return parse(bytes(store, prefix), store.url(key(prefix)));
    }

    /** The manifest under a prefix as it lies there. @throws WorkFailure ObjectMissing without one */
    public static byte[] bytes(ObjectStore store, String prefix) {
        return store.get(key(prefix))
                .orElseThrow(() -> new WorkFailure(
                        Reason.ObjectMissing, store.url(key(prefix)) + " does not exist: the backup was deleted from the store or never completed; choose another backup"));
    }

    /** @throws WorkFailure ManifestInvalid when it cannot be understood */
    public static Manifest parse(byte[] bytes, String url) {
        Manifest manifest;
        try {
            manifest = Json.read(new String(bytes, StandardCharsets.UTF_8), Manifest.class);
        } catch (IllegalArgumentException e) {
            throw new WorkFailure(Reason.ManifestInvalid, url + " " + e.getMessage() + "; it was changed after the backup: restore by hand from the dump beside it", e);
        }
        if (manifest.schemaVersion != SCHEMA_VERSION) {
            throw new WorkFailure(
                    Reason.ManifestInvalid, url + " has schema version " + manifest.schemaVersion + " but this Remuda reads " + SCHEMA_VERSION
                            + "; use the version of Remuda that made it, or a newer one");
        }
        if (manifest.dump == null || manifest.database == null || manifest.tables == null || manifest.snapshot == null
                || manifest.dump.file() == null || manifest.dump.file().contains("/")
                || manifest.tables.stream().anyMatch(table -> table == null || table.schema() == null || table.name() == null)) {
            throw new WorkFailure(Reason.ManifestInvalid, url + " lacks database, dump, snapshot or tables; it was changed after the backup");
        }
        return manifest;
    }
}
