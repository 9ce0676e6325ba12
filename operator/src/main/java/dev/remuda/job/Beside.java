package dev.remuda.job;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;

import dev.remuda.api.VerificationSpec;
import dev.remuda.task.DrillTask;

/**
 * A throwaway PostgreSQL in the Pod of a drill, from an image of the user's. Only the Pod's own loopback reaches it, so it asks for no password.
 * It is a sidecar: it starts first, and the kubelet ends it when the worker has ended.
 */
final class Beside {
    static final String SERVER = "server";
    static final String PASSWD = "passwd";

    private static final String ROOM = "drill";
    private static final String DATA = DrillTask.FOLDER + "/data";

    /**
     * initdb wants to know the name of the user that it runs as, which no image has; so /etc/passwd is a file of ours. A script that ended at once would
     * keep the worker from beginning, and then nobody said why: it leaves word and stays.
     */
    private static final String SCRIPT = """
            failed() {
              printf '%%s\\n' "$1" >&2
              printf '%%s\\n' "$1" >%1$s/%2$s
              trap 'exit 0' TERM
              while :; do sleep 60 & wait $!; done
            }
            for folder in /usr/lib/postgresql/*/bin /usr/local/pgsql/bin; do PATH=$PATH:$folder; done
            command -v initdb >/dev/null && command -v postgres >/dev/null || failed 'the image has no initdb or postgres'
            umask 077
            if [ ! -s %3$s/PG_VERSION ]; then
              rm -rf %3$s
              said=$(initdb -D %3$s -U postgres -A trust -E UTF8 --locale=C 2>&1) || failed "initdb: $(printf '%%s' "$said" | tail -n 3)"
            fi
            rm -f %3$s/postmaster.pid
            trap 'kill -INT $server 2>/dev/null; wait $server; exit 0' TERM
            postgres -D %3$s "$@" &
            server=$!
            wait $server
            failed "postgres ended with exit code $?; the log of container server has its words"
            """.formatted(DrillTask.FOLDER, DrillTask.FAILED, DATA);

    private static final ResourceRequirements USUAL_RESOURCES = new ResourceRequirementsBuilder()
            .addToRequests("cpu", new Quantity("100m"))
            .addToRequests("memory", new Quantity("256Mi"))
            .addToLimits("memory", new Quantity("1Gi"))
            .build();

    private Beside() {}

    static String passwd(long user) {
        return "postgres:x:" + user + ":" + user + "::" + DrillTask.FOLDER + ":/bin/sh";
    }

    /** @param preload whether the backup needs TimescaleDB */
    static Container server(VerificationSpec.Server spec, boolean preload) {
        return new ContainerBuilder()
                .withName(SERVER)
                .withImage(spec.image())
                .withRestartPolicy("Always")
                .withCommand("/bin/sh", "-c", SCRIPT, SERVER)
                .withArgs(settings(spec, preload))
                .withResources(spec.resources() == null ? USUAL_RESOURCES : spec.resources())
                .withSecurityContext(Containers.restricted(null))
                .withVolumeMounts(shared(), new VolumeMountBuilder().withName(PASSWD).withMountPath("/etc/passwd").withSubPath(PASSWD).withReadOnly(true).build())
                .build();
    }

    static VolumeMount shared() {
        return new VolumeMountBuilder().withName(ROOM).withMountPath(DrillTask.FOLDER).build();
    }

    static Volume room(VerificationSpec.Server spec) {
        Quantity size = new Quantity(spec.size());
        if (spec.storageClassName() == null) {
            return new VolumeBuilder().withName(ROOM).withNewEmptyDir().withSizeLimit(size).endEmptyDir().build();
        }
        return new VolumeBuilder()
                .withName(ROOM)
                .withNewEphemeral()
                .withNewVolumeClaimTemplate()
                .withNewSpec()
                .withAccessModes("ReadWriteOnce")
                .withStorageClassName(spec.storageClassName())
                .withNewResources()
                .addToRequests("storage", size)
                .endResources()
                .endSpec()
                .endVolumeClaimTemplate()
                .endEphemeral()
                .build();
    }

    /** The user's words win, but for where it listens. */
    private static List<String> settings(VerificationSpec.Server spec, boolean preload) {
        Map<String, String> all = new TreeMap<>();
        all.put("dynamic_shared_memory_type", "mmap"); // a container's /dev/shm is small
        if (preload) {
            all.put("shared_preload_libraries", "timescaledb");
            all.put("timescaledb.telemetry_level", "off");
        }
        all.putAll(spec.parameters());
        all.putAll(Map.of("listen_addresses", "127.0.0.1", "port", Integer.toString(DrillTask.PORT), "unix_socket_directories", ""));
        List<String> arguments = new ArrayList<>();
        all.forEach((name, value) -> arguments.addAll(List.of("-c", name + "=" + value)));
        return arguments;
    }
}
