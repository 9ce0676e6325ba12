package dev.remuda.worker.postgres;

import java.util.List;
import java.util.Set;

import org.junit.jupiter.api.Test;

import dev.remuda.task.DumpContent;
import dev.remuda.task.DumpScope;
import dev.remuda.task.Exclusion;
import dev.remuda.task.Selection;
import dev.remuda.task.TableName;

import static org.assertj.core.api.Assertions.assertThat;

/** Which dumps would lack rows of hypertables. */
class TimescalePartsTest {
    private static final TableName ODDS = TableName.parse("public.odds");
    private static final TableName RACES = TableName.parse("public.races");
    private static final TableName CHUNK = TableName.parse("chunks._hyper_1_1_chunk");
    private static final TimescaleParts PARTS = new TimescaleParts(Set.of(ODDS), Set.of(CHUNK));
    private static final TimescaleParts UNUSED = new TimescaleParts(Set.of(), Set.of());

    private static DumpScope content(DumpContent content) {
        return new DumpScope(content, null, null);
    }

    private static DumpScope include(List<String> schemas, TableName... tables) {
        return new DumpScope(null, new Selection(schemas, List.of(tables)), null);
    }

    private static DumpScope exclude(List<String> schemas, List<TableName> tables, List<TableName> data) {
        return new DumpScope(null, null, new Exclusion(schemas, tables, data));
    }

    @Test
    void contentAloneIsNone() {
        assertThat(PARTS.objection(content(DumpContent.SchemaOnly))).hasValueSatisfying(why -> assertThat(why).contains("content SchemaOnly", "use content All"));
        assertThat(PARTS.objection(content(DumpContent.DataOnly))).isPresent();
        assertThat(UNUSED.objection(content(DumpContent.SchemaOnly))).isEmpty();
        assertThat(UNUSED.objection(content(DumpContent.DataOnly))).as("its own tables have rows").isPresent();
        assertThat(PARTS.objection(new DumpScope(DumpContent.SchemaOnly, new Selection(null, List.of(RACES)), null))).isEmpty();
    }

    @Test
    void schemasWithHypertablesOrChunksAreTouched() {
        assertThat(PARTS.objection(include(List.of("public")))).hasValueSatisfying(why -> assertThat(why).contains("include.schemas names public", "public.odds"));
        assertThat(PARTS.objection(include(List.of("chunks")))).isPresent();
        assertThat(PARTS.objection(include(List.of("audit")))).isEmpty();
        assertThat(PARTS.objection(exclude(List.of("public"), null, null))).isPresent();
        assertThat(PARTS.objection(exclude(List.of("_timescaledb_internal"), null, null))).isPresent();
        assertThat(UNUSED.objection(exclude(List.of("_timescaledb_catalog"), null, null))).isPresent();
        assertThat(PARTS.objection(exclude(List.of("audit"), null, null))).isEmpty();
    }

    @Test
    void hypertablesAndChunksAreTouchedByName() {
        assertThat(PARTS.objection(include(null, ODDS))).hasValueSatisfying(why -> assertThat(why).contains("include.tables names public.odds", "a hypertable"));
        assertThat(PARTS.objection(exclude(null, List.of(ODDS), null))).isPresent();
        assertThat(PARTS.objection(exclude(null, List.of(CHUNK), null))).isPresent();
        assertThat(PARTS.objection(exclude(null, null, List.of(ODDS)))).hasValueSatisfying(why -> assertThat(why).contains("exclude.tableData names public.odds"));
        assertThat(PARTS.objection(exclude(null, null, List.of(TableName.parse("_timescaledb_catalog.chunk"))))).isPresent();
    }

    @Test
    void ordinaryTablesAreNot() {
        assertThat(PARTS.objection(include(null, RACES))).isEmpty();
        assertThat(PARTS.objection(exclude(null, List.of(RACES), List.of(TableName.parse("audit.log"))))).isEmpty();
    }
}
