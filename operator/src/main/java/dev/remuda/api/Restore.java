package dev.remuda.api;

import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn.Type;
import io.fabric8.generator.annotation.Required;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/** One restore of one backup into one database. */
@Group(Api.GROUP)
@Version(Api.VERSION)
@ShortNames("rst")
@Categories(Api.CATEGORY)
@AdditionalPrinterColumn(name = "Source", jsonPath = ".status.backup", type = Type.STRING)
@AdditionalPrinterColumn(name = "Target", jsonPath = ".status.databaseName", type = Type.STRING)
@AdditionalPrinterColumn(name = "Strategy", jsonPath = ".spec.strategy", type = Type.STRING)
@AdditionalPrinterColumn(name = "Phase", jsonPath = ".status.phase", type = Type.STRING)
@AdditionalPrinterColumn(name = "Reason", jsonPath = ".status.conditions[?(@.type==\"Completed\")].reason", type = Type.STRING)
@AdditionalPrinterColumn(name = "Duration", jsonPath = ".status.duration", type = Type.STRING)
@AdditionalPrinterColumn(name = "Age", jsonPath = ".metadata.creationTimestamp", type = Type.DATE)
public class Restore extends CustomResource<RestoreSpec, RestoreStatus> implements Namespaced, Versioned {
    private static final long serialVersionUID = 1L;

    private final transient List<String> unread = new ArrayList<>();

    @Required
    @Override
    public RestoreSpec getSpec() {
        return super.getSpec();
    }

    @JsonDeserialize(using = Reading.class)
    @Override
    public void setSpec(RestoreSpec spec) {
        super.setSpec(spec);
    }

    @JsonDeserialize(using = Reading.class)
    @Override
    public void setStatus(RestoreStatus status) {
        super.setStatus(status);
    }

    @Override
    public List<String> unread() {
        return unread;
    }

    /** A copy with another status; what a watch has brought is never changed in place. */
    public Restore with(RestoreStatus status) {
        Restore copy = new Restore();
        copy.setMetadata(getMetadata());
        copy.setSpec(getSpec());
        copy.setStatus(status);
        copy.unread.addAll(unread);
        return copy;
    }

    /** Whether it has not ended and is of the Backup of that name. */
    public boolean isReading(String backup) {
        RestoreStatus status = getStatus() == null ? RestoreStatus.NONE : getStatus();
        NameRef named = getSpec().source().backupRef();
        return !status.hasEnded() && (backup.equals(status.backup()) || named != null && named.name().equals(backup));
    }
}
