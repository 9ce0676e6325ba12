package dev.remuda.worker.postgres;

import java.util.List;
import java.util.Map;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.remuda.task.DumpContent;
import dev.remuda.task.DumpScope;
import dev.remuda.task.Exclusion;
import dev.remuda.task.Selection;
import dev.remuda.task.TableName;

import static org.assertj.core.api.Assertions.assertThat;

/** What pg_dump and pg_dumpall are told. */
class PgDumpTest {
    private static final TableName RACES = TableName.parse("public.races");
    private static final TableName ODDS = TableName.parse("public.odds");

    @Test
    void aWholeDatabaseNeedsNoWords() {
        assertThat(PgDump.arguments(DumpScope.WHOLE)).isEmpty();
    }

    @Test
    void aPartIsNamed() {
        assertThat(PgDump.arguments(new DumpScope(DumpContent.SchemaOnly, new Selection(List.of("Stable"), null), new Exclusion(null, List.of(RACES), List.of(ODDS)))))
                .containsExactly("--schema-only", "--schema=\"Stable\"", "--exclude-table=\"public\".\"races\"", "--exclude-table-data=\"public\".\"odds\"", "--strict-names");
        assertThat(PgDump.arguments(new DumpScope(DumpContent.DataOnly, new Selection(null, List.of(RACES)), null)))
                .containsExactly("--data-only", "--table=\"public\".\"races\"", "--strict-names");
        assertThat(PgDump.arguments(new DumpScope(null, null, new Exclusion(List.of("a"), null, null)))).containsExactly("--exclude-schema=\"a\"");
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', delimiter = '|', value = {
        "races | \"races\"",
        "a.b*c?$ | \"a.b*c?$\"",
        "\"; drop | \"\"\"; drop\"",
        "\" | \"\"\"\"",
        "Ställe | \"St\"[\\xe4]\"lle\"",
        "ÄÖ | [\\xc4][\\xd6]",
        "🐎 1 | [\\x1f40e]\" 1\"",
    })
    void aNameStandsForItselfAlone(String name, String pattern) {
        assertThat(PgPattern.of(name)).isEqualTo(pattern);
    }

    @Test
    void aPartitionedTableIsNamedWithItsPartitions() {
        TableName part = TableName.parse("public.part");
        Map<TableName, Set<TableName>> partitions = Map.of(part, Set.of(TableName.parse("parts.part_1")));

        DumpScope joined = Partitions.joined(new DumpScope(null, new Selection(null, List.of(RACES, part)), new Exclusion(null, List.of(part), List.of(part, ODDS))), partitions);

        assertThat(joined.include().tables()).map(TableName::toString).containsExactly("public.races", "public.part", "parts.part_1");
        assertThat(joined.exclude().tables()).map(TableName::toString).containsExactly("public.part", "parts.part_1");
        assertThat(joined.exclude().tableData()).map(TableName::toString).containsExactly("public.part", "parts.part_1", "public.odds");
    }

    @Test
    void foreignKeysWithoutWhatTheyLeadToAreFound() {
        List<DanglingKeys.Key> keys = List.of(new DanglingKeys.Key(ODDS, RACES));

        assertThat(DanglingKeys.among(DumpScope.WHOLE, keys)).isEmpty();
        assertThat(DanglingKeys.among(new DumpScope(null, new Selection(null, List.of(ODDS)), null), keys)).containsExactly(ODDS);
        assertThat(DanglingKeys.among(new DumpScope(null, null, new Exclusion(null, null, List.of(RACES))), keys)).containsExactly(ODDS);
        assertThat(DanglingKeys.among(new DumpScope(null, null, new Exclusion(null, null, List.of(RACES, ODDS))), keys)).isEmpty();
        assertThat(DanglingKeys.among(new DumpScope(null, null, new Exclusion(null, List.of(ODDS), null)), keys)).isEmpty();
        assertThat(DanglingKeys.among(new DumpScope(DumpContent.DataOnly, new Selection(null, List.of(ODDS)), null), keys)).isEmpty();
    }

    @Test
    void aDatabasesNameIsNoConnectionString() {
        assertThat(PgGlobals.database("a=b's \\")).isEqualTo("dbname='a=b\\'s \\\\'");
    }
}
