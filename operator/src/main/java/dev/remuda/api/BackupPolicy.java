package dev.remuda.api;

import java.util.ArrayList;
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
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/** How one database is backed up: where it is, where its dumps go, and how they are made. */
@Group(Api.GROUP)
@Version(Api.VERSION)
@Plural("backuppolicies")
@ShortNames("bpol")
@Categories(Api.CATEGORY)
@AdditionalPrinterColumn(name = "Database", jsonPath = ".spec.database.name", type = Type.STRING)
@AdditionalPrinterColumn(name = "Ready", jsonPath = ".status.conditions[?(@.type==\"Ready\")].status", type = Type.STRING)
@AdditionalPrinterColumn(name = "Suspended", jsonPath = ".spec.suspend", type = Type.BOOLEAN, priority = 1)
@AdditionalPrinterColumn(name = "Last Backup", jsonPath = ".status.lastBackup.completedAt", type = Type.DATE)
@AdditionalPrinterColumn(name = "Next Backup", jsonPath = ".status.nextBackup", type = Type.STRING)
@AdditionalPrinterColumn(name = "Kept", jsonPath = ".status.retention.kept", type = Type.INTEGER)
@AdditionalPrinterColumn(name = "Size", jsonPath = ".status.lastBackup.size", type = Type.STRING)
@AdditionalPrinterColumn(name = "Verified", jsonPath = ".status.verification.lastVerified.finishedAt", type = Type.DATE)
@AdditionalPrinterColumn(name = "Age", jsonPath = ".metadata.creationTimestamp", type = Type.DATE)
public class BackupPolicy extends CustomResource<BackupPolicySpec, BackupPolicyStatus> implements Namespaced, Versioned {
    private static final long serialVersionUID = 1L;

    private final transient List<String> unread = new ArrayList<>();

    @Override
    public void setMetadata(ObjectMeta metadata) {
        super.setMetadata(Writers.brief(metadata));
    }

    @Required
    @Override
    public BackupPolicySpec getSpec() {
        return super.getSpec();
    }

    @JsonDeserialize(using = Reading.class)
    @Override
    public void setSpec(BackupPolicySpec spec) {
        super.setSpec(spec);
    }

    @JsonDeserialize(using = Reading.class)
    @Override
    public void setStatus(BackupPolicyStatus status) {
        super.setStatus(status);
    }

    @Override
    public List<String> unread() {
        return unread;
    }
}
