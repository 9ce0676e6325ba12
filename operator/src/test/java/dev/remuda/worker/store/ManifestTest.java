package dev.remuda.worker.store;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.remuda.task.Compression;
import dev.remuda.task.DumpContent;
import dev.remuda.task.DumpScope;
import dev.remuda.task.Exclusion;
import dev.remuda.task.Json;
import dev.remuda.task.Reason;
import dev.remuda.task.Selection;
import dev.remuda.task.TableName;
import dev.remuda.worker.WorkFailure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ManifestTest {
    private static final Manifest MANIFEST = new Manifest(
            Manifest.SCHEMA_VERSION, "remuda 1", "production", "horse-racing", "b", 1, Instant.parse("2026-01-01T02:00:00Z"),
            Instant.parse("2026-01-01T02:01:00Z"), new Manifest.Snapshot(Instant.parse("2026-01-01T02:00:01Z"), "0/1"),
            new Manifest.Database(
                    "horse_racing", "17.6", 17, 1, "o", "UTF8", "C", "C", "c", null, null, -1, List.of(), List.of(), List.of("o"), List.of(), null, null),
            new Manifest.Dump("data.dump.zst", "Custom", new Compression(Compression.Algorithm.Zstd, 3), 5, "aa", "bb", 9, 17, DumpContent.SchemaOnly,
                    new Selection(List.of("public"), null), new Exclusion(null, null, List.of(new TableName("public", "Odd.name"))),
                    List.of(new TableName("public", "races")), List.of("age1…")),
            new Manifest.Globals("globals.sql", 3, "cc", null),
            List.of(new Manifest.Table("public", "races", "table", 7), new Manifest.Table("public", "odds", "hypertable", 8)), List.of("daily", "weekly"),
            Instant.parse("2026-01-01T02:00:00Z"), "before-restore", Map.of("policy", "p"),
            List.of("pg_restore"), null);

    private static Manifest parse(String json) {
        return Manifest.parse(json.getBytes(StandardCharsets.UTF_8), "s3://b/k/manifest.json");
    }

    @Test
    void isReadAsItWasWritten() {
        assertThat(Manifest.parse(MANIFEST.toBytes(), "")).isEqualTo(MANIFEST);
        assertThat(MANIFEST.rows()).isEqualTo(15);
        assertThat(MANIFEST.dataKey("k/")).isEqualTo("k/data.dump.zst");
    }

    @Test
    void fieldsOfLaterVersionsAreIgnored() {
        String more = new String(MANIFEST.toBytes(), StandardCharsets.UTF_8).replaceFirst("\\{", "{ \"later\" : [1],");

        assertThat(parse(more)).isEqualTo(MANIFEST);
    }

    @Test
    void thoseOfEarlierVersionsHaveNoTiers() throws Exception {
        ObjectNode json = (ObjectNode) Json.MAPPER.readTree(MANIFEST.toBytes());
        json.remove(List.of("tiers", "slot"));

        Manifest earlier = parse(json.toString());

        assertThat(earlier.tiers()).isEmpty();
        assertThat(earlier.slot()).isNull();
        assertThat(earlier.dump()).isEqualTo(MANIFEST.dump());
    }

    @Test
    void thoseOfEarlierVersionsAreOfWholeDatabases() throws Exception {
        ObjectNode json = (ObjectNode) Json.MAPPER.readTree(MANIFEST.toBytes());
        json.remove("globals");
        ((ObjectNode) json.get("dump")).remove(List.of("content", "include", "exclude", "dangling"));

        Manifest earlier = parse(json.toString());

        assertThat(earlier.dump().scope()).isEqualTo(DumpScope.WHOLE);
        assertThat(earlier.globals()).isNull();
    }

    @Test
    void tellsNamesAsUsersWriteThem() {
        assertThat(Json.write(MANIFEST.dump())).contains("\"exclude\":{\"schemas\":[],\"tables\":[],\"tableData\":[\"public.\\\"Odd.name\\\"\"]}");
    }

    @Test
    void aPartThatOnlyALaterVersionKnowsIsNoWholeDatabase() {
        String later = new String(MANIFEST.toBytes(), StandardCharsets.UTF_8).replace("SchemaOnly", "Half");

        assertThatThrownBy(() -> parse(later)).isInstanceOf(WorkFailure.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "{", "{}", "{\"schemaVersion\":2}", "{\"schemaVersion\":1}", "not json"})
    void whatIsNoManifestIsNamed(String text) {
        assertThatThrownBy(() -> parse(text))
                .isInstanceOf(WorkFailure.class)
                .hasMessageContaining("s3://b/k/manifest.json")
                .asInstanceOf(InstanceOfAssertFactories.type(WorkFailure.class))
                .extracting(WorkFailure::reason)
                .isEqualTo(Reason.ManifestInvalid);
    }

    @Test
    void aDumpElsewhereIsRefused() {
        String elsewhere = new String(MANIFEST.toBytes(), StandardCharsets.UTF_8).replace("data.dump.zst", "../other/data.dump");

        assertThatThrownBy(() -> parse(elsewhere)).isInstanceOf(WorkFailure.class);
    }
}
