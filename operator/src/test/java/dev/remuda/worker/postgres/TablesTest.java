package dev.remuda.worker.postgres;

import java.util.List;

import org.junit.jupiter.api.Test;

import dev.remuda.worker.store.Manifest.Table;

import static org.assertj.core.api.Assertions.assertThat;

class TablesTest {
    private static final Table RACES = new Table("public", "races", "table", 5);

    @Test
    void equalTablesDoNotDiffer() {
        assertThat(Tables.differences(List.of(RACES), List.of(RACES, new Table("public", "more", "table", 1)))).isEmpty();
    }

    @Test
    void aDifferenceIsOneLine() {
        assertThat(Tables.differences(List.of(RACES), List.of())).containsExactly("public.races is missing");
        assertThat(Tables.differences(List.of(RACES), List.of(new Table("public", "races", "table", 4))))
                .containsExactly("public.races has 4 rows instead of 5");
        assertThat(Tables.differences(List.of(new Table("public", "races", "hypertable", 5)), List.of(RACES)))
                .containsExactly("public.races is a table instead of a hypertable");
    }

    @Test
    void aLongListIsShortened() {
        assertThat(Tables.some(List.of("a", "b"))).isEqualTo("a, b");
        assertThat(Tables.some(List.of("a", "b", "c", "d", "e", "f", "g"))).isEqualTo("a, b, c, d, e and 2 more");
    }
}
