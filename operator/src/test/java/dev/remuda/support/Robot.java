package dev.remuda.support;

import java.time.Clock;
import java.time.Instant;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;

import dev.remuda.task.BackupResult;
import dev.remuda.task.BackupTask;
import dev.remuda.task.CatalogueResult;
import dev.remuda.task.CatalogueTask;
import dev.remuda.task.Json;
import dev.remuda.task.MaintainResult;
import dev.remuda.task.MaintainTask;
import dev.remuda.task.ReportResult;
import dev.remuda.task.ReportTask;
import dev.remuda.task.RestoreTask;
import dev.remuda.task.Result;
import dev.remuda.task.SwitchResult;
import dev.remuda.task.SwitchTask;
import dev.remuda.task.Task;

/** A cluster in which every Job has a Pod at once, and every worker succeeds at once. */
public final class Robot implements AutoCloseable {
    private final KubernetesClient client;
    private final Clock clock;
    private final ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor();
    private final SharedIndexInformer<Job> jobs;

    /** Does the work of all Jobs whose namespace begins like that. */
    public Robot(KubernetesClient client, Clock clock, String namespaces) {
        this.client = client;
        this.clock = clock;
        this.jobs = client.resources(Job.class).inAnyNamespace().withLabel("app.kubernetes.io/managed-by", "remuda").inform(new ResourceEventHandler<>() {
            @Override
            public void onAdd(Job job) {
                if (job.getMetadata().getNamespace().startsWith(namespaces)) {
                    workers.submit(() -> work(job));
                }
            }

            @Override
            public void onUpdate(Job before, Job after) {}

            @Override
            public void onDelete(Job job, boolean unknown) {}
        });
    }

    @Override
    public void close() {
        jobs.close();
        workers.close();
    }

    private void work(Job job) {
        Task task = Json.read(job.getSpec().getTemplate().getSpec().getContainers().getFirst().getEnv().getFirst().getValue(), Task.class);
        Pod pod = Pods.owned(job, Pods.reported(job, result(task)));
        Pod made = client.resource(pod).create();
        made.setStatus(pod.getStatus());
        client.resource(made).updateStatus();
    }

    private Result result(Task task) {
        return switch (task) {
            case BackupTask backup -> backedUp(backup);
            case RestoreTask look when look.stage() == RestoreTask.Stage.Preflight -> Samples.looked(true);
            case RestoreTask restore -> Samples.restored();
            case SwitchTask switching -> new SwitchResult("horses", Samples.TARGET_OID, "ALTER DATABASE …", 40, null, clock.instant());
            case ReportTask report -> new ReportResult("s3://backups/" + report.key());
            case CatalogueTask catalogue -> new CatalogueResult(0, null, false, null, null);
            case MaintainTask maintain -> new MaintainResult(
                    maintain.kept().size(), null, maintain.purges().stream().map(MaintainTask.Purge::uid).toList(),
                    maintain.moves().stream().map(move -> new MaintainResult.Moved(move.uid(), move.tier(), move.storageClass())).toList(), null, null, 0, 0);
            default -> throw new AssertionError("nothing should be lost here: " + task);
        };
    }

    private BackupResult backedUp(BackupTask task) {
        Instant now = clock.instant();
        BackupResult r = Samples.backedUp();
        return new BackupResult(
                r.databaseName(), task.prefix() + "data.dump.zst", r.sizeBytes(), r.checksum(), r.databaseSizeBytes(), now, now, now.plusSeconds(31), r.serverVersion(), r.lsn(),
                r.extensions(), r.tables(), r.rows(), r.note(), null);
    }
}
