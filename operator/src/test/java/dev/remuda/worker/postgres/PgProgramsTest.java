package dev.remuda.worker.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.remuda.task.Reason;
import dev.remuda.worker.WorkFailure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class PgProgramsTest {
    @TempDir
    private Path folder;

    @BeforeEach
    void twoMajors() throws IOException {
        for (String major : new String[] {"14", "16"}) {
            Path bin = Files.createDirectories(folder.resolve(major).resolve("bin"));
            Files.writeString(bin.resolve("pg_dump"), "").toFile().setExecutable(true);
        }
        Files.createDirectories(folder.resolve("18/bin"));
        Files.createDirectories(folder.resolve("common"));
    }

    @Test
    void takesTheServersOwnMajorElseTheNextNewer() {
        PgPrograms programs = new PgPrograms(folder);

        assertThat(programs.majorFor(14)).isEqualTo(14);
        assertThat(programs.majorFor(15)).isEqualTo(16);
        assertThat(programs.majorFor(13)).isEqualTo(14);
    }

    @Test
    void saysWhichMajorsThereAreWhenNoneFits() {
        assertThatThrownBy(() -> new PgPrograms(folder).majorFor(17))
                .isInstanceOfSatisfying(WorkFailure.class, failure -> assertThat(failure.reason()).isEqualTo(Reason.ServerVersionUnsupported))
                .hasMessageContaining("PostgreSQL 17")
                .hasMessageContaining("14, 16 only")
                .hasMessageContaining("PG_MAJORS");
    }
}
