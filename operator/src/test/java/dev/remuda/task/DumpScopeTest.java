package dev.remuda.task;

import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class DumpScopeTest {
    private static final TableName RACES = TableName.parse("public.races");
    private static final TableName ODDS = TableName.parse("public.odds");
    private static final TableName LOG = TableName.parse("audit.log");

    @Test
    void theWholeHasEverythingAndNoWords() {
        assertThat(DumpScope.WHOLE.whole()).isTrue();
        assertThat(DumpScope.WHOLE.containsRows(RACES)).isTrue();
        assertThat(DumpScope.WHOLE.words()).isEmpty();
        assertThat(new DumpScope(DumpContent.All, new Selection(List.of(), List.of()), null)).isEqualTo(DumpScope.WHOLE);
    }

    @Test
    void whatIsIncludedIsInItAlone() {
        DumpScope schemas = new DumpScope(null, new Selection(List.of("public"), null), new Exclusion(null, List.of(ODDS), null));
        DumpScope tables = new DumpScope(null, new Selection(null, List.of(ODDS)), null);

        assertThat(List.of(RACES, ODDS, LOG)).filteredOn(schemas::contains).containsExactly(RACES);
        assertThat(List.of(RACES, ODDS, LOG)).filteredOn(tables::contains).containsExactly(ODDS);
    }

    @Test
    void whatIsExcludedIsNot() {
        DumpScope scope = new DumpScope(null, null, new Exclusion(List.of("audit"), List.of(ODDS), null));

        assertThat(List.of(RACES, ODDS, LOG)).filteredOn(scope::contains).containsExactly(RACES);
    }

    @Test
    void rowsCanBeLeftOut() {
        DumpScope without = new DumpScope(null, null, new Exclusion(null, null, List.of(LOG)));
        DumpScope schema = new DumpScope(DumpContent.SchemaOnly, null, null);

        assertThat(without.contains(LOG)).isTrue();
        assertThat(without.containsRows(LOG)).isFalse();
        assertThat(without.containsRows(RACES)).isTrue();
        assertThat(schema.contains(RACES)).isTrue();
        assertThat(schema.containsRows(RACES)).isFalse();
    }

    @Test
    void saysWhatItIs() {
        assertThat(new DumpScope(DumpContent.SchemaOnly, new Selection(List.of("a", "b"), null), null).words()).isEqualTo("schema only, 2 schemas (a, b)");
        assertThat(new DumpScope(DumpContent.DataOnly, new Selection(null, List.of(RACES)), null).words()).isEqualTo("rows only, 1 table (public.races)");
        assertThat(new DumpScope(null, null, new Exclusion(List.of("a", "b", "c", "d"), List.of(RACES), List.of(ODDS, LOG))).words())
                .isEqualTo("without 4 schemas (a, b, c, …), without 1 table (public.races), without the rows of 2 tables (public.odds, audit.log)");
    }
}
