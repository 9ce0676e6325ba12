package dev.remuda.retention;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.PropertyDefaults;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

import dev.remuda.retention.Decision.Keep;
import dev.remuda.retention.Decision.Purge;

import static org.assertj.core.api.Assertions.assertThat;

@PropertyDefaults(tries = 1000, edgeCases = EdgeCasesMode.NONE)
class RetentionPropertiesTest {
    private static final Instant NOW = Instant.parse("2026-07-01T02:00:00Z");
    private static final List<String> TIERS = List.of("daily", "weekly", "monthly");
    private static final Comparator<Candidate> NEWEST_FIRST = Comparator.comparing(Candidate::snapshotAt).thenComparing(Candidate::name).reversed();

    /** The rule in the words of the documentation, written a second time. */
    @Property
    void theVerdictIsThatOfTheRules(@ForAll("policies") Policy policy) {
        for (Decision decision : policy.decide()) {
            Candidate backup = decision.backup();
            Optional<String> keeper = policy.rules().stream().filter(rule -> policy.keeps(rule, backup)).map(Rule::tier).findFirst();
            boolean otherTier = backup.tiers().stream()
                    .filter(tier -> policy.rules().stream().noneMatch(rule -> rule.tier().equals(tier)))
                    .anyMatch(tier -> !policy.removed().containsKey(tier) || policy.now().isBefore(policy.removed().get(tier)));
            boolean kept = keeper.isPresent() || otherTier || policy.isSafe(backup);
            assertThat(decision instanceof Keep).as(decision.toString()).isEqualTo(kept);
            if (decision instanceof Keep keep) {
                assertThat(keep.tier()).isEqualTo(keeper);
                assertThat(keep.reasons()).isNotEmpty().doesNotHaveDuplicates();
            }
        }
    }

    @Property
    void everyBackupIsDecidedOnceNewestFirst(@ForAll("policies") Policy policy, @ForAll Random random) {
        assertThat(policy.decide()).extracting(Decision::backup).isEqualTo(policy.newestFirst());
        List<Candidate> shuffled = new ArrayList<>(policy.backups());
        Collections.shuffle(shuffled, random);
        assertThat(policy.with(shuffled).decide()).isEqualTo(policy.decide());
    }

    /** Whatever is found out about backups, the newest good one and the newest verified one stay, and no good one goes that would stay without the damaged ones. */
    @Property
    void trustNeverCostsAGoodBackup(@ForAll("policies") Policy policy, @ForAll Random random) {
        Candidate.Trust[] all = Candidate.Trust.values();
        List<Candidate> judged = policy.backups().stream()
                .map(backup -> new Candidate(backup.name(), backup.snapshotAt(), backup.tiers(), backup.pinned(), backup.inUse(), all[random.nextInt(all.length)], random.nextBoolean(), Optional.empty()))
                .toList();
        List<Candidate> kept = policy.with(judged).kept();
        List<Candidate> good = judged.stream().filter(backup -> backup.trust() != Candidate.Trust.DAMAGED).toList();

        assertThat(kept).containsAll(good.stream().max(Comparator.comparing(Candidate::snapshotAt).thenComparing(Candidate::name)).stream().toList());
        assertThat(kept).containsAll(
                good.stream().filter(Candidate::verified).max(Comparator.comparing(Candidate::snapshotAt).thenComparing(Candidate::name)).stream().toList());
        List<Candidate> normal = judged.stream().filter(backup -> backup.trust() == Candidate.Trust.NORMAL).toList();
        assertThat(kept).containsAll(policy.with(normal).kept().stream().filter(normal::contains).toList());
    }

    @Property
    void theLeastCountOfEachTierStays(@ForAll("policies") Policy policy) {
        for (Rule rule : policy.rules()) {
            long kept = policy.kept().stream().filter(backup -> backup.tiers().contains(rule.tier())).count();
            assertThat(kept).isGreaterThanOrEqualTo(Math.min(rule.minCount(), policy.ofTier(rule.tier()).size()));
        }
    }

    @Property
    void whatIsNewestPinnedNeededOrOnDemandStays(@ForAll("policies") Policy policy) {
        assertThat(policy.purged()).noneMatch(policy::isSafe);
    }

    @Property
    void decidingOverWhatIsKeptChangesNothing(@ForAll("policies") Policy policy) {
        assertThat(policy.with(policy.kept()).decide()).isEqualTo(policy.decide().stream().filter(Keep.class::isInstance).toList());
    }

    @Property
    void timeOnlyEverPurges(@ForAll("policies") Policy policy, @ForAll @IntRange(max = 100 * 24) int hours) {
        Policy later = policy.at(policy.now().plus(Duration.ofHours(hours)));
        assertThat(policy.kept()).containsAll(later.kept());
    }

    @Property
    void eachTierKeepsItsNewest(@ForAll("policies") Policy policy) {
        for (Rule rule : policy.rules()) {
            List<Boolean> kept = policy.decide().stream()
                    .filter(decision -> decision.backup().tiers().contains(rule.tier()))
                    .map(decision -> decision instanceof Keep keep && keep.reasons().stream().anyMatch(reason -> reason.startsWith(rule.tier() + ": ")))
                    .toList();
            assertThat(kept.stream().dropWhile(yes -> yes)).doesNotContain(true);
        }
    }

    @Property
    void widerLimitsKeepMore(@ForAll("policies") Policy policy, @ForAll @IntRange(max = 5) int more) {
        List<UnaryOperator<Rule>> widened = List.of(
                rule -> new Rule(rule.tier(), rule.maxAge() == null ? null : rule.maxAge().plusDays(more), rule.maxCount(), rule.minCount()),
                rule -> new Rule(rule.tier(), rule.maxAge(), rule.maxCount() == null ? null : rule.maxCount() + more, rule.minCount()),
                rule -> new Rule(rule.tier(), rule.maxAge(), rule.maxCount(), rule.minCount() + more),
                rule -> new Rule(rule.tier(), null, rule.maxCount(), rule.minCount()),
                rule -> new Rule(rule.tier(), rule.maxAge(), null, rule.minCount()));
        for (UnaryOperator<Rule> wider : widened) {
            assertThat(policy.rules(policy.rules().stream().map(wider).toList()).kept()).containsAll(policy.kept());
        }
    }

    @Property
    void aNewerBackupSavesNoOlderOne(@ForAll("policies") Policy policy, @ForAll("backups") Candidate added) {
        Candidate newer = new Candidate("zz", added.snapshotAt(), added.tiers(), added.pinned(), added.inUse());
        List<Candidate> older = policy.purged().stream().filter(backup -> NEWEST_FIRST.compare(newer, backup) < 0).toList();
        assertThat(policy.with(Stream.concat(policy.backups().stream(), Stream.of(newer)).toList()).purged()).containsAll(older);
    }

    @Property
    void aPurgeIsOverdueSinceAMomentThatHasPassed(@ForAll("policies") Policy policy) {
        for (Decision decision : policy.decide()) {
            if (decision instanceof Purge purge && purge.since().isPresent()) {
                assertThat(purge.since().get()).isBeforeOrEqualTo(policy.now());
                assertThat(policy.limits()).contains(purge.since().get());
            }
        }
    }

    /** Up to then it stays; after that only the least count or being the newest of all can keep it. */
    @Property
    void expiryIsHonest(@ForAll("policies") Policy policy) {
        for (Decision decision : policy.decide()) {
            if (decision instanceof Keep keep && keep.expiresAt().isPresent()) {
                Instant end = keep.expiresAt().get();
                assertThat(end).isAfter(policy.now());
                assertThat(policy.at(end.minusNanos(1)).kept()).contains(keep.backup());
                Decision after = policy.at(end.plusNanos(1)).about(keep.backup());
                if (after instanceof Keep still) {
                    assertThat(still.expiresAt()).isEmpty();
                    assertThat(still.reasons()).allMatch(reason -> reason.equals("newest completed backup")
                            || policy.rules().stream().anyMatch(rule -> reason.equals(rule.tier() + ": among the newest " + rule.minCount())));
                } else if (after instanceof Purge purge) {
                    assertThat(purge.since()).matches(since -> since.isEmpty() || since.get().equals(end));
                }
            }
        }
    }

    /** What is kept without an end is not ended by time. */
    @Property
    void withoutExpiryTimeEndsNothing(@ForAll("policies") Policy policy) {
        Policy muchLater = policy.at(NOW.plus(Duration.ofDays(3650)));
        for (Decision decision : policy.decide()) {
            if (decision instanceof Keep keep && keep.expiresAt().isEmpty() && !policy.isAtALimit(keep.backup())) {
                assertThat(muchLater.kept()).contains(keep.backup());
            }
        }
    }

    /** Neither words nor moments change with time alone. */
    @Property
    void betweenTwoLimitsNothingChanges(@ForAll("policies") Policy policy) {
        Optional<Instant> limit = policy.limits().filter(moment -> !moment.isBefore(policy.now())).min(Comparator.naturalOrder());
        if (!limit.equals(Optional.of(policy.now()))) {
            Instant before = limit.map(moment -> moment.minusNanos(1)).orElse(NOW.plus(Duration.ofDays(3650)));
            assertThat(policy.at(before).decide()).isEqualTo(policy.decide());
        }
    }

    @Provide
    Arbitrary<Policy> policies() {
        Arbitrary<Instant> release = Arbitraries.integers().between(-30, 30).map(hours -> NOW.plus(Duration.ofHours(hours)));
        return Combinators.combine(backups().list().ofMaxSize(14).uniqueElements(Candidate::name), rules(), release, Arbitraries.of(true, false))
                .as((backups, rules, gone, dailyToo) ->
                        new Policy(backups, rules, dailyToo ? Map.of("gone", gone, "daily", gone) : Map.of("gone", gone), NOW));
    }

    /** Coarse ages, so that several are of one moment and some are at a limit; a few are of the future, as clocks differ. */
    @Provide
    Arbitrary<Candidate> backups() {
        Arbitrary<Instant> snapshotAt = Arbitraries.oneOf(Arbitraries.integers().between(-1, 12), Arbitraries.integers().between(-24, 40 * 24))
                .map(hours -> NOW.minus(Duration.ofHours(hours * 6L)));
        Arbitrary<List<String>> made = Arbitraries.of(TIERS).list().ofMinSize(1).ofMaxSize(3);
        Arbitrary<List<String>> other = Arbitraries.of("daily", "weekly", "gone", "gone", "unknown").list().ofMaxSize(2);
        Arbitrary<Boolean> rarely = Arbitraries.of(true, false, false, false, false, false, false, false);
        return Combinators.combine(Arbitraries.integers().between(0, 99), snapshotAt, Arbitraries.oneOf(made, made, made, other), rarely, rarely)
                .as((name, at, tiers, pinned, used) ->
                        new Candidate("b" + name, at, tiers, pinned, used ? Optional.of("Restore back") : Optional.empty()));
    }

    private static Arbitrary<List<Rule>> rules() {
        Arbitrary<Duration> maxAge = Arbitraries.integers().between(0, 60).map(quarters -> Duration.ofHours(quarters * 6L)).injectNull(0.3);
        Arbitrary<Integer> maxCount = Arbitraries.integers().between(0, 5).injectNull(0.5);
        Arbitrary<Rule> rule = Combinators.combine(Arbitraries.of(TIERS), maxAge, maxCount, Arbitraries.integers().between(0, 3)).as(Rule::new);
        return rule.list().ofMaxSize(3).uniqueElements(Rule::tier);
    }

    record Policy(List<Candidate> backups, List<Rule> rules, Map<String, Instant> removed, Instant now) {
        List<Decision> decide() {
            return Retention.decide(backups, rules, removed, now);
        }

        Decision about(Candidate backup) {
            return decide().stream().filter(decision -> decision.backup().equals(backup)).findFirst().orElseThrow();
        }

        List<Candidate> kept() {
            return decide().stream().filter(Keep.class::isInstance).map(Decision::backup).toList();
        }

        List<Candidate> purged() {
            return decide().stream().filter(Purge.class::isInstance).map(Decision::backup).toList();
        }

        Policy with(List<Candidate> others) {
            return new Policy(others, rules, removed, now);
        }

        Policy rules(List<Rule> others) {
            return new Policy(backups, others, removed, now);
        }

        Policy at(Instant other) {
            return new Policy(backups, rules, removed, other);
        }

        List<Candidate> newestFirst() {
            return backups.stream().sorted(NEWEST_FIRST).toList();
        }

        List<Candidate> ofTier(String tier) {
            return newestFirst().stream().filter(backup -> backup.tiers().contains(tier)).toList();
        }

        boolean keeps(Rule rule, Candidate backup) {
            int place = ofTier(rule.tier()).indexOf(backup);
            boolean young = rule.maxAge() == null || Duration.between(backup.snapshotAt(), now).compareTo(rule.maxAge()) <= 0;
            boolean few = rule.maxCount() == null || place < rule.maxCount();
            return place >= 0 && (young && few || place < rule.minCount());
        }

        /** Whatever the tiers say. */
        boolean isSafe(Candidate backup) {
            return backup.pinned() || backup.inUse().isPresent() || backup.tiers().isEmpty() || backup.equals(newestFirst().getFirst());
        }

        boolean isAtALimit(Candidate backup) {
            return with(List.of(backup)).limits().anyMatch(now::equals);
        }

        /** The moments at which age or a removed tier's release can change a decision. */
        Stream<Instant> limits() {
            Set<Duration> ages = rules.stream().map(Rule::maxAge).filter(age -> age != null).collect(Collectors.toSet());
            return Stream.concat(removed.values().stream(), backups.stream().flatMap(backup -> ages.stream().map(backup.snapshotAt()::plus)));
        }
    }
}
