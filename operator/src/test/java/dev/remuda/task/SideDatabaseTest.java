package dev.remuda.task;

import java.nio.charset.StandardCharsets;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class SideDatabaseTest {
    private static final String UID = "6f1c2a34-0000-4000-8000-000000000001";

    @Test
    void itsNameFollowsFromTheUid() {
        assertThat(SideDatabase.restore(UID)).isEqualTo("remuda_restore_6f1c2a34000040008000000000000001");
        assertThat(SideDatabase.isOne(SideDatabase.restore(UID))).isTrue();
        assertThat(SideDatabase.isOne(SideDatabase.rehearsal(UID))).isTrue();
        assertThat(SideDatabase.isOne("remuda_restore_mine")).isFalse();
    }

    @Test
    void theOldDatabaseIsNamedAfterBoth() {
        assertThat(SideDatabase.replaced("horse_racing", "back-1.5")).isEqualTo("horse_racing_before_back-1.5");
        assertThat(SideDatabase.replaced("h".repeat(55), "r".repeat(0))).hasSize(63);
    }

    @Test
    void aNameTooLongIsCutAndToldApart() {
        for (String database : new String[] {"h", "h".repeat(40), "h".repeat(63), "ä".repeat(31), "\uD83D\uDC0E".repeat(15)}) {
            for (String restore : new String[] {"a", "r".repeat(21), "r".repeat(22), "r".repeat(253)}) {
                String name = SideDatabase.replaced(database, restore);
                assertThat(name.getBytes(StandardCharsets.UTF_8).length).isLessThanOrEqualTo(63);
                assertThat(name).contains("_before_" + restore.charAt(0)).startsWith(database.substring(0, 1)).doesNotContain("\uFFFD");
                assertThat(new String(name.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8)).as("no character is cut in half").isEqualTo(name);
                assertThat(SideDatabase.replaced(database, restore)).isEqualTo(name);
            }
        }
        String one = SideDatabase.replaced("h".repeat(63), "r".repeat(252) + "1");
        assertThat(one).startsWith("h".repeat(24) + "_before_" + "r".repeat(22) + "_").hasSize(63);
        assertThat(SideDatabase.replaced("h".repeat(63), "r".repeat(252) + "2")).isNotEqualTo(one);
        assertThat(SideDatabase.replaced("h".repeat(62), "r".repeat(252) + "1")).isNotEqualTo(one);
        assertThat(SideDatabase.replaced("h", "r".repeat(253))).startsWith("h_before_rrrr").hasSize(63);
    }
}
