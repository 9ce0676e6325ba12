package dev.remuda.api;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn.Type;
import io.fabric8.generator.annotation.Required;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/** One backup of one database: the wish to have it, and what came of it. */
@Group(Api.GROUP)
@Version(Api.VERSION)
@ShortNames("bkp")
@Categories(Api.CATEGORY)
@AdditionalPrinterColumn(name = "Policy", jsonPath = ".spec.policyRef.name", type = Type.STRING)
@AdditionalPrinterColumn(name = "Tier", jsonPath = ".status.tier", type = Type.STRING)
@AdditionalPrinterColumn(name = "Phase", jsonPath = ".status.phase", type = Type.STRING)
@AdditionalPrinterColumn(name = "Reason", jsonPath = ".status.conditions[?(@.type==\"Completed\")].reason", type = Type.STRING)
@AdditionalPrinterColumn(name = "Size", jsonPath = ".status.size", type = Type.STRING)
@AdditionalPrinterColumn(name = "Duration", jsonPath = ".status.duration", type = Type.STRING)
@AdditionalPrinterColumn(name = "Verified", jsonPath = ".status.conditions[?(@.type==\"Verified\")].status", type = Type.STRING)
@AdditionalPrinterColumn(name = "Expires", jsonPath = ".status.expiresAt", type = Type.STRING)
@AdditionalPrinterColumn(name = "Age", jsonPath = ".metadata.creationTimestamp", type = Type.DATE)
public class Backup extends CustomResource<BackupSpec, BackupStatus> implements Namespaced, Versioned {
    /** The oldest snapshot first, of Backups that have one: a backup that took long is as old as what is in it. */
    public static final Comparator<Backup> BY_SNAPSHOT =
            Comparator.<Backup, Instant>comparing(backup -> backup.getStatus().snapshotAt()).thenComparing(backup -> backup.getMetadata().getName());

    private static final long serialVersionUID = 1L;

    private final transient List<String> unread = new ArrayList<>();

    /** Who wrote a Backup is never asked. */
    @Override
    public void setMetadata(ObjectMeta metadata) {
        super.setMetadata(Writers.none(metadata));
    }

    @Required
    @Override
    public BackupSpec getSpec() {
        return super.getSpec();
    }

    @JsonDeserialize(using = Reading.class)
    @Override
    public void setSpec(BackupSpec spec) {
        super.setSpec(spec);
    }

    @JsonDeserialize(using = Reading.class)
    @Override
    public void setStatus(BackupStatus status) {
        super.setStatus(status);
    }

    @Override
    public List<String> unread() {
        return unread;
    }

    /** A copy with another status; what a watch has brought is never changed in place. */
    public Backup with(BackupStatus status) {
        Backup copy = new Backup();
        copy.setMetadata(getMetadata());
        copy.setSpec(getSpec());
        copy.setStatus(status);
        copy.unread.addAll(unread);
        return copy;
    }
}
