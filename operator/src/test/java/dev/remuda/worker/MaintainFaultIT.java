package dev.remuda.worker;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import dev.remuda.support.Fault;
import dev.remuda.support.FaultRule;
import dev.remuda.support.FaultyStore;
import dev.remuda.support.S3Call;
import dev.remuda.task.MaintainResult;
import dev.remuda.task.MaintainResult.Failed;
import dev.remuda.task.MaintainResult.Moved;
import dev.remuda.task.MaintainResult.Spared;
import dev.remuda.task.MaintainTask;
import dev.remuda.task.MaintainTask.Sweep;
import dev.remuda.task.Reason;
import dev.remuda.task.StorageClass;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

/** Upkeep of a store that fails: what cannot be done to one backup is told, harms none, and is done by the next run. */
class MaintainFaultIT {
    private static final Sweep SWEEP = new Sweep("0a1b2c3d", List.of(), Instant.now().plus(Duration.ofDays(1)));

    private final Shelf shelf = new Shelf();
    private final Shelf.Backup old = shelf.backup("old");
    private final Shelf.Backup weekly = shelf.backup("weekly");
    private final Shelf.Backup cold = shelf.backup("cold");
    private final FaultyStore store = FaultyStore.before(shelf.server);

    MaintainFaultIT() {
        shelf.write("b-0a1b2c3d-11112222-1/data.dump");
        shelf.bucket.begin(shelf.root + "b-0a1b2c3d-11112222-1/data.dump");
        shelf.endpoint = store.endpoint();
        shelf.patience = StoreFaultIT.SHORT;
    }

    @AfterEach
    void close() {
        store.close();
    }

    /** Purges one, relabels one, takes one to another class, sweeps one. */
    private MaintainResult run() {
        MaintainTask task = shelf.task(
                List.of(weekly.kept(), cold.kept()), List.of(weekly.move("weekly", null), cold.move("monthly", StorageClass.STANDARD_IA)), List.of(old.purge()), SWEEP);
        return shelf.run(task);
    }

    private void requireDone(MaintainResult result) {
        assertThat(result.failed()).isEmpty();
        assertThat(result.spared()).isEmpty();
        requireTidy();
    }

    private void requireTidy() {
        assertThat(shelf.files()).containsExactly(
                "cold/data.dump.zst", "cold/labels.json", "cold/manifest.json", "weekly/data.dump.zst", "weekly/labels.json", "weekly/manifest.json");
        assertThat(shelf.unfinished()).isEmpty();
        assertThat(shelf.bucket.tags(weekly.dataKey())).contains("tier=weekly");
        assertThat(shelf.bucket.tags(cold.dataKey())).contains("tier=monthly");
        assertThat(shelf.bucket.head(cold.dataKey()).storageClassAsString()).isEqualTo("STANDARD_IA");
        shelf.requireWhole(weekly);
        shelf.requireWhole(cold);
    }

    /** Once throttled, once without an answer to what was done, once an error after it was done. */
    @ParameterizedTest
    @EnumSource(
            value = S3Call.class,
            names = {"ListObjects", "ListMultipartUploads", "HeadObject", "GetObject", "PutObjectTagging", "CopyObject", "PutObject", "DeleteObject", "AbortMultipartUpload"})
    void everyCallIsMadeAgain(S3Call call) {
        List<FaultRule> rules = List.of(
                store.on(call).first(1).then(Fault.answer(503, "SlowDown")), store.on(call).first(1).then(Fault.answerLost()),
                store.on(call).first(1).then(Fault.doneBut(500, "InternalError")));

        requireDone(run());

        assertThat(rules.getFirst().befallen()).isOne();
        assertThat(rules.get(1).befallen()).isOne();
    }

    @ParameterizedTest
    @CsvSource({
        "HeadObject, s3:GetObject", "GetObject, s3:GetObject", "PutObjectTagging, s3:PutObjectTagging", "CopyObject, s3:GetObject and s3:PutObject and s3:PutObjectTagging",
        "PutObject, s3:PutObject", "ListMultipartUploads, s3:ListBucketMultipartUploads", "AbortMultipartUpload, s3:AbortMultipartUpload"
    })
    void aRightThatIsMissingIsNamedAndTheNextRunDoesTheRest(S3Call call, String right) {
        store.on(call).then(Fault.answer(403, "AccessDenied"));

        MaintainResult result = run();

        assertThat(result.failed()).isNotEmpty().allSatisfy(failed -> {
            assertThat(failed.reason()).isEqualTo(Reason.StorageAccessDenied);
            assertThat(failed.message()).contains("allow " + right, "on bucket remuda-tests");
        });
        shelf.requireWhole(weekly);
        shelf.requireWhole(cold);
        store.heal();
        requireDone(run());
    }

    @Test
    void withoutTheRightToDeleteNothingIsTouchedThatIsToGo() {
        store.on(S3Call.DeleteObject).then(Fault.answer(403, "AccessDenied"));

        MaintainResult result = run();

        assertThat(result.spared()).extracting(Spared::uid).containsExactly("uid-old");
        assertThat(result.spared().getFirst().why()).contains("allow s3:DeleteObject on bucket remuda-tests");
        assertThat(result.failed()).singleElement().satisfies(sweep -> assertThat(sweep.message()).contains("s3:DeleteObject"));
        assertThat(result.moved()).extracting(Moved::uid).containsExactly("uid-weekly", "uid-cold");
        shelf.requireWhole(old);
    }

    @Test
    void withoutTheRightToListNothingIsDone() {
        store.on(S3Call.ListObjects).then(Fault.answer(403, "AccessDenied"));

        assertThatThrownBy(this::run).isInstanceOfSatisfying(WorkFailure.class, failure -> assertThat(failure.reason()).isEqualTo(Reason.StorageAccessDenied))
                .hasMessageContaining("allow s3:ListBucket on bucket remuda-tests");
        shelf.requireWhole(old);
    }

    /** A listing that is cut short must not look like one in which a kept backup is missing, nor like one in which a manifest is. */
    @Test
    void aListingThatIsCutEachTimeAllowsNothing() {
        store.on(S3Call.ListObjects).then(Fault.cutResponse(300));

        assertThatThrownBy(this::run).isInstanceOfSatisfying(WorkFailure.class, failure -> assertThat(failure.reason()).isEqualTo(Reason.StorageUnreachable));
        shelf.requireWhole(old);
        assertThat(shelf.unfinished()).hasSize(1);
    }

    @Test
    void aStoreThatIsThrottledForGoodFailsEachByItself() {
        store.on(S3Call.CopyObject).then(Fault.answer(503, "SlowDown"));

        MaintainResult result = run();

        assertThat(result.failed()).extracting(Failed::uid, Failed::reason).containsExactly(tuple("uid-cold", Reason.StorageThrottled));
        assertThat(result.moved()).extracting(Moved::uid).containsExactly("uid-weekly");
        assertThat(result.purged()).containsExactly("uid-old");
        store.heal();
        requireDone(run());
    }

    /** The first try has changed the etag that the second asks for, as it does in S3 when the dump came in parts. */
    @Test
    void aCopyWhoseAnswerIsLostIsKnownAsOnesOwn() {
        store.on(S3Call.CopyObject).first(1).then(Fault.answerLost());
        FaultRule replaced = store.on(S3Call.CopyObject).first(1).then(Fault.answer(412, "PreconditionFailed"));

        requireDone(run());

        assertThat(replaced.befallen()).isOne();
    }

    @Test
    void aCopyThatIsRefusedBecauseTheDumpIsAnotherIsNone() {
        store.on(S3Call.CopyObject).then(Fault.answer(412, "PreconditionFailed"));

        assertThat(run().failed()).extracting(Failed::uid, Failed::reason).containsExactly(tuple("uid-cold", Reason.ObjectMissing));
        assertThat(shelf.bucket.tags(cold.dataKey())).contains("tier=daily");
    }

    @Test
    void aCopyThatFailsInsideAGoodAnswerIsMadeAgain() {
        FaultRule rule = store.on(S3Call.CopyObject).first(1).then(Fault.answer(200, "InternalError"));

        requireDone(run());

        assertThat(rule.befallen()).isOne();
    }
}
