package dev.remuda.worker.postgres;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.remuda.task.Reason;
import dev.remuda.worker.WorkFailure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Texts as pg_dump 9.6 to 17 writes them. */
class SqlScanTest {
    private static final String START = """
            --
            -- PostgreSQL database dump
            --

            \\restrict ecVIfAnjnn6mYSvY2VDUQmXgNwxlNbcLPbh2dmSAjKiTb8JThp93mTZB1c097gb

            -- Dumped from database version 15.18 (Debian 15.18-0+deb12u1)
            -- Dumped by pg_dump version 16.2

            SET statement_timeout = 0;
            SET client_encoding = 'UTF8';
            SET standard_conforming_strings = on;
            SELECT pg_catalog.set_config('search_path', '', false);

            """;
    private static final String END = """

            --
            -- PostgreSQL database dump complete
            --

            \\unrestrict ecVIfAnjnn6mYSvY2VDUQmXgNwxlNbcLPbh2dmSAjKiTb8JThp93mTZB1c097gb

            """;

    private static SqlFacts scan(String sql) throws IOException {
        return SqlScan.read("old.sql", new ByteArrayInputStream(sql.getBytes(StandardCharsets.UTF_8)));
    }

    private static SqlFacts within(String sql) throws IOException {
        return scan(START + sql + END);
    }

    @Test
    void tellsWhatItWasMadeFrom() throws IOException {
        SqlFacts facts = within("""
                CREATE EXTENSION IF NOT EXISTS timescaledb WITH SCHEMA public;
                CREATE EXTENSION IF NOT EXISTS "uuid-ossp" WITH SCHEMA public;
                COMMENT ON EXTENSION "uuid-ossp" IS 'generate UUIDs; as text';
                COPY _timescaledb_catalog.metadata (key, value, include_in_telemetry) FROM stdin;
                install_timestamp	2024-01-01 00:00:00+00	t
                timescaledb_version	2.26.4	f
                \\.

                COPY public.horses (id) FROM stdin;
                timescaledb_version	9.9.9	f
                \\.
                """);

        assertThat(facts.databaseVersion()).isEqualTo("15.18 (Debian 15.18-0+deb12u1)");
        assertThat(facts.dumpVersion()).isEqualTo("16.2");
        assertThat(facts.extensions()).containsExactlyInAnyOrder("timescaledb", "uuid-ossp");
        assertThat(facts.timescaleVersion()).isEqualTo("2.26.4");
        assertThat(facts.tables()).isEqualTo(2);
        assertThat(facts.rows()).isEqualTo(3);
    }

    @Test
    void readsADumpWithInserts() throws IOException {
        SqlFacts facts = within("""
                INSERT INTO _timescaledb_catalog.metadata VALUES ('timescaledb_version', '2.19.3', false);
                INSERT INTO public.notes VALUES (1, 'one
                \\connect other
                -- no comment
                DROP DATABASE x; COPY t FROM stdin;
                it''s');
                INSERT INTO public.notes (id, text) VALUES (2, E'a\\\\''\\'; \\n');
                """);

        assertThat(facts.timescaleVersion()).isEqualTo("2.19.3");
        assertThat(facts.tables()).isZero();
    }

    @Test
    void collectsRoles() throws IOException {
        SqlFacts facts = within("""
                ALTER TABLE public.horses OWNER TO joe;
                ALTER FUNCTION public.f(a integer DEFAULT 'x OWNER TO nobody', b "Odd; ""type") OWNER TO "my ""owner";
                GRANT SELECT ON TABLE public.horses TO reader;
                GRANT SELECT(name) ON TABLE public.horses TO "Reader Æ" WITH GRANT OPTION;
                GRANT ALL ON SCHEMA public TO PUBLIC;
                GRANT SELECT ON TABLE public.horses TO third GRANTED BY granter;
                ALTER DEFAULT PRIVILEGES FOR ROLE maker IN SCHEMA s GRANT SELECT ON TABLES  TO user4;
                CREATE POLICY p ON public.horses FOR SELECT TO fifth, sixth USING ((a = 1));
                SET SESSION AUTHORIZATION 'seventh';
                SET SESSION AUTHORIZATION DEFAULT;
                ALTER SEQUENCE public.s OWNED BY public.horses.id;
                """);

        assertThat(facts.roles()).containsExactlyInAnyOrder(
                "joe", "my \"owner", "reader", "Reader Æ", "third", "maker", "user4", "fifth", "sixth", "seventh");
        assertThat(facts.subscriptions()).isFalse();
        assertThat(within("CREATE SUBSCRIPTION s CONNECTION 'host=h' PUBLICATION p WITH (connect = false);\n").subscriptions()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "COPY public.t (a) FROM stdin;\n\\\\.\n\\\\connect x\nDROP DATABASE x;\n$$ '\n\\.\n",
        "COPY public.\"od\nd\"\"; FROM stdin\" (\"co\nl\") FROM stdin;\n\\N\n\\.\n",
        "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $_$ BEGIN\nCOPY x FROM stdin;\n\\connect x\nDROP DATABASE x; $1 $$ END $_$;\n",
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql\n    BEGIN ATOMIC\n SELECT 1;\n SELECT ($1 + 2);\nEND;\n",
        "CREATE RULE r AS ON DELETE TO t DO ( SELECT 1;\n SELECT 2;\n);\n",
        "COMMENT ON TABLE t IS 'a\n\\! echo hi\nit''s\n--';\n",
        "/* a /* nested \\! */ ' */ SELECT 1; -- it's \\! fine\n",
        "SELECT 1 -- it's \\! fine\n + 1;\n",
        "SELECT U&'d\\0061t', e'\\'', E'a'\n'\\' b', 'a\\';\n",
        "SET standard_conforming_strings = off;\nCOMMENT ON TABLE t IS 'it\\'s; \\\\';\nSET standard_conforming_strings = on;\n",
        "CREATE USER MAPPING FOR joe SERVER s OPTIONS (\n    \"user\" 'x'\n);\nALTER TABLE database RENAME TO role;\nCOMMENT ON DATABASE x IS 'y';\n",
        "SELECT a$b, 1-1, 2/2, $1 FROM t;;\n",
    })
    void isNotMisledByTexts(String sql) throws IOException {
        assertThat(within(sql).databaseVersion()).startsWith("15.18");
        assertThatThrownBy(() -> within(sql + "\\! id\n")).isInstanceOf(WorkFailure.class).hasMessageContaining("\\!");
        assertThatThrownBy(() -> within(sql + "DROP DATABASE y;\n")).isInstanceOf(WorkFailure.class).hasMessageContaining("DROP DATABASE y");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', textBlock = """
            \\connect other ~ \\connect
            \\c other ~ \\c
            \\! rm -rf / ~ \\!
            \\i other.sql ~ \\i
            SELECT 1 \\g |sh ~ \\g
            \\copy t from 'x' ~ \\copy
            CREATE DATABASE racing WITH TEMPLATE = template0; ~ CREATE DATABASE racing
            drop  database racing; ~ drop database racing
            ALTER DATABASE racing SET search_path TO 'x'; ~ ALTER DATABASE racing
            CREATE ROLE joe; ~ CREATE ROLE joe
            ALTER USER joe PASSWORD 'hunter2'; ~ ALTER USER joe
            ALTER SYSTEM SET x = 1; ~ ALTER SYSTEM
            pg_dump: warning: there are circular foreign-key constraints on this table:; ~ a message of pg_dump
            """)
    void refusesWhatLeavesTheDatabase(String sql, String named) {
        assertThatThrownBy(() -> within(sql + "\n"))
                .isInstanceOfSatisfying(WorkFailure.class, failure -> assertThat(failure.reason()).isEqualTo(Reason.InvalidSpec))
                .hasMessageContaining("old.sql has, at line 15, ")
                .hasMessageContaining(named)
                .hasMessageContaining("cure")
                .message().doesNotContain("hunter2");
    }

    @Test
    void refusesAClusterAndTextThatIsNoDump() {
        assertThatThrownBy(() -> scan("--\n-- PostgreSQL database cluster dump\n--\n\nSET x = 1;\n")).hasMessageContaining("whole cluster (pg_dumpall)");
        assertThatThrownBy(() -> scan("Dear all,\nthe dump can't be found.\n")).isInstanceOfSatisfying(
                WorkFailure.class, failure -> assertThat(failure.reason()).isEqualTo(Reason.InvalidSpec)).hasMessageContaining("no output of pg_dump");
    }

    /** Wherever it was cut, but within the last line, which is psql's business alone. */
    @Test
    void noPartOfADumpIsWhole() throws IOException {
        String whole = START + """
                CREATE TABLE public.t (a text);
                COPY public.t (a) FROM stdin;
                -- PostgreSQL database dump complete
                b
                \\.

                COMMENT ON TABLE public.t IS 'x
                -- PostgreSQL database dump complete
                --
                ';
                """ + END;
        scan(whole);
        int last = whole.indexOf("\\unrestrict ");

        for (int end = START.indexOf("\\restrict") + 10; end < last + "\\unrestrict".length(); end++) {
            String part = whole.substring(0, end);
            assertThatThrownBy(() -> scan(part))
                    .as(part)
                    .isInstanceOf(WorkFailure.class);
        }
        assertThatThrownBy(() -> scan(whole.substring(0, whole.indexOf("b\n\\.") + 1)))
                .isInstanceOfSatisfying(WorkFailure.class, failure -> assertThat(failure.reason()).isEqualTo(Reason.DumpIncomplete))
                .hasMessageContaining("it ends at line 18, within the rows of a COPY");
    }

    @Test
    void olderDumpsEndWithoutACommand() throws IOException {
        scan(START.replaceAll("\\\\restrict.*\n", "") + "SELECT 1;\n" + END.replaceAll("\\\\unrestrict.*\n", ""));
        assertThatThrownBy(() -> scan(START + END + "SELECT 1;\n")).hasMessageContaining("cut short");
        scan(("\uFEFF" + START + "COPY t (a) FROM stdin;\n1\n\\.\n" + END).replace("\n", "\r\n"));
    }

    /** A row of 512 MB, and a statement of 256. */
    @Test
    void memoryIsConstant() throws IOException {
        InputStream row = new Repeated("0123456789abcdef", 1L << 25);
        InputStream statement = new Repeated("'it''s a text', ", 1L << 24);
        InputStream all = Arrays.asList(text(START + "COPY t (a) FROM stdin;\n"), row, text("\n\\.\nINSERT INTO t VALUES ("), statement, text("1);\n" + END)).stream()
                .reduce(java.io.SequenceInputStream::new).orElseThrow();

        assertThat(SqlScan.read("large.sql", all).rows()).isEqualTo(1);
    }

    private static InputStream text(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    private static final class Repeated extends InputStream {
        private final byte[] text;
        private long left;

        Repeated(String text, long times) {
            this.text = text.repeat(4096).getBytes(StandardCharsets.UTF_8);
            this.left = times / 4096;
        }

        @Override
        public int read() {
            throw new UnsupportedOperationException();
        }

        @Override
        public int read(byte[] buffer, int offset, int length) {
            if (left == 0) {
                return -1;
            }
            assertThat(length).isGreaterThanOrEqualTo(text.length);
            System.arraycopy(text, 0, buffer, offset, text.length);
            left--;
            return text.length;
        }
    }
}
