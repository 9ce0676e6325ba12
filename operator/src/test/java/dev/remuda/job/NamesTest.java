package dev.remuda.job;

import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class NamesTest {
    private static final Owner BACKUP = new Owner("remuda.dev/v1beta1", "Backup", "stable", "monday", "6f1c2a34-5b6c-4d7e-8f90-123456789012");
    private static final Owner POLICY = new Owner("remuda.dev/v1beta1", "BackupPolicy", "stable", "horses", "9b9b9b9b-5b6c-4d7e-8f90-123456789012");

    @Test
    void aJobIsNamedByItsOwnerAndTheAttempt() {
        assertThat(Names.job("monday", "1")).isEqualTo("monday-1");
        assertThat(Names.job("m".repeat(61), "1")).isEqualTo("m".repeat(61) + "-1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.b", "a..b", "horses.20260301-0200", "z.9"})
    void dotsWhichALabelOfAPodMayHoldButAServiceNameMayNotAreReplaced(String owner) {
        assertThat(Names.job(owner, "1")).matches("[a-z0-9]([a-z0-9-]*[a-z0-9])?").startsWith(owner.replace('.', '-') + "-").endsWith("-1");
    }

    @Test
    void theLongestOwnerWithTheLongestSuffixStillFitsALabel() {
        for (String owner : List.of("m".repeat(62), "m".repeat(253), ("m".repeat(60) + ".").repeat(4) + "m", "m".repeat(43) + "-".repeat(100) + "m")) {
            for (String suffix : List.of("1", "12-settle", "restore")) {
                assertThat(Names.job(owner, suffix)).hasSizeLessThanOrEqualTo(63).matches("[a-z0-9]([a-z0-9-]*[a-z0-9])?").endsWith("-" + suffix);
            }
        }
    }

    @Test
    void ownersThatDifferOnlyWhereTheNameIsCutOrChangedHaveJobsOfDifferentNames() {
        Set<String> names = new HashSet<>();
        List<String> owners = List.of(
                "a.b", "a-b", "a..b", "m".repeat(70) + "1", "m".repeat(70) + "2", "m".repeat(70), "m".repeat(71), "m".repeat(60) + ".m", "m".repeat(60) + "-m");
        for (String owner : owners) {
            names.add(Names.job(owner, "1"));
        }
        assertThat(names).hasSameSizeAs(owners);
    }

    @Test
    void theWorkOfOneOwnerNeverHasTheNameOfAnothersWork() {
        Set<String> names = new HashSet<>();
        List<String> owners = List.of("a", "a-1", "a-1-settle", "a-restore", "a-settle");
        List<String> suffixes = List.of("1", "2", "1-settle", "2-settle", "restore");
        owners.forEach(owner -> suffixes.forEach(suffix -> names.add(Names.job(owner, suffix))));
        assertThat(names).hasSize(owners.size() * suffixes.size());
    }

    @Test
    void theSameWorkAlwaysHasTheSameName() {
        assertThat(Names.job("m".repeat(100), "1")).isEqualTo(Names.job("m".repeat(100), "1"));
    }

    @Test
    void theSameWordsAboutTheSameResourceAreOneEvent() {
        assertThat(Names.event("monday", "uid", "Completed well")).isEqualTo(Names.event("monday", "uid", "Completed well")).startsWith("monday.");
        assertThat(Set.of(Names.event("monday", "uid", "a"), Names.event("monday", "other", "a"), Names.event("monday", "uid", "b"))).hasSize(3);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 243, 244, 245, 253})
    void anEventsNameIsAValidOneHoweverLongTheResourcesIs(int length) {
        for (String name : List.of("m".repeat(length), "m" + "-".repeat(length - 1), ("m" + ".m".repeat(length)).substring(0, length))) {
            assertThat(Names.event(name, "uid", "words"))
                    .hasSizeLessThanOrEqualTo(253)
                    .matches("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*");
        }
    }

    @Test
    void eachAttemptHasAPrefixOfItsOwn() {
        assertThat(Names.attemptPrefix("team/a", POLICY, BACKUP, 1)).isEqualTo("team/a/stable/horses/monday-9b9b9b9b-6f1c2a34-1/");
        assertThat(Names.attemptPrefix("team/a", POLICY, BACKUP, 2)).isEqualTo("team/a/stable/horses/monday-9b9b9b9b-6f1c2a34-2/");
    }

    @Test
    void withoutAPrefixKeysDoNotBeginWithASlash() {
        assertThat(Names.attemptPrefix(null, POLICY, BACKUP, 1)).isEqualTo("stable/horses/monday-9b9b9b9b-6f1c2a34-1/");
    }

    @Test
    void aBackupThatIsCreatedAnewUnderItsOldNameDoesNotWriteWhereTheOldOneDid() {
        Owner again = new Owner(BACKUP.apiVersion(), BACKUP.kind(), BACKUP.namespace(), BACKUP.name(), "0a0a0a0a-5b6c-4d7e-8f90-123456789012");
        assertThat(Names.attemptPrefix("p", POLICY, again, 1)).isNotEqualTo(Names.attemptPrefix("p", POLICY, BACKUP, 1));
    }

    @Test
    void anotherClustersPolicyOfTheSameNameWritesElsewhere() {
        Owner other = new Owner(POLICY.apiVersion(), POLICY.kind(), POLICY.namespace(), POLICY.name(), "0a0a0a0a-5b6c-4d7e-8f90-123456789012");
        assertThat(Names.attemptPrefix("p", other, BACKUP, 1)).isNotEqualTo(Names.attemptPrefix("p", POLICY, BACKUP, 1));
    }

    @Test
    void theBackupOfASlotIsNamedByItsMomentInUtc() {
        Instant slot = Instant.parse("2026-03-01T02:00:00Z");
        assertThat(Names.scheduled("horses", slot)).isEqualTo("horses-20260301-0200");
        assertThat(Names.scheduled("h".repeat(239), slot)).isEqualTo("h".repeat(239) + "-20260301-0200");
        assertThat(Names.scheduled("h".repeat(253), slot)).hasSize(253).endsWith("-20260301-0200").isNotEqualTo(Names.scheduled("h".repeat(252) + "i", slot));
    }

    @Test
    void theSafetyBackupIsNamedAfterItsRestore() {
        assertThat(Names.safety("back")).isEqualTo("back-safety");
        assertThat(Names.safety("r".repeat(246))).isEqualTo("r".repeat(246) + "-safety");
        assertThat(Names.safety("r".repeat(252) + "1")).hasSize(253).endsWith("-safety").isNotEqualTo(Names.safety("r".repeat(252) + "2"));
        assertThat(Names.safety("r".repeat(236) + ".rrrrrrrrrrrrrr")).as("the name of a resource").matches("[a-z0-9]([a-z0-9.-]*[a-z0-9])?").doesNotContain(".-");
    }
}
