package dev.remuda.api;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.utils.Serialization;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.remuda.support.ApiServer;
import dev.remuda.support.Folders;
import dev.remuda.task.Json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.InstanceOfAssertFactories.map;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/** What a real API server makes of what users write. */
class SchemaIT {
    private static final String POLICY = """
            apiVersion: remuda.dev/v1beta1
            kind: BackupPolicy
            metadata: {name: horses}
            spec:
              database: {secretRef: {name: horses-db}}
              storage: {s3: {bucket: backups}}
            """;
    private static final String BACKUP = """
            apiVersion: remuda.dev/v1beta1
            kind: Backup
            metadata: {name: monday}
            spec: {policyRef: {name: horses}}
            """;
    private static final String RESTORE = """
            apiVersion: remuda.dev/v1beta1
            kind: Restore
            metadata: {name: back}
            spec: {source: {backupRef: {name: monday}}, strategy: Create}
            """;
    private static final String LONG = "x".repeat(254);

    private static final Map<String, Object> LOGIN = Map.of("secretRef", Map.of("name", "s"));
    private static final Map<String, Object> MIGRATIONS =
            Map.of("image", "flyway", "command", List.of("flyway", "migrate"), "env", List.of(Map.of("name", "A", "valueFrom", Map.of("secretKeyRef", Map.of("name", "s", "key", "k")))));

    private final KubernetesClient client = ApiServer.shared().admin();

    static Stream<Arguments> refused() {
        return Stream.of(
                bad(POLICY, "spec", null, "spec: Required value"),
                bad(POLICY, "spec.database", null, "spec.database: Required value"),
                bad(POLICY, "spec.database.secretRef", null, "spec.database.secretRef: Required value"),
                bad(POLICY, "spec.database.secretRef.name", null, "spec.database.secretRef.name: Required value"),
                bad(POLICY, "spec.database.secretRef.name", "", "at least 1 chars long"),
                bad(POLICY, "spec.database.host", LONG, "may not be more than 253"),
                bad(POLICY, "spec.database.host", "db.example.com:5432", "host is a name or an address alone; the port belongs in port"),
                bad(POLICY, "spec.database.host", "postgres://db", "host is a name or an address alone; the port belongs in port"),
                bad(POLICY, "spec.database.port", 0, "greater than or equal to 1"),
                bad(POLICY, "spec.database.port", 65536, "less than or equal to 65535"),
                bad(POLICY, "spec.database.name", "", "at least 1 chars long"),
                bad(POLICY, "spec.database.name", "x".repeat(64), "may not be more than 63"),
                bad(POLICY, "spec.database.sslMode", "on", "supported values: \"allow\", \"disable\", \"prefer\", \"require\", \"verify-ca\", \"verify-full\""),
                bad(POLICY, "spec.database.caRef", Map.of(), "name either configMap or secret, not both and not neither"),
                bad(POLICY, "spec.database.caRef", Map.of("configMap", "a", "secret", "b"), "name either configMap or secret, not both and not neither"),
                bad(POLICY, "spec.database.secretRef.keys", seventeen(), "must have at most 16"),
                bad(POLICY, "spec.storage", null, "spec.storage: Required value"),
                bad(POLICY, "spec.storage.s3", null, "name either s3 or volume, not both and not neither"),
                bad(POLICY, "spec.storage.volume", Map.of("claimName", "local"), "name either s3 or volume, not both and not neither"),
                bad(POLICY, "spec.storage", Map.of("volume", Map.of()), "spec.storage.volume.claimName: Required value"),
                bad(POLICY, "spec.storage", Map.of("volume", Map.of("claimName", "local", "path", "/backups")), "in folders, without a slash at either end, such as backups/production"),
                bad(POLICY, "spec.storage", Map.of("volume", Map.of("claimName", "local", "path", "a/../b")), "path must not contain the folders . or .."),
                bad(POLICY, "spec", onVolume(List.of(Map.of("name", "monthly", "schedule", "@monthly", "storageClass", "GLACIER"))), "a volume has no storage classes; remove storageClass from the tiers"),
                bad(POLICY, "spec.storage.s3.bucket", null, "spec.storage.s3.bucket: Required value"),
                bad(POLICY, "spec.storage.s3.bucket", "Backups", "bucket must be 3 to 63 lower-case letters, digits, dots and hyphens"),
                bad(POLICY, "spec.storage.s3.bucket", "s3://backups", "bucket must be 3 to 63 lower-case letters, digits, dots and hyphens"),
                bad(POLICY, "spec.storage.s3.bucket", "ab", "at least 3 chars long"),
                bad(POLICY, "spec.storage.s3.prefix", "/team", "without a slash at either end, such as team/production"),
                bad(POLICY, "spec.storage.s3.prefix", "team/", "without a slash at either end, such as team/production"),
                bad(POLICY, "spec.storage.s3.prefix", "a//b", "without a slash at either end, such as team/production"),
                bad(POLICY, "spec.storage.s3.prefix", "a b", "without a slash at either end, such as team/production"),
                bad(POLICY, "spec.storage.s3.prefix", "a/../b", "prefix must not contain the folders . or .."),
                bad(POLICY, "spec.storage.s3.serverSideEncryption", Map.of("type", "AES256", "kmsKeyId", "k"), "kmsKeyId is for type aws:kms"),
                bad(POLICY, "spec.storage.s3.serverSideEncryption", Map.of("type", "DES"), "supported values: \"AES256\", \"aws:kms\""),
                bad(POLICY, "spec.storage.s3.objectLock", Map.of("mode", "GOVERNANCE"), "set transitions to Lifecycle, so that rules of the bucket move it, or to None"),
                bad(POLICY, "spec.storage.s3.objectLock", Map.of("mode", "Forever"), "supported values: \"COMPLIANCE\", \"GOVERNANCE\""),
                bad(POLICY, "spec.storage.s3.objectLock", Map.of(), "objectLock.mode: Required value"),
                bad(POLICY, "spec.anomalies.dropPercent", 100, "less than or equal to 99"),
                bad(POLICY, "spec.anomalies.dropPercent", -1, "greater than or equal to 0"),
                bad(POLICY, "spec.encryption", Map.of(), "spec.encryption.age: Required value"),
                bad(POLICY, "spec.encryption.age", Map.of("recipients", List.of()), "at least 1 items"),
                bad(POLICY, "spec.encryption.age", Map.of("recipients", List.of("age1" + "b".repeat(58))), "each recipient must be a public key of age, age1 and 58 characters, as age-keygen -y prints it"),
                bad(POLICY, "spec.encryption.age", Map.of("recipients", List.of("AGE-SECRET-KEY-1QQ")), "at least 62 chars long"),
                bad(POLICY, "spec.encryption.age", Map.of("recipients", List.of("age1" + "q".repeat(58), "age1" + "q".repeat(58))), "a recipient is named twice"),
                bad(POLICY, "spec.verification", Map.of("schedule", "@monthly"), "a drill needs somewhere to restore to: name server.image, such as postgres:17, or target"),
                bad(POLICY, "spec.verification", Map.of("server", Map.of("image", "postgres:17"), "target", LOGIN), "name either server (a throwaway one, from an image) or target (a server that there is), not both"),
                bad(POLICY, "spec.verification", Map.of("schedule", "monthly", "target", LOGIN), "schedule must be cron's five fields"),
                bad(POLICY, "spec.verification", Map.of("integrity", Map.of("schedule", "0 4 * *")), "schedule must be cron's five fields"),
                bad(POLICY, "spec.verification", Map.of("integrity", Map.of()), "spec.verification.integrity.schedule: Required value"),
                bad(POLICY, "spec.verification", Map.of("server", Map.of()), "spec.verification.server.image: Required value"),
                bad(POLICY, "spec.verification", Map.of("server", Map.of("image", "postgres:17", "size", "big")), "size must be a quantity such as 20Gi"),
                bad(POLICY, "spec.verification", Map.of("target", Map.of("host", "db:5432", "secretRef", Map.of("name", "s"))), "the port belongs in port"),
                bad(POLICY, "spec.verification", Map.of("timeout", "30s"), "timeout must be at least 1m and at most 720h"),
                bad(POLICY, "spec.verification", Map.of("checks", List.of(Map.of())), "sql: Required value"),
                bad(POLICY, "spec.storage.s3.region", "EU West", "lower-case letters, digits and hyphens, such as ap-southeast-2"),
                bad(POLICY, "spec.storage.s3.endpoint", "s3.example.com", "endpoint must be a URL of scheme and host, such as https://s3.example.com"),
                bad(POLICY, "spec.storage.s3.endpoint", "https://s3.example.com/bucket", "endpoint must be a URL of scheme and host"),
                bad(POLICY, "spec.storage.s3.tagging", "On", "supported values: \"Auto\", \"Disabled\""),
                bad(POLICY, "spec.dump.format", "Plain", "supported values: \"Custom\""),
                bad(POLICY, "spec.dump.compression.algorithm", "Brotli", "supported values: \"Gzip\", \"Lz4\", \"None\", \"Zstd\""),
                bad(POLICY, "spec.dump.compression.level", 0, "greater than or equal to 1"),
                bad(POLICY, "spec.dump.compression.level", 20, "less than or equal to 19"),
                bad(POLICY, "spec.dump.compression", Map.of("algorithm", "Gzip", "level", 10), "from 1 to 9 with Gzip and Lz4; leave it out with None"),
                bad(POLICY, "spec.dump.compression", Map.of("algorithm", "None", "level", 1), "leave it out with None"),
                bad(POLICY, "spec.dump.content", "Everything", "supported values: \"All\", \"DataOnly\", \"SchemaOnly\""),
                bad(POLICY, "spec.dump.include.schemas", List.of("a", "pg_catalog"), "name schemas of your own, such as public"),
                bad(POLICY, "spec.dump.exclude.schemas", List.of("information_schema"), "name schemas of your own, such as public"),
                bad(POLICY, "spec.dump.include.schemas", List.of(""), "at least 1 chars long"),
                bad(POLICY, "spec.dump.exclude.schemas", List.of("x".repeat(64)), "may not be more than 63"),
                bad(POLICY, "spec.dump.include.schemas", numbered(65, "s"), "must have at most 64 items"),
                bad(POLICY, "spec.dump.include.tables", numbered(129, "a.t"), "must have at most 128 items"),
                bad(POLICY, "spec.dump.exclude.tables", numbered(129, "a.t"), "must have at most 128 items"),
                bad(POLICY, "spec.dump.exclude.tableData", numbered(129, "a.t"), "must have at most 128 items"),
                bad(POLICY, "spec.dump.include.tables", List.of("races"), "write a table as schema.table, such as public.races"),
                bad(POLICY, "spec.dump.exclude.tables", List.of("a.b", "a.b.c"), "a part with dots or quotes goes in double quotes: public.\"odd.Name\""),
                bad(POLICY, "spec.dump.exclude.tableData", List.of("public.\"odd"), "write a table as schema.table, such as public.races"),
                bad(POLICY, "spec.dump.exclude.tableData", List.of("public." + "x".repeat(251)), "may not be more than 257"),
                bad(POLICY, "spec.dump.include", Map.of("schemas", List.of("a"), "tables", List.of("b.c")), "include either schemas or tables"),
                bad(POLICY, "spec.dump", Map.of("include", Map.of("tables", List.of("b.c")), "exclude", Map.of("schemas", List.of("a"))), "take exclude.schemas out"),
                bad(POLICY, "spec.dump", Map.of("include", Map.of("schemas", List.of("a", "b")), "exclude", Map.of("schemas", List.of("b"))),
                        "a schema is both in include.schemas and in exclude.schemas; take it out of one of them"),
                bad(POLICY, "spec.dump", Map.of("include", Map.of("tables", List.of("a.b")), "exclude", Map.of("tables", List.of("a.c", "a.b"))),
                        "a table is both in include.tables and in exclude.tables; take it out of one of them"),
                bad(POLICY, "spec.timeout", "soon", "timeout must be a duration such as 90m or 4h"),
                bad(POLICY, "spec.timeout", "1d", "timeout must be a duration such as 90m or 4h"),
                bad(POLICY, "spec.timeout", "59s", "timeout must be at least 1m and at most 720h"),
                bad(POLICY, "spec.timeout", "721h", "timeout must be at least 1m and at most 720h"),
                bad(POLICY, "spec.notifications", List.of(Map.of("to", "../ops")), "to must be the name of a destination, such as ops"),
                bad(POLICY, "spec.notifications", List.of(Map.of("to", "ops", "occasions", List.of("Never"))), "Unsupported value: \"Never\""),
                bad(POLICY, "spec.objectives.rpo", "often", "rpo must be a duration such as 6h or 1d, greater than zero"),
                bad(POLICY, "spec.objectives.rto", "0s", "rto must be a duration such as 1h, greater than zero"),
                bad(POLICY, "spec.retry.limit", 11, "less than or equal to 10"),
                bad(POLICY, "spec.retry.limit", -1, "greater than or equal to 0"),
                bad(POLICY, "spec.retry.backoff", "soon", "backoff must be a duration such as 30s or 5m"),
                bad(POLICY, "spec.retry.backoff", "0s", "backoff must be at least 1s and at most 1h"),
                bad(POLICY, "spec.retry.backoff", "61m", "backoff must be at least 1s and at most 1h"),
                bad(POLICY, "spec.jobTemplate.labels", thirtyThree(), "must have at most 32"),
                bad(POLICY, "spec.jobTemplate.resources.limits.memory", "lots", "requests and limits must be quantities such as 100m, 2 or 512Mi"),
                bad(POLICY, "spec.jobTemplate.resources.requests.cpu", "1 core", "requests and limits must be quantities such as 100m, 2 or 512Mi"),
                bad(POLICY, "spec.storage.s3.transitions", "Move", "supported values: \"Copy\", \"Lifecycle\", \"None\""),
                bad(POLICY, "spec.timeZone", "", "at least 1 chars long"),
                bad(POLICY, "spec.tiers", List.of(Map.of("name", "daily")), "spec.tiers[0].schedule: Required value"),
                bad(POLICY, "spec.tiers", List.of(Map.of("schedule", "@daily")), "spec.tiers[0].name: Required value"),
                bad(POLICY, "spec.tiers", List.of(tier("Daily", "@daily")), "the name of a tier must be lower-case letters, digits and hyphens, such as daily"),
                bad(POLICY, "spec.tiers", List.of(tier("daily", "every day")), "schedule must be cron's five fields, such as 0 2 * * *, or one of @hourly"),
                bad(POLICY, "spec.tiers", List.of(tier("daily", "@reboot")), "schedule must be cron's five fields, such as 0 2 * * *, or one of @hourly"),
                bad(POLICY, "spec.tiers", List.of(tier("daily", "0 0 2 * * *")), "schedule must be cron's five fields, such as 0 2 * * *, or one of @hourly"),
                bad(POLICY, "spec.tiers", List.of(tier("daily", "@daily"), tier("daily", "@hourly")), "Duplicate value: {\"name\":\"daily\"}"),
                bad(POLICY, "spec.tiers", List.of(kept(Map.of("maxAge", "a month"))), "maxAge must be an age such as 30d, 12h or 90m, greater than zero"),
                bad(POLICY, "spec.tiers", List.of(kept(Map.of("maxAge", "0d"))), "maxAge must be an age such as 30d, 12h or 90m, greater than zero"),
                bad(POLICY, "spec.tiers", List.of(kept(Map.of("maxCount", 0))), "greater than or equal to 1"),
                bad(POLICY, "spec.tiers", List.of(kept(Map.of("minCount", -1))), "greater than or equal to 0"),
                bad(POLICY, "spec.tiers", List.of(kept(Map.of("maxCount", 2, "minCount", 3))), "minCount must not be greater than maxCount"),
                bad(POLICY, "spec.tiers", List.of(Map.of("name", "a", "schedule", "@daily", "storageClass", "COLD")), "supported values: \"DEEP_ARCHIVE\", \"GLACIER\""),
                bad(POLICY, "spec.copies", List.of(Map.of("name", "local")), "spec.copies[0].storage: Required value"),
                bad(POLICY, "spec.copies", List.of(copy("Off Site", Map.of())), "the name of a copy must be lower-case letters, digits and hyphens, such as off-site"),
                bad(POLICY, "spec.copies", List.of(Map.of("name", "local", "storage", Map.of())), "name either s3 or volume, not both and not neither"),
                bad(POLICY, "spec.copies", List.of(copy("local", Map.of("maxAge", "a week"))), "maxAge must be an age such as 30d, 12h or 90m, greater than zero"),
                bad(POLICY, "spec.copies", List.of(copy("a", Map.of()), copy("b", Map.of()), copy("c", Map.of()), copy("d", Map.of()), copy("e", Map.of())), "must have at most 4 items"),
                bad(POLICY, "spec.copies", List.of(copy("a", Map.of()), copy("a", Map.of())), "Duplicate value: {\"name\":\"a\"}"),
                bad(RESTORE, "spec.source.copy", "", "at least 1 chars long"),
                bad(RESTORE, "spec.source", Map.of("object", Map.of("storage", Map.of("s3", Map.of("bucket", "other")), "key", "k"), "copy", "local"), "copy is for backupRef and latestOf; object says itself where it lies"),
                bad(POLICY, "spec.startingDeadline", "0s", "startingDeadline must be a duration such as 30m or 1h, greater than zero"),
                bad(POLICY, "spec.concurrencyPolicy", "Allow", "supported values: \"Forbid\", \"Replace\""),
                bad(POLICY, "spec.jitter", "a bit", "jitter must be a duration such as 10m"),
                bad(POLICY, "spec.jitter", "25h", "jitter must be at most 24h"),
                bad(POLICY, "spec.deletionPolicy", "Purge", "supported values: \"Delete\", \"Retain\""),
                bad(POLICY, "spec.failedBackupsHistoryLimit", -1, "greater than or equal to 0"),
                bad(BACKUP, "spec", null, "spec: Required value"),
                bad(BACKUP, "spec.policyRef", null, "spec.policyRef: Required value"),
                bad(BACKUP, "spec.policyRef.name", null, "spec.policyRef.name: Required value"),
                bad(RESTORE, "spec.source", null, "spec.source: Required value"),
                bad(BACKUP, "spec.safety", Map.of("restore", "back"), "spec.safety.database: Required value"),
                bad(RESTORE, "spec.source", Map.of(), "name exactly one of backupRef, latestOf and object"),
                bad(RESTORE, "spec.source.latestOf", Map.of("policy", "horses"), "name exactly one of backupRef, latestOf and object"),
                bad(RESTORE, "spec.source", Map.of("latestOf", Map.of("tier", "daily")), "spec.source.latestOf.policy: Required value"),
                bad(RESTORE, "spec.source", Map.of("latestOf", Map.of("policy", "horses", "before", "yesterday")), "must be of type date-time"),
                bad(RESTORE, "spec.source", Map.of("object", Map.of("key", "k")), "spec.source.object.storage: Required value"),
                bad(RESTORE, "spec.source", object(), "a dump named by source.object does not say which database it is of: name the server's login in target.secretRef"),
                bad(RESTORE, "spec", Map.of("source", object(), "target", LOGIN, "strategy", "Existing", "include", Map.of("tables", List.of("a.b"))),
                        "the safety backup needs a place: name a BackupPolicy in policyRef whose store it goes to, or set safetyBackup: false"),
                bad(RESTORE, "spec.source.archive", Map.of("days", 31), "less than or equal to 30"),
                bad(RESTORE, "spec.source.archive", Map.of("speed", "Now"), "supported values: \"Bulk\", \"Expedited\", \"Standard\""),
                bad(RESTORE, "spec.strategy", "Replace", "supported values: \"Create\", \"Existing\", \"Recreate\", \"Swap\""),
                bad(RESTORE, "spec.strategy", null, "strategies Swap and Recreate replace all data of the target: set confirm to the name of the target database"),
                bad(RESTORE, "spec.strategy", "Recreate", "strategies Swap and Recreate replace all data of the target: set confirm to the name of the target database"),
                bad(RESTORE, "spec.strategy", "Existing", "strategy Existing restores parts into a database that exists: name them in include, or use strategy Swap"),
                bad(RESTORE, "spec", restore("strategy", "Swap", "confirm", "a", "include", Map.of("schemas", List.of("racing"))),
                        "a part of a backup cannot take the place of a whole database"),
                bad(RESTORE, "spec", restore("strategy", "Existing", "include", Map.of("schemas", List.of("racing")), "migrations", MIGRATIONS),
                        "migrations run against a database of their own before it takes the target's place"),
                bad(RESTORE, "spec.migrations", Map.of("image", "i"), "spec.migrations.command: Required value"),
                bad(RESTORE, "spec.migrations", Map.of("image", "i", "command", List.of()), "should have at least 1 items"),
                bad(RESTORE, "spec.migrations", Map.of("image", "i", "command", List.of("m"), "timeout", "0s"), "timeout must be a duration such as 30m, greater than zero"),
                bad(RESTORE, "spec.jobs", 4, "several jobs read the dump from a file: set scratch to a size that the whole stored dump fits in, such as 20Gi"),
                bad(RESTORE, "spec.jobs", 65, "less than or equal to 64"),
                bad(RESTORE, "spec.scratch", "much", "scratch must be a quantity such as 20Gi"),
                bad(RESTORE, "spec.scratch", "0", "scratch must be a quantity such as 20Gi"),
                bad(RESTORE, "spec.scratch", "-1Gi", "scratch must be a quantity such as 20Gi"),
                bad(RESTORE, "spec.owner", Map.of(), "spec.owner.role: Required value"),
                bad(RESTORE, "spec.checks", List.of(Map.of("sql", "")), "at least 1 chars long"),
                bad(RESTORE, "spec.keepReplaced", "a week", "keepReplaced must be a duration such as 72h or 7d"),
                bad(RESTORE, "spec.timeout", "30s", "timeout must be at least 1m and at most 720h"),
                bad(RESTORE, "spec.timeout", "a day", "timeout must be a duration such as 90m or 24h"),
                bad(RESTORE, "spec.policyRef", Map.of("name", ""), "at least 1 chars long"),
                bad(RESTORE, "spec.target.host", "other", "a target on another server needs its own secretRef"),
                bad(RESTORE, "spec.target.port", 5433, "a target on another server needs its own secretRef"),
                bad(RESTORE, "spec.target.sslMode", "on", "supported values"),
                bad(RESTORE, "spec", Map.of(
                        "source", Map.of("backupRef", Map.of("name", "monday")), "strategy", "Recreate", "confirm", "a", "target", Map.of("name", "b")),
                        "confirm must equal target.name, the database whose data will be replaced"));
    }

    @ParameterizedTest(name = "{1}: {2}")
    @MethodSource("refused")
    void whatIsWrongIsRefusedWithAMessageThatHelps(String document, String path, Object value, String message) {
        var refusal = catchThrowableOfType(KubernetesClientException.class, () -> dryRun(with(document, path, value)));
        assertThat(refusal).isNotNull();
        assertThat(refusal.getCode()).isEqualTo(422);
        assertThat(refusal.getMessage()).contains(message);
    }

    private static Map<String, Object> onVolume(List<Object> tiers) {
        return Map.of("database", LOGIN, "storage", Map.of("volume", Map.of("claimName", "local", "path", "backups/production")), "tiers", tiers);
    }

    static Stream<Arguments> accepted() {
        return Stream.of(
                arguments(POLICY, "spec.database.host", "::1"), arguments(POLICY, "spec.database.host", "db-0.db.stable.svc.cluster.local"),
                arguments(POLICY, "spec.database.caRef", Map.of("secret", "a")), arguments(POLICY, "spec.database.sslMode", "verify-full"),
                arguments(POLICY, "spec.storage.s3.bucket", "my.bucket-1"), arguments(POLICY, "spec.storage.s3.prefix", "team/it's(1)/a.b"),
                arguments(POLICY, "spec.storage.s3.endpoint", "http://weed:8333"), arguments(POLICY, "spec.storage.s3.endpoint", "https://s3.example.com/"),
                arguments(POLICY, "spec", onVolume(List.of(tier("daily", "@daily")))), arguments(POLICY, "spec.storage.s3.region", "auto"), arguments(POLICY, "spec.dump.compression.level", 19),
                arguments(POLICY, "spec.dump.compression", Map.of("algorithm", "Lz4", "level", 9)),
                arguments(POLICY, "spec.dump.content", "SchemaOnly"), arguments(POLICY, "spec.dump.globals", true),
                arguments(POLICY, "spec.dump.include.schemas", List.of("public", "Odd.\"name*", "Ställe")), arguments(POLICY, "spec.dump.include.schemas", numbered(64, "s")),
                arguments(POLICY, "spec.dump.include.tables", List.of("public.races", "public.\"odd.Name\"", "public.\"\"\"; drop\"", "Ställe.\"🐎\"")),
                arguments(POLICY, "spec.dump.exclude", Map.of("schemas", List.of(), "tables", numbered(128, "public.\"t."), "tableData", List.of("audit.log"))),
                arguments(POLICY, "spec.dump", Map.of("include", Map.of("schemas", List.of("a")), "exclude", Map.of("schemas", List.of("b"), "tables", List.of("a.b")))),
                arguments(POLICY, "spec.dump", Map.of("include", Map.of("schemas", List.of(), "tables", List.of("a.b")), "exclude", Map.of("tableData", List.of("a.b")))),
                arguments(POLICY, "spec.timeout", "1m"), arguments(POLICY, "spec.timeout", "720h"), arguments(POLICY, "spec.timeout", "1h30m5s"),
                arguments(POLICY, "spec.jobTemplate.resources.limits", Map.of("memory", "1Gi", "cpu", 2)),
                arguments(POLICY, "spec.jobTemplate.tolerations", List.of(Map.of("operator", "Exists"))),
                arguments(POLICY, "spec.tiers", List.of(tier("daily", "0 2 * * *"), tier("hourly", "*/5 8-18 1,15 JAN-JUN mon"), tier("weekly", "@weekly"))),
                arguments(POLICY, "spec.tiers", List.of(kept(Map.of("maxAge", "1d12h", "maxCount", 3, "minCount", 3)))),
                arguments(POLICY, "spec.copies", List.of(copy("local", Map.of("maxAge", "7d")), copy("off-site-2", Map.of()))), arguments(RESTORE, "spec.source.copy", "off-site"),
                arguments(POLICY, "spec.startingDeadline", "30m"), arguments(POLICY, "spec.jitter", "0s"), arguments(POLICY, "spec.jitter", "24h"),
                arguments(BACKUP, "spec.tiers", List.of("daily")), arguments(BACKUP, "spec.slot", "2026-03-01T02:00:00Z"),
                arguments(BACKUP, "spec.safety", Map.of("restore", "back", "database", Map.of("secretRef", Map.of("name", "s")))),
                arguments(RESTORE, "spec", restore("confirm", "horses")), arguments(RESTORE, "spec", restore("strategy", "Recreate", "confirm", "horses")),
                arguments(RESTORE, "spec", restore("strategy", "Existing", "include", Map.of("tables", List.of("racing.races")))),
                arguments(RESTORE, "spec", restore("confirm", "horses", "migrations", MIGRATIONS, "jobs", 4, "scratch", "20Gi", "checks", List.of(Map.of("sql", "SELECT true")))),
                arguments(RESTORE, "spec.include", Map.of("schemas", List.of("racing"))), arguments(RESTORE, "spec.owner", Map.of("role", "app")),
                arguments(RESTORE, "spec.keepReplaced", "0s"), arguments(RESTORE, "spec.keepReplaced", "7d"), arguments(RESTORE, "spec.timeout", "720h"),
                arguments(RESTORE, "spec.source", Map.of("latestOf", Map.of("policy", "horses", "before", "2026-11-25T02:00:00Z", "tier", "daily", "verified", true))),
                arguments(RESTORE, "spec", Map.of("source", object(), "target", LOGIN, "strategy", "Create")),
                arguments(RESTORE, "spec", Map.of("source", object(), "target", LOGIN, "confirm", "horses", "policyRef", Map.of("name", "horses"))),
                arguments(RESTORE, "spec", Map.of("source", object(), "target", LOGIN, "confirm", "horses", "safetyBackup", false)),
                arguments(RESTORE, "spec.target.name", "copy"), arguments(RESTORE, "spec.target", Map.of("host", "h", "secretRef", Map.of("name", "s"))));
    }

    @ParameterizedTest(name = "{1}: {2}")
    @MethodSource("accepted")
    void whatIsRightIsAccepted(String document, String path, Object value) {
        dryRun(with(document, path, value));
    }

    @Test
    void defaultsAreFilledIn() {
        Map<String, Object> spec = spec(dryRun(with(POLICY, "spec.dump", Map.of("compression", Map.of()))));
        assertThat(spec).containsEntry("timeZone", "Etc/UTC").containsEntry("concurrencyPolicy", "Forbid").containsEntry("jitter", "0s")
                .containsEntry("deletionPolicy", "Retain").containsEntry("failedBackupsHistoryLimit", 3);
        assertThat(spec).containsEntry("timeout", "4h").containsEntry("dump", Map.of("format", "Custom", "content", "All", "compression", Map.of("algorithm", "Zstd")));
    }

    @Test
    void defaultsOfARestoreAreFilledIn() {
        assertThat(spec(dryRun(with(RESTORE, "spec", restore("confirm", "horses", "migrations", MIGRATIONS, "source", Map.of("backupRef", Map.of("name", "m"), "archive", Map.of()))))))
                .containsEntry("strategy", "Swap").containsEntry("safetyBackup", true).containsEntry("jobs", 1).containsEntry("keepReplaced", "72h").containsEntry("timeout", "24h")
                .containsEntry("source", Map.of("backupRef", Map.of("name", "m"), "archive", Map.of("days", 3, "speed", "Standard")))
                .extractingByKey("migrations", map(String.class, Object.class)).containsEntry("timeout", "1h");
    }

    @Test
    void aMisspelledFieldIsRefusedByKubectl() {
        String misspelled = Serialization.asYaml(with(POLICY, "spec.timeOut", "4h"));
        assertThat(ApiServer.shared().kubectlWith(misspelled, "create", "--dry-run=server", "-f", "-")).contains("unknown field \"spec.timeOut\"");
    }

    @Test
    void specsOfBackupAndRestoreCannotBeChanged() {
        String namespace = ApiServer.shared().createNamespace("schema");
        client.resource(with(BACKUP, "spec.policyRef.name", "horses")).inNamespace(namespace).create();
        client.resource(with(RESTORE, "spec.strategy", "Create")).inNamespace(namespace).create();
        assertThatThrownBy(() -> client.resource(with(BACKUP, "spec.policyRef.name", "cows")).inNamespace(namespace).update())
                .hasMessageContaining("a Backup's spec cannot be changed, except pinned; create another Backup");
        for (Object value : List.of(List.of("daily"), List.of())) {
            assertThatThrownBy(() -> client.resource(with(BACKUP, "spec.tiers", value)).inNamespace(namespace).update())
                    .hasMessageContaining("a Backup's spec cannot be changed, except pinned; create another Backup");
        }
        assertThatThrownBy(() -> client.resource(with(BACKUP, "spec.slot", "2026-03-01T02:00:00Z")).inNamespace(namespace).update())
                .hasMessageContaining("a Backup's spec cannot be changed, except pinned; create another Backup");
        client.resource(with(BACKUP, "spec.pinned", true)).inNamespace(namespace).update();
        client.resource(with(BACKUP, "spec.pinned", false)).inNamespace(namespace).update();
        assertThatThrownBy(() -> client.resource(with(RESTORE, "spec.confirm", "horses")).inNamespace(namespace).update())
                .hasMessageContaining("a Restore's spec cannot be changed; create another Restore");
        assertThatThrownBy(() -> client.resource(with(BACKUP, "spec.safety", Map.of("restore", "r", "database", LOGIN))).inNamespace(namespace).update())
                .hasMessageContaining("a Backup's spec cannot be changed, except pinned; create another Backup");
        client.resource(with(BACKUP, "metadata.labels", Map.of("may", "change"))).inNamespace(namespace).update();
    }

    @Test
    void aStatusOfANewerOperatorIsAcceptedAndASpecBesideItIsNot() {
        String namespace = ApiServer.shared().createNamespace("schema");
        client.resource(with(BACKUP, "metadata.labels", Map.of())).inNamespace(namespace).create();
        var monday = client.resource(with(BACKUP, "status", Map.of("phase", "Dreaming", "attempts", List.of(Map.of("number", 1, "reason", "Unheard")))))
                .inNamespace(namespace);
        monday.update();
        assertThat(monday.get().getAdditionalProperties()).doesNotContainKey("status");
        monday.patchStatus();
        assertThat(monday.get().getAdditionalProperties().get("status")).asInstanceOf(map(String.class, Object.class)).containsEntry("phase", "Dreaming");

        client.resource(with(RESTORE, "metadata.labels", Map.of())).inNamespace(namespace).create();
        client.resource(with(RESTORE, "status", Map.of("phase", "Dreaming", "steps", List.of(Map.of("name", "Unheard", "attempt", 1, "reason", "Unheard")))))
                .inNamespace(namespace).patchStatus();
        assertThat(client.resources(Restore.class).inNamespace(namespace).withName("back").get().getStatus().steps()).singleElement()
                .satisfies(step -> assertThat(step.name()).isNull());

        BackupStatus read = client.resources(Backup.class).inNamespace(namespace).withName("monday").get().getStatus();
        assertThat(read.phase()).as("what this operator cannot know").isNull();
        assertThat(read.attempts()).singleElement().extracting(Attempt::reason).isNull();
    }

    /** Each of the two is right by itself. */
    @Test
    @SuppressWarnings("unchecked")
    void aDrillOfRowsAloneIsRefused() {
        GenericKubernetesResource policy = with(POLICY, "spec.dump", Map.of("content", "DataOnly"));
        assertThatCode(() -> client.resource(policy).inNamespace("default").dryRun().create()).doesNotThrowAnyException();
        ((Map<String, Object>) policy.getAdditionalProperties().get("spec")).put("verification", Map.of("schedule", "@monthly", "target", LOGIN));

        assertThatThrownBy(() -> client.resource(policy).inNamespace("default").dryRun().create()).isInstanceOf(KubernetesClientException.class)
                .hasMessageContaining("a dump of rows alone (dump.content DataOnly) cannot be restored by itself, so no drill can be held; remove verification.schedule");
    }

    @ParameterizedTest
    @ValueSource(strings = {"BackupPolicy", "Backup", "Restore"})
    void kubectlExplainsEveryField(String kind) throws JsonProcessingException {
        JsonNode schema = Json.MAPPER.readTree(client.raw("/openapi/v3/apis/remuda.dev/v1beta1")).at("/components/schemas/dev.remuda.v1beta1." + kind);
        List<String> silent = new ArrayList<>();
        collectSilent(kind, schema, silent);
        assertThat(silent).isEmpty();
        assertThat(ApiServer.shared().kubectl("explain", kind.toLowerCase(Locale.ROOT) + ".spec", "--recursive")).contains("FIELDS:").doesNotContain("<empty>");
    }

    private static void collectSilent(String path, JsonNode schema, List<String> silent) {
        if (!schema.hasNonNull("description")) {
            silent.add(path);
        }
        JsonNode holder = schema.has("items") ? schema.get("items") : schema;
        holder.path("properties").properties().stream()
                .filter(field -> !field.getKey().equals("metadata"))
                .forEach(field -> collectSilent(path + "." + field.getKey(), field.getValue(), silent));
    }

    private GenericKubernetesResource dryRun(GenericKubernetesResource resource) {
        Resource<GenericKubernetesResource> there = client.resource(resource).inNamespace("default");
        return there.dryRun(true).create();
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> spec(GenericKubernetesResource resource) {
        return (Map<String, Object>) resource.getAdditionalProperties().get("spec");
    }

    /** The document with another value at a path; null: without it. */
    @SuppressWarnings("unchecked")
    private static GenericKubernetesResource with(String document, String path, Object value) {
        Map<String, Object> root = Serialization.unmarshal(document, TreeMap.class);
        Map<String, Object> at = root;
        String[] names = path.split("\\.");
        for (int i = 0; i < names.length - 1; i++) {
            at = (Map<String, Object>) at.computeIfAbsent(names[i], name -> new TreeMap<String, Object>());
        }
        if (value == null) {
            at.remove(names[names.length - 1]);
        } else {
            at.put(names[names.length - 1], value);
        }
        return Serialization.unmarshal(Serialization.asYaml(root), GenericKubernetesResource.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"production", "staging", "development", "partial", "horse-racing"})
    void theExamplesAreAccepted(String example) throws IOException {
        String policy = Files.readString(Folders.repository().resolve("examples").resolve(example).resolve("policy.yaml"));
        GenericKubernetesResource resource = Serialization.unmarshal(policy, GenericKubernetesResource.class);
        resource.getMetadata().setNamespace("default");
        assertThat(spec(dryRun(resource))).containsKey("storage");
    }

    @Test
    void theExampleOfARestoreIsAccepted() throws IOException {
        String example = Files.readString(Folders.repository().resolve("examples/horse-racing/restore.yaml"));
        GenericKubernetesResource resource = Serialization.unmarshal(example, GenericKubernetesResource.class);
        resource.getMetadata().setNamespace("default");
        spec(resource).put("source", Map.of("backupRef", Map.of("name", "monday")));
        assertThat(spec(dryRun(resource))).containsEntry("safetyBackup", true);
    }

    private static Map<String, Object> object() {
        return Map.of("object", Map.of("storage", Map.of("s3", Map.of("bucket", "other")), "key", "dumps/old.dump"));
    }

    /** The spec of a Restore of Backup monday with these fields, name and value by turns. */
    private static Map<String, Object> restore(Object... fields) {
        Map<String, Object> spec = new TreeMap<>(Map.of("source", Map.of("backupRef", Map.of("name", "monday"))));
        for (int i = 0; i < fields.length; i += 2) {
            spec.put(fields[i].toString(), fields[i + 1]);
        }
        return spec;
    }

    private static Map<String, Object> copy(String name, Map<String, Object> retention) {
        return Map.of("name", name, "storage", Map.of("volume", Map.of("claimName", "local-backups")), "retention", retention);
    }

    private static Map<String, Object> tier(String name, String schedule) {
        return Map.of("name", name, "schedule", schedule);
    }

    private static Map<String, Object> kept(Map<String, Object> retention) {
        return Map.of("name", "daily", "schedule", "@daily", "retention", retention);
    }

    private static List<String> numbered(int count, String name) {
        return IntStream.range(0, count).mapToObj(i -> name + i + (name.contains("\"") ? "\"" : "")).toList();
    }

    private static Arguments bad(String document, String path, Object value, String message) {
        return arguments(document, path, value, message);
    }

    private static Map<String, String> seventeen() {
        return many(17);
    }

    private static Map<String, String> thirtyThree() {
        return many(33);
    }

    private static Map<String, String> many(int count) {
        Map<String, String> many = new TreeMap<>();
        for (int i = 0; i < count; i++) {
            many.put("k" + i, "v");
        }
        return many;
    }
}
