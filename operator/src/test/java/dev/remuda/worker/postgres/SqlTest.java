package dev.remuda.worker.postgres;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class SqlTest {
    @Test
    void quotesSoThatNothingEscapes() {
        assertThat(Sql.identifier("a\"; DROP DATABASE b; --")).isEqualTo("\"a\"\"; DROP DATABASE b; --\"");
        assertThat(Sql.literal("it's")).isEqualTo("'it''s'");
        assertThat(Sql.literal("back\\slash'")).isEqualTo(" E'back\\\\slash'''");
        assertThat(Sql.setting("timescaledb.x")).isEqualTo("\"timescaledb\".\"x\"");
    }

    @Test
    void listsOfNamesStayLists() {
        assertThat(Sql.settingValue("search_path", "\"$user\", public, \"od, d\", \"a\"\"b\"")).isEqualTo("'$user', 'public', 'od, d', 'a\"b'");
        assertThat(Sql.settingValue("search_path", "\"\"")).isEqualTo("''");
        assertThat(Sql.settingValue("search_path", "")).isEqualTo("''");
        assertThat(Sql.settingValue("work_mem", "1, 2")).isEqualTo("'1, 2'");
    }

    @Test
    void onlyPrivilegesOfDatabases() {
        assertThat(Sql.privilege("CONNECT")).isEqualTo("CONNECT");
        assertThatThrownBy(() -> Sql.privilege("ALL TO x; --")).isInstanceOf(IllegalArgumentException.class);
    }
}
