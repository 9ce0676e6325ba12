package dev.remuda.worker;

import java.nio.charset.StandardCharsets;
import java.util.List;

import org.junit.jupiter.api.Test;

import dev.remuda.task.Claimant;
import dev.remuda.task.MaintainTask;
import dev.remuda.task.Reason;
import dev.remuda.task.StoreAccess;
import dev.remuda.worker.store.ObjectStore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ClaimIT {
    private static final Claimant US = new Claimant("policy-1", "cluster-1", null);
    private static final Claimant THEM = new Claimant("policy-2", "cluster-2", null);

    private final Shelf shelf = new Shelf();
    private final ObjectStore store = shelf.store(StoreAccess.Tagging.Auto);

    private boolean isOurs(Claimant who) {
        return new Claim(store, shelf.root, who).heldByOther().isEmpty();
    }

    @Test
    void theFirstHasItAndTheSecondOnlyReads() {
        assertThat(isOurs(US)).isTrue();
        assertThat(isOurs(THEM)).isFalse();
        assertThat(isOurs(US)).isTrue();
        assertThat(shelf.bucket.keys(shelf.root)).as("nothing among the backups").isEmpty();
    }

    @Test
    void aPolicyThatWasMadeAnewAndAClusterWithANewAuthorityKeepIt() {
        assertThat(isOurs(US)).isTrue();
        assertThat(isOurs(new Claimant("policy-1b", "cluster-1", null))).as("the policy is new").isTrue();
        assertThat(isOurs(new Claimant("policy-1b", "cluster-1b", null))).as("the authority is new").isTrue();
        assertThat(isOurs(US)).as("neither is known any more").isFalse();
        assertThat(isOurs(new Claimant("policy-1b", null, null))).as("outside of a Pod").isTrue();
    }

    @Test
    void itIsTakenOverFromTheOneThatIsNamed() {
        assertThat(isOurs(US)).isTrue();
        assertThat(isOurs(new Claimant("policy-2", "cluster-2", "policy-3"))).isFalse();
        assertThat(isOurs(new Claimant("policy-2", "cluster-2", "policy-1"))).isTrue();
        assertThat(isOurs(US)).isFalse();
        assertThat(isOurs(THEM)).isTrue();
    }

    @Test
    void aMarkThatNobodyUnderstandsIsNobodysLeave() {
        shelf.bucket.write(Claim.key(shelf.root), "{".getBytes(StandardCharsets.UTF_8));

        assertThatThrownBy(() -> isOurs(US)).isInstanceOfSatisfying(WorkFailure.class, failure -> {
            assertThat(failure.reason()).isEqualTo(Reason.NotOwner);
            assertThat(failure.getMessage()).contains(Claim.key(shelf.root), "delete it if no other cluster writes there");
        });
    }

    @Test
    void nothingIsPurgedInTheStoreOfAnother() {
        assertThat(isOurs(THEM)).isTrue();
        Shelf.Backup old = shelf.backup("old");
        MaintainTask task = new MaintainTask(shelf.access(StoreAccess.Tagging.Auto), shelf.root, US, List.of(), List.of(), List.of(old.purge()), null);

        assertThatThrownBy(() -> shelf.run(task)).isInstanceOfSatisfying(WorkFailure.class, failure -> assertThat(failure.reason()).isEqualTo(Reason.NotOwner));
        assertThat(shelf.bucket.keys(old.prefix())).hasSize(2);
    }
}
