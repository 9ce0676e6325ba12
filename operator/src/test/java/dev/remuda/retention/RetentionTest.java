package dev.remuda.retention;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.junit.jupiter.api.Test;

import dev.remuda.retention.Candidate.Trust;
import dev.remuda.retention.Decision.Keep;
import dev.remuda.retention.Decision.Purge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class RetentionTest {
    private static final Instant NOW = Instant.parse("2026-07-01T02:00:00Z");
    private static final Rule DAILY = new Rule("daily", Duration.ofDays(30), null, 1);
    private static final Rule WEEKLY = new Rule("weekly", Duration.ofDays(90), null, 1);
    private static final Rule MONTHLY = new Rule("monthly", Duration.ofDays(365), null, 1);
    private static final List<Rule> PRODUCTION = List.of(DAILY, WEEKLY, MONTHLY);

    @Test
    void aBackupGoesDownTheTiersAsItAges() {
        assertThat(ofAge(10, PRODUCTION, "daily", "weekly", "monthly"))
                .isEqualTo(kept("daily", days(-355), "daily: younger than 30d", "weekly: younger than 90d", "monthly: younger than 365d"));
        assertThat(ofAge(31, PRODUCTION, "daily", "weekly", "monthly"))
                .isEqualTo(kept("weekly", days(-334), "weekly: younger than 90d", "monthly: younger than 365d"));
        assertThat(ofAge(91, PRODUCTION, "daily", "weekly", "monthly")).isEqualTo(kept("monthly", days(-274), "monthly: younger than 365d"));
        assertThat(ofAge(366, PRODUCTION, "daily", "weekly", "monthly"))
                .isEqualTo(purged("daily: older than 30d; weekly: older than 90d; monthly: older than 365d", days(1)));
    }

    @Test
    void theAgeIsInclusive() {
        assertThat(ofAge(30, PRODUCTION, "daily")).isEqualTo(new Told("keep", Optional.of("daily"), List.of("daily: younger than 30d"), Optional.empty()));
    }

    @Test
    void oneWeeklyTierOfThreeKeepsThree() {
        List<Rule> rules = List.of(new Rule("weekly", null, 3, 1));
        List<Decision> decisions = decide(rules, backup("a", 28, "weekly"), backup("b", 21, "weekly"), backup("c", 14, "weekly"), backup("d", 7, "weekly"));
        assertThat(decisions).extracting(decision -> decision.backup().name()).containsExactly("d", "c", "b", "a");
        assertThat(told(decisions.get(2))).isEqualTo(new Told("keep", Optional.of("weekly"), List.of("weekly: among the newest 3"), Optional.empty()));
        assertThat(told(decisions.get(3))).isEqualTo(new Told("purge", Optional.empty(), List.of("weekly: 3 newer ones are kept"), Optional.empty()));
    }

    @Test
    void ageAndCountMustBothHold() {
        List<Rule> rules = List.of(new Rule("daily", Duration.ofDays(7), 2, 0));
        List<Decision> decisions = decide(rules, backup("a", 3, "daily"), backup("b", 2, "daily"), backup("c", 1, "daily"));
        assertThat(told(decisions.get(1))).isEqualTo(kept("daily", days(-5), "daily: younger than 7d and among the newest 2"));
        assertThat(told(decisions.get(2))).isEqualTo(new Told("purge", Optional.empty(), List.of("daily: 2 newer ones are kept"), Optional.empty()));
    }

    @Test
    void theLeastCountKeepsWhatIsTooOld() {
        List<Rule> rules = List.of(new Rule("daily", Duration.ofDays(7), null, 2), WEEKLY);
        List<Decision> decisions = decide(rules, backup("new", 1, "weekly"), backup("a", 60, "daily"), backup("b", 50, "daily"), backup("c", 40, "daily"));
        assertThat(told(decisions.get(1))).isEqualTo(new Told("keep", Optional.of("daily"), List.of("daily: among the newest 2"), Optional.empty()));
        assertThat(told(decisions.get(2))).isEqualTo(new Told("keep", Optional.of("daily"), List.of("daily: among the newest 2"), Optional.empty()));
        assertThat(told(decisions.get(3))).isEqualTo(purged("daily: older than 7d", days(53)));
    }

    @Test
    void aDamagedOneTakesNoGoodOnesPlace() {
        List<Rule> rules = List.of(new Rule("weekly", null, 2, 1));
        List<Decision> decisions = decide(rules, backup("a", 28, "weekly"), backup("b", 21, "weekly"), of(backup("c", 14, "weekly"), Trust.DAMAGED), backup("d", 7, "weekly"));
        assertThat(told(decisions.get(1))).as("c stays while a good one of its age would").isEqualTo(new Told("keep", Optional.of("weekly"), List.of("weekly: among the newest 2"), Optional.empty()));
        assertThat(told(decisions.get(2)).what()).isEqualTo("keep");
        assertThat(told(decisions.get(3)).what()).isEqualTo("purge");
    }

    @Test
    void theNewestThatIsNotDamagedStays() {
        List<Rule> rules = List.of(new Rule("daily", Duration.ofDays(7), null, 0));
        List<Decision> decisions = decide(rules, backup("a", 30, "daily"), backup("b", 20, "daily"), of(backup("c", 10, "daily"), Trust.DAMAGED));
        assertThat(told(decisions.get(0))).isEqualTo(purged("daily: older than 7d", days(3)));
        assertThat(told(decisions.get(1)).words()).containsExactly("newest completed backup");
        assertThat(told(decisions.get(2)).what()).isEqualTo("purge");
        assertThat(told(decide(rules, of(backup("a", 30, "daily"), Trust.DAMAGED), of(backup("b", 20, "daily"), Trust.DAMAGED)).getFirst()).words())
                .as("of damaged ones alone the newest is still something").containsExactly("newest completed backup");
    }

    @Test
    void aSuspiciousOneNeverReplacesTheLastNormalOne() {
        List<Rule> rules = List.of(new Rule("daily", Duration.ofDays(7), 1, 1));
        List<Decision> decisions = decide(
                rules, backup("a", 4, "daily"), backup("b", 3, "daily"), of(backup("c", 2, "daily"), Trust.SUSPICIOUS), of(backup("d", 1, "daily"), Trust.SUSPICIOUS));
        assertThat(decisions).extracting(decision -> told(decision).what()).containsExactly("keep", "keep", "keep", "purge");
        List<Decision> old = decide(List.of(new Rule("daily", Duration.ofDays(7), null, 0)), backup("a", 40, "daily"), backup("b", 30, "daily"), of(backup("c", 20, "daily"), Trust.SUSPICIOUS));
        assertThat(told(old.get(0)).words()).containsExactly("newest completed backup");
        assertThat(told(old.get(1)).words()).containsExactly("newest normal backup");
        assertThat(told(old.get(2)).what()).isEqualTo("purge");
    }

    @Test
    void theNewestVerifiedStays() {
        List<Rule> rules = List.of(new Rule("daily", Duration.ofDays(7), null, 0));
        List<Decision> decisions = decide(
                rules, verified(backup("0", 50, "daily")), verified(backup("a", 40, "daily")), verified(of(backup("b", 30, "daily"), Trust.SUSPICIOUS)), backup("c", 20, "daily"), backup("d", 1, "daily"));
        assertThat(told(decisions.get(1)).what()).isEqualTo("purge");
        assertThat(told(decisions.get(2))).isEqualTo(new Told("keep", Optional.empty(), List.of("newest verified backup"), Optional.empty()));
        assertThat(told(decisions.get(3)).words()).as("the one before is suspicious").containsExactly("newest verified backup");
        assertThat(told(decisions.get(4)).what()).isEqualTo("purge");
    }

    private static Candidate of(Candidate backup, Trust trust) {
        return new Candidate(backup.name(), backup.snapshotAt(), backup.tiers(), backup.pinned(), backup.inUse(), trust, backup.verified(), backup.lockedUntil());
    }

    private static Candidate verified(Candidate backup) {
        return new Candidate(backup.name(), backup.snapshotAt(), backup.tiers(), backup.pinned(), backup.inUse(), backup.trust(), true, backup.lockedUntil());
    }

    @Test
    void whatTheStoreLocksStaysUntilThen() {
        List<Rule> rules = List.of(new Rule("daily", Duration.ofDays(7), null, 0));
        Candidate young = locked(backup("b", 2, "daily"), days(-20));
        Candidate old = locked(backup("a", 9, "daily"), days(-3));
        List<Decision> decisions = decide(rules, locked(backup("0", 30, "daily"), days(1)), old, young, backup("c", 1, "daily"));
        assertThat(told(decisions.get(1))).isEqualTo(new Told("keep", Optional.of("daily"), List.of("daily: younger than 7d", "locked in the store until " + days(-20)), Optional.of(days(-20))));
        assertThat(told(decisions.get(2))).isEqualTo(new Told("keep", Optional.empty(), List.of("locked in the store until " + days(-3)), Optional.of(days(-3))));
        assertThat(told(decisions.get(3)).what()).as("its lock is over").isEqualTo("purge");
    }

    private static Candidate locked(Candidate backup, Instant until) {
        return new Candidate(backup.name(), backup.snapshotAt(), backup.tiers(), backup.pinned(), backup.inUse(), backup.trust(), backup.verified(), Optional.of(until));
    }

    @Test
    void withoutLimitsATierKeepsForEver() {
        List<Rule> rules = List.of(DAILY, new Rule("monthly", null, null, 1));
        assertThat(ofAge(9999, rules, "daily", "monthly"))
                .isEqualTo(new Told("keep", Optional.of("monthly"), List.of("monthly: kept for ever"), Optional.empty()));
    }

    @Test
    void whoIsLetGoByCountInOneTierAndByAgeInAnotherHasTheMomentOfTheAge() {
        List<Rule> rules = List.of(DAILY, new Rule("weekly", null, 1, 0));
        List<Decision> decisions = decide(rules, backup("a", 40, "daily", "weekly"), backup("b", 10, "daily", "weekly"));
        assertThat(told(decisions.get(1)))
                .isEqualTo(purged("daily: older than 30d; weekly: 1 newer one is kept", days(10)));
    }

    @Test
    void theNewestOfAllStays() {
        List<Rule> rules = List.of(new Rule("daily", Duration.ofDays(7), null, 0));
        List<Decision> decisions = decide(rules, backup("a", 61, "daily"), backup("b", 60, "daily"));
        assertThat(told(decisions.get(0))).isEqualTo(new Told("keep", Optional.empty(), List.of("newest completed backup"), Optional.empty()));
        assertThat(told(decisions.get(1))).isEqualTo(purged("daily: older than 7d", days(54)));
    }

    @Test
    void ofTheSameMomentTheLaterNameIsNewer() {
        List<Rule> rules = List.of(new Rule("daily", null, 1, 0));
        List<Decision> decisions = decide(rules, backup("b", 1, "daily"), backup("c", 1, "daily"), backup("a", 1, "daily"));
        assertThat(decisions).extracting(decision -> decision.backup().name()).containsExactly("c", "b", "a");
        assertThat(decisions).extracting(decision -> decision instanceof Keep).containsExactly(true, false, false);
    }

    @Test
    void pinsAndUsersKeep() {
        Candidate newest = backup("newest", 0, "daily");
        Candidate both = new Candidate("both", days(500), List.of("daily"), true, Optional.of("Restore back"));
        List<Decision> decisions = Retention.decide(List.of(newest, both), PRODUCTION, Map.of(), NOW);
        assertThat(told(decisions.get(1))).isEqualTo(new Told("keep", Optional.empty(), List.of("pinned", "needed by Restore back"), Optional.empty()));

        Candidate young = new Candidate("young", days(5), List.of("daily"), false, Optional.of("Restore back"));
        assertThat(told(Retention.decide(List.of(newest, young), PRODUCTION, Map.of(), NOW).get(1)))
                .isEqualTo(new Told("keep", Optional.of("daily"), List.of("daily: younger than 30d", "needed by Restore back"), Optional.empty()));
    }

    @Test
    void whatWasMadeOnDemandStays() {
        assertThat(ofAge(9999, PRODUCTION)).isEqualTo(new Told("keep", Optional.empty(), List.of("no tier: kept until it is deleted"), Optional.empty()));
    }

    @Test
    void aRemovedTierKeepsAllUntilItLetsGo() {
        List<Candidate> backups = List.of(backup("newest", 0, "daily"), backup("a", 400, "monthly", "daily"), backup("b", 800, "monthly"));
        List<Rule> rules = List.of(DAILY);
        List<Decision> before = Retention.decide(backups, rules, Map.of("monthly", NOW.plusSeconds(60)), NOW);
        String words = "tier monthly was removed from the policy and lets go on 2026-07-01T02:01:00Z";
        assertThat(told(before.get(1))).isEqualTo(new Told("keep", Optional.empty(), List.of(words), Optional.of(NOW.plusSeconds(60))));
        assertThat(before.get(2)).isInstanceOf(Keep.class);
        List<Decision> after = Retention.decide(backups, rules, Map.of("monthly", NOW), NOW);
        assertThat(told(after.get(1)))
                .isEqualTo(purged("daily: older than 30d; tier monthly was removed from the policy and let go on 2026-07-01T02:00:00Z", NOW));
        assertThat(after.get(2)).isInstanceOf(Purge.class);
    }

    @Test
    void aTierThatIsBackInThePolicyIsNotRemoved() {
        List<Candidate> backups = List.of(backup("newest", 0, "daily"), backup("a", 5, "daily"));
        List<Decision> decisions = Retention.decide(backups, PRODUCTION, Map.of("daily", days(1)), NOW);
        assertThat(told(decisions.get(1))).isEqualTo(kept("daily", days(-25), "daily: younger than 30d"));
    }

    @Test
    void aTierThatNothingIsKnownOfKeeps() {
        assertThat(ofAge(9999, PRODUCTION, "daily", "yearly"))
                .isEqualTo(new Told("keep", Optional.empty(), List.of("tier yearly is not in the policy: kept until it is deleted"), Optional.empty()));
    }

    @Test
    void withinTheLeastCountTheAgeStillSaysWhenItExpires() {
        assertThat(told(decide(PRODUCTION, backup("only", 1, "daily")).get(0))).isEqualTo(kept("daily", days(-29), "daily: younger than 30d"));
    }

    @Test
    void aCountOfNoneKeepsNone() {
        List<Decision> decisions = decide(List.of(new Rule("daily", null, 0, 0)), backup("a", 2, "daily"), backup("b", 1, "daily"));
        assertThat(told(decisions.get(1))).isEqualTo(new Told("purge", Optional.empty(), List.of("daily: none are kept"), Optional.empty()));
    }

    @Test
    void limitsAreNotNegative() {
        assertThatThrownBy(() -> new Rule("daily", null, null, -1)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("daily");
        assertThatThrownBy(() -> new Rule("daily", null, -1, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Rule("daily", Duration.ofSeconds(-1), null, 0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void nothingIsDecidedOfNothing() {
        assertThat(Retention.decide(List.of(), PRODUCTION, Map.of(), NOW)).isEmpty();
    }

    /** A decision without its backup. */
    private record Told(String what, Optional<String> tier, List<String> words, Optional<Instant> moment) {}

    private static Told told(Decision decision) {
        return switch (decision) {
            case Keep keep -> new Told("keep", keep.tier(), keep.reasons(), keep.expiresAt());
            case Purge purge -> new Told("purge", Optional.empty(), List.of(purge.why()), purge.since());
        };
    }

    private static Told kept(String tier, Instant expiresAt, String... reasons) {
        return new Told("keep", Optional.of(tier), List.of(reasons), Optional.of(expiresAt));
    }

    private static Told purged(String why, Instant since) {
        return new Told("purge", Optional.empty(), List.of(why), Optional.of(since));
    }

    /** What becomes of one backup beside a new one of each tier. */
    private static Told ofAge(int days, List<Rule> rules, String... tiers) {
        return told(decide(rules, backup("newest", 0, "daily", "weekly", "monthly"), backup("old", days, tiers)).get(1));
    }

    private static List<Decision> decide(List<Rule> rules, Candidate... backups) {
        return Retention.decide(List.of(backups), rules, Map.of(), NOW);
    }

    private static Candidate backup(String name, int daysOld, String... tiers) {
        return new Candidate(name, days(daysOld), List.of(tiers), false, Optional.empty());
    }

    private static Instant days(int ago) {
        return NOW.minus(Duration.ofDays(ago));
    }
}
