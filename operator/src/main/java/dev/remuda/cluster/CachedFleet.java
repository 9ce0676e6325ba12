package dev.remuda.cluster;

import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.javaoperatorsdk.operator.RegisteredController;
import io.javaoperatorsdk.operator.processing.Controller;

import dev.remuda.api.Backup;
import dev.remuda.api.BackupPolicy;
import dev.remuda.api.Restore;
import dev.remuda.observability.Fleet;

/** What the controllers' watches hold. */
public record CachedFleet(BooleanSupplier leading, Controller<BackupPolicy> policyController, Controller<Backup> backupController, Controller<Restore> restoreController) implements Fleet {
    public static CachedFleet of(
            BooleanSupplier leading, RegisteredController<BackupPolicy> policies, RegisteredController<Backup> backups, RegisteredController<Restore> restores) {
        return new CachedFleet(leading, (Controller<BackupPolicy>) policies, (Controller<Backup>) backups, (Controller<Restore>) restores);
    }

    @Override
    public boolean isLed() {
        return leading.getAsBoolean();
    }

    @Override
    public Stream<BackupPolicy> policies() {
        return cached(policyController);
    }

    @Override
    public Stream<Backup> backups() {
        return cached(backupController);
    }

    @Override
    public Stream<Restore> restores() {
        return cached(restoreController);
    }

    private static <R extends HasMetadata> Stream<R> cached(Controller<R> controller) {
        return controller.getEventSourceManager().getControllerEventSource().list(resource -> true);
    }
}
