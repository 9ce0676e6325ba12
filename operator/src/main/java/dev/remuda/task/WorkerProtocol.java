package dev.remuda.task;

/** Where a worker finds its task and leaves its result. */
public final class WorkerProtocol {
    /** Environment variable that holds the task, as JSON. */
    public static final String TASK_VARIABLE = "REMUDA_TASK";

    /** Environment variable that names the file for the result; the kubelet's default when it is absent. */
    public static final String RESULT_FILE_VARIABLE = "REMUDA_RESULT_FILE";

    public static final String DEFAULT_RESULT_FILE = "/dev/termination-log";

    /** Environment variable that names the folder with one folder a PostgreSQL major; Debian's layout when it is absent. */
    public static final String CLIENTS_VARIABLE = "REMUDA_POSTGRESQL_CLIENTS";

    public static final String DEFAULT_CLIENTS = "/usr/lib/postgresql";

    /** Environment variable that names the folder with the room that a restore's {@code scratch} gives. */
    public static final String SCRATCH_VARIABLE = "REMUDA_SCRATCH";

    public static final String DEFAULT_SCRATCH = "/scratch";

    /** File in each backup's prefix whose presence makes the backup one. */
    public static final String MANIFEST = "manifest.json";

    private WorkerProtocol() {}
}
