package dev.remuda.worker;

import java.nio.charset.StandardCharsets;
import java.util.List;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

import dev.remuda.task.CatalogueResult;
import dev.remuda.task.CatalogueTask;
import dev.remuda.task.Catalogued;
import dev.remuda.task.Claimant;
import dev.remuda.task.MaintainTask;
import dev.remuda.task.MaintainTask.Kept;
import dev.remuda.task.MaintainTask.Move;
import dev.remuda.task.Reason;
import dev.remuda.task.StorageClass;
import dev.remuda.task.StoreAccess;
import dev.remuda.worker.store.ObjectStore;
import dev.remuda.worker.store.S3ObjectStore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class CatalogueIT {
    private static final Claimant US = new Claimant("policy-1", "cluster-1", null);
    private final Shelf shelf = new Shelf();
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final Logger logger = (Logger) LoggerFactory.getLogger(CatalogueRun.class);

    @BeforeEach
    void listen() {
        log.start();
        logger.addAppender(log);
    }

    @AfterEach
    void stop() {
        logger.detachAppender(log);
        log.stop();
    }

    private CatalogueResult run(String after, int most) {
        log.list.clear();
        CatalogueTask task = new CatalogueTask(shelf.access(StoreAccess.Tagging.Auto), shelf.root, US, after, most);
        try (ObjectStore store = new S3ObjectStore(task.store(), new Stop())) {
            return new CatalogueRun(task, store, new Stop()).run();
        }
    }

    private List<Catalogued> told() {
        return log.list.stream()
                .map(ILoggingEvent::getFormattedMessage)
                .filter(line -> line.startsWith(Catalogued.MARK))
                .map(line -> Catalogued.read(line.substring(Catalogued.MARK.length())).orElseThrow())
                .toList();
    }

    @Test
    void eachWholeBackupIsToldAsItsManifestHasIt() {
        Shelf.Backup one = shelf.backup("one");
        Shelf.Backup two = shelf.backup("two");
        shelf.bucket.write(shelf.root + "half/data.dump.zst", new byte[3]);
        shelf.bucket.write(shelf.root + "deep/er/manifest.json", new byte[3]);

        assertThat(run(null, 10)).isEqualTo(new CatalogueResult(2, two.prefix(), false, null, null));

        assertThat(told()).extracting(Catalogued::number).containsExactly(1, 2);
        assertThat(told()).extracting(Catalogued::backup).containsExactly("one", "two");
        assertThat(told()).extracting(Catalogued::prefix).containsExactly(one.prefix(), two.prefix());
        Catalogued first = told().getFirst();
        assertThat(first.tiers()).containsExactly("daily");
        assertThat(first.tier()).isEqualTo("daily");
        assertThat(first.storageClass()).isEqualTo(StorageClass.STANDARD);
        assertThat(first.pinned()).isFalse();
        assertThat(first.safety()).isNull();
        assertThat(first.result().databaseName()).isEqualTo("horse_racing");
        assertThat(first.result().sizeBytes()).isEqualTo(one.dump().length);
    }

    @Test
    void theTierOfTodayAndThePinAreThoseThatMaintenanceNoted() {
        Shelf.Backup one = shelf.backup("one");
        Kept pinned = new Kept("one", one.dataKey(), one.dump().length, true);
        shelf.run(shelf.task(List.of(pinned), List.of(new Move("u", "one", one.prefix(), "monthly", null)), List.of(), null));

        run(null, 10);
        assertThat(told()).singleElement().satisfies(found -> {
            assertThat(found.tier()).isEqualTo("monthly");
            assertThat(found.pinned()).isTrue();
        });
        shelf.run(shelf.task(List.of(one.kept()), List.of(), List.of(), null));
        run(null, 10);
        assertThat(told()).singleElement().satisfies(found -> assertThat(found.pinned()).isFalse());
    }

    @Test
    void manyAreToldInPortions() {
        List<String> prefixes = List.of("a", "b", "c", "d", "e").stream().map(name -> shelf.backup(name).prefix()).toList();

        CatalogueResult first = run(null, 2);
        assertThat(first).isEqualTo(new CatalogueResult(2, prefixes.get(1), true, null, null));
        CatalogueResult second = run(first.last(), 2);
        assertThat(told()).extracting(Catalogued::backup).containsExactly("c", "d");
        CatalogueResult third = run(second.last(), 2);
        assertThat(told()).extracting(Catalogued::backup).containsExactly("e");
        assertThat(third).isEqualTo(new CatalogueResult(1, prefixes.get(4), false, null, null));
        assertThat(run(third.last(), 2)).as("nothing beyond").isEqualTo(new CatalogueResult(0, prefixes.get(4), false, null, null));
    }

    @Test
    void whatIsNotWholeIsNamedAndLeftOut() {
        shelf.backup("good");
        Shelf.Backup torn = shelf.backup("torn");
        shelf.bucket.delete(torn.dataKey());
        Shelf.Backup odd = shelf.backup("odd");
        shelf.bucket.write(odd.prefix() + "manifest.json", "{".getBytes(StandardCharsets.UTF_8));

        CatalogueResult result = run(null, 10);

        assertThat(result.told()).isEqualTo(1);
        assertThat(told()).extracting(Catalogued::number).containsExactly(1);
        assertThat(result.unreadable()).containsExactlyInAnyOrder(
                odd.prefix().substring(shelf.root.length()) + ": ManifestInvalid", torn.prefix().substring(shelf.root.length()) + ": ObjectMissing");
    }

    @Test
    void whatBelongsToAnotherClusterIsToldOfAllTheSame() {
        Shelf.Backup one = shelf.backup("one");
        Claim.require(shelf.store(StoreAccess.Tagging.Auto), shelf.root, new Claimant("policy-2", "cluster-2", null));

        CatalogueResult result = run(null, 10);

        assertThat(result).isEqualTo(new CatalogueResult(1, one.prefix(), false, result.heldBy(), null));
        assertThat(result.heldBy()).contains("belongs to the BackupPolicy of another cluster (uid policy-2, since ")
                .endsWith("kubectl annotate --overwrite bpol a -n production remuda.dev/take-over=policy-2");
    }

    @Test
    void anEmptyStoreAndOneThatIsAwayAreNotTheSame() {
        assertThat(run(null, 10)).isEqualTo(new CatalogueResult(0, null, false, null, null));
        StoreAccess nowhere = new StoreAccess("no-such-bucket", "us-east-1", shelf.access(StoreAccess.Tagging.Auto).endpoint(), true, shelf.access(StoreAccess.Tagging.Auto).secret(), StoreAccess.Tagging.Auto);
        CatalogueTask task = new CatalogueTask(nowhere, shelf.root, US, null, 10);
        try (ObjectStore store = new S3ObjectStore(task.store(), new Stop())) {
            CatalogueRun run = new CatalogueRun(task, store, new Stop());
            assertThatThrownBy(run::run).isInstanceOfSatisfying(WorkFailure.class, failure -> assertThat(failure.reason()).isEqualTo(Reason.BucketNotFound));
        }
    }
}
