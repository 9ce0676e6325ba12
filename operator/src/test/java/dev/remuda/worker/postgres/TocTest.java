package dev.remuda.worker.postgres;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

import org.junit.jupiter.api.Test;

import dev.remuda.task.TableName;
import dev.remuda.worker.WorkFailure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The list is what pg_restore 15 printed of a database with odd names. */
class TocTest {
    private static final String ODD = "Odd \"; drop table x; --";

    private final Toc toc = Toc.parse(list());

    private static String list() {
        try (InputStream list = TocTest.class.getResourceAsStream("/toc-15.txt")) {
            return new String(list.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private ArchivePart tables(TableName... names) {
        return toc.select(List.of(), List.of(names));
    }

    private static TableName name(String schema, String name) {
        return new TableName(schema, name);
    }

    private static List<String> kinds(ArchivePart selection) {
        return selection.entries().stream().map(entry -> entry.kind() + " " + entry.name()).toList();
    }

    private static List<String> words(ArchivePart selection) {
        return selection.needs().stream().map(Need::words).toList();
    }

    @Test
    void readsTheHead() {
        assertThat(toc.databaseName()).isEqualTo("Odd \"; drop");
        assertThat(toc.format()).isEqualTo("CUSTOM");
        assertThat(toc.databaseVersion()).isEqualTo("15.18 (Debian 15.18-0+deb12u1)");
        assertThat(toc.dumpVersion()).startsWith("15.18");
        assertThat(toc.extensions()).containsExactly("hstore");
        assertThat(toc.schemas()).containsExactly("Stall Æ", "a b");
        assertThat(toc.owners()).containsExactly("my owner", "postgres");
        assertThat(toc.hasTimescale()).isFalse();
        assertThat(toc.hypertables()).isEmpty();
        assertThat(toc.tables()).contains(name("Stall Æ", ODD), name("a b", "c"), name("public", "new line"), name("public", "mv"), name("public", "ft"));
    }

    @Test
    void aTableComesWithAllThatIsPartOfIt() {
        ArchivePart horses = tables(name("public", "horses"));

        assertThat(kinds(horses)).containsExactly(
                "TABLE horses", "COMMENT TABLE horses", "COMMENT COLUMN horses.name", "ACL TABLE horses", "ACL COLUMN horses.name", "SEQUENCE horses_id_seq",
                "SEQUENCE OWNED BY horses_id_seq", "ACL SEQUENCE horses_id_seq", "DEFAULT horses id", "TABLE DATA horses", "SEQUENCE SET horses_id_seq",
                "CONSTRAINT horses horses_name_key", "COMMENT CONSTRAINT horses_name_key ON horses", "CONSTRAINT horses horses_pkey", "COMMENT INDEX horses_pkey",
                "RULE horses ru");
        assertThat(words(horses)).containsExactly(
                "table public.horses uses extension hstore, which is not selected", "rule ru of public.horses looks at table a b.c, which is not selected");
        assertThat(horses.tables()).containsExactly(name("public", "horses"));
        assertThat(horses.list()).startsWith("218; 1259 16669 TABLE public horses postgres\n3563; ").endsWith("\n");
    }

    @Test
    void oddNamesAreNames() {
        ArchivePart odd = tables(name("Stall Æ", ODD), name("public", "new\nline"), name("a b", "c"), name("a", "b c"));

        assertThat(odd.tables()).containsExactly(name("Stall Æ", ODD), name("a b", "c"), name("public", "new\nline"));
        assertThat(odd.missing()).containsExactly("table a.\"b c\"");
        assertThat(kinds(odd)).contains(
                "SEQUENCE " + ODD + "_id_seq", "INDEX " + ODD + "_w_idx", "STATISTICS st", "TRIGGER " + ODD + " trg", "POLICY " + ODD + " pol", "ROW SECURITY " + ODD,
                "FK CONSTRAINT " + ODD + " " + ODD + "_horse_fkey", "SEQUENCE SET new line_id_seq", "CONSTRAINT new line new line_pkey");
        assertThat(words(odd)).contains(
                "table Stall Æ." + ODD + " uses domain public.weight, which is not selected",
                "table Stall Æ." + ODD + " is in schema Stall Æ, which is not selected",
                "trigger trg of " + name("Stall Æ", ODD) + " calls function public.stamp(), which is not selected",
                "foreign key " + ODD + "_horse_fkey of " + name("Stall Æ", ODD) + " refers to public.horses, which is not selected");
        assertThat(odd.needs()).extracting(Need::kind).containsOnlyOnce("TABLE");
    }

    @Test
    void partitionsComeWithTheirParentAndCanComeAlone() {
        ArchivePart all = tables(name("public", "part"));
        ArchivePart one = tables(name("public", "part_1"));

        assertThat(all.tables()).extracting(TableName::name).containsExactly("part", "part_1", "part_d", "part_d1");
        assertThat(kinds(all)).contains("TABLE ATTACH part_d1", "INDEX ATTACH part_d1_pkey", "INDEX ATTACH part_1_day_idx", "TABLE DATA part_1");
        assertThat(all.needs()).isEmpty();
        assertThat(kinds(one)).containsExactly("TABLE part_1", "TABLE DATA part_1", "CONSTRAINT part_1 part_1_pkey", "INDEX part_1_day_idx");
        assertThat(one.needs()).isEmpty();
        assertThat(one.notes()).containsExactly("public.part_1 is restored as a table of its own, not as a partition of public.part, which is not selected");
    }

    @Test
    void inheritanceIsANeed() {
        assertThat(tables(name("public", "inhp")).tables()).hasSize(1);
        assertThat(words(tables(name("public", "inhc")))).containsExactly("table public.inhc inherits from table public.inhp, which is not selected");
    }

    @Test
    void viewsAreTablesToo() {
        ArchivePart views = tables(name("public", "mv"), name("public", "ft"));

        assertThat(kinds(views)).containsExactly("FOREIGN TABLE ft", "MATERIALIZED VIEW mv", "INDEX mv_count_idx", "MATERIALIZED VIEW DATA mv");
        assertThat(words(views)).containsExactly(
                "foreign table public.ft uses server sv, which is not selected", "materialized view public.mv uses view public.v, which is not selected");
    }

    @Test
    void aSchemaIsAllThatIsInIt() {
        ArchivePart schemas = toc.select(List.of("a b", "public", "none"), List.of());

        assertThat(kinds(schemas)).contains("SCHEMA a b", "TABLE c", "DEFAULT ACL DEFAULT PRIVILEGES FOR TABLES", "FUNCTION stamp()", "TYPE going", "VIEW v", "TABLE part_d1");
        assertThat(kinds(schemas)).noneMatch(kind -> kind.contains("PUBLICATION") || kind.contains("Odd") || kind.startsWith("DATABASE") || kind.startsWith("BLOB"));
        assertThat(schemas.missing()).containsExactly("schema none");
        assertThat(words(schemas)).containsExactly(
                "foreign table public.ft uses server sv, which is not selected", "table public.horses uses extension hstore, which is not selected",
                "statistics public.st uses table Stall Æ." + ODD + ", which is not selected");
        assertThat(schemas.schemas()).containsExactly("a b");
        assertThat(schemas.withoutSchemas(List.of("a b")).list()).doesNotContain(" SCHEMA ").contains("TABLE a b c");
    }

    @Test
    void namesThatPrintAlikeAreNotGuessed() {
        Toc twice = Toc.parse(list() + "4000; 1259 1 TABLE public new line postgres\n");

        assertThat(twice.select(List.of(), List.of(name("public", "new\nline"))).ambiguous()).containsExactly(name("public", "new\nline"));
    }

    /** Kinds that start with others, as schemas' names. */
    @Test
    void aSchemaMayBeCalledLikeAKind() {
        Toc data = Toc.parse("""
                ;     TOC Entries: 4
                1; 2615 1 SCHEMA - DATA joe
                2; 1259 2 TABLE DATA x joe
                ;	depends on: 1
                3; 0 2 TABLE DATA DATA x joe
                ;	depends on: 2
                """);

        assertThat(data.tables()).containsExactly(name("DATA", "x"));
        assertThat(kinds(data.select(List.of(), List.of(name("DATA", "x"))))).containsExactly("TABLE x", "TABLE DATA x");
    }

    @Test
    void hypertablesAreKnownByTheirChunks() {
        Toc racing = Toc.parse("""
                ;     TOC Entries: 5
                2; 3079 16385 EXTENSION - timescaledb\s
                10; 1259 17000 TABLE public odds postgres
                11; 1259 17001 TABLE public bare postgres
                12; 1259 17010 TABLE _timescaledb_internal _hyper_1_1_chunk postgres
                ;	depends on: 2 10
                13; 2620 17002 TRIGGER public bare ts_insert_blocker postgres
                ;	depends on: 2 11
                """);

        assertThat(racing.hasTimescale()).isTrue();
        assertThat(racing.hypertables()).containsExactly(name("public", "odds"), name("public", "bare"));
        assertThat(racing.select(List.of(), List.of(name("public", "odds"))).notes()).singleElement().asString().contains("public.odds is a hypertable");
    }

    /** A dump of pg_dump 12 has no entries that attach. */
    @Test
    void partitionsInOldDumps() {
        Toc old = Toc.parse("""
                ;     TOC Entries: 5
                10; 1259 1 TABLE public part joe
                11; 1259 2 TABLE public part_1 joe
                ;	depends on: 10
                12; 0 2 TABLE DATA public part_1 joe
                ;	depends on: 11
                """);

        assertThat(old.select(List.of(), List.of(name("public", "part"))).tables()).extracting(TableName::name).containsExactly("part", "part_1");
    }

    @Test
    void whatIsNoListIsNoArchive() {
        assertThatThrownBy(() -> Toc.parse("nothing")).isInstanceOf(WorkFailure.class).hasMessageContaining("no table of contents");
    }
}
