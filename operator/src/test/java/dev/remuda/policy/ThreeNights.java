package dev.remuda.policy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import dev.remuda.api.RestoreSpec;
import dev.remuda.api.RetentionSpec;
import dev.remuda.api.TierSpec;
import dev.remuda.api.VerificationSpec;
import dev.remuda.support.Samples;


/** A policy with nightly backups from the first to the third of March, to be proved. */
final class ThreeNights {

    static final TierSpec DAILY = new TierSpec("daily", "0 2 * * *", new RetentionSpec("30d", null, null), null);
    static final VerificationSpec.Server SERVER = new VerificationSpec.Server("postgres:17", null, null, null, Map.of("work_mem", "64MB"));
    static final VerificationSpec DRILLS = new VerificationSpec("0 3 * * *", SERVER, null, List.of(new RestoreSpec.Check("SELECT true")), null, null, null);
    static final VerificationSpec READS = new VerificationSpec(null, null, null, null, null, null, new VerificationSpec.Integrity("0 4 * * *"));

    final PolicyWorld world = new PolicyWorld();

    ThreeNights() {
        world.now = at("2026-03-01T01:00:00Z");
        world.policy.getMetadata().setCreationTimestamp(world.now.toString());
        world.spec(spec -> Samples.with(spec, DAILY));
        for (int day = 1; day <= 3; day++) {
            go("2026-03-0" + day + "T02:00:00Z");
            world.complete(backup(day));
            world.reconcileUntilItRests();
        }
        world.told.clear();
    }

    void verify(VerificationSpec verification) {
        world.spec(spec -> Samples.verifying(spec, verification));
        world.reconcileUntilItRests();
    }

    /** To that moment, and on while something is to be done within seconds. */
    void go(String to) {
        world.now = at(to);
        Optional<Duration> again = world.reconcileUntilItRests().again();
        while (again.filter(wait -> wait.compareTo(Duration.ofSeconds(2)) <= 0).isPresent()) {
            world.now = world.now.plus(again.get());
            again = world.reconcileUntilItRests().again();
        }
    }

    static String backup(int day) {
        return "horses-2026030" + day + "-0200";
    }

    static Instant at(String text) {
        return Instant.parse(text);
    }
}
