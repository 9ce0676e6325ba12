package dev.remuda.job;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

import io.fabric8.kubernetes.api.model.HasMetadata;

/** Labels by which Jobs and Pods are found again. */
public final class Labels {
    public static final String MANAGED_BY = "app.kubernetes.io/managed-by";
    public static final String OWNER_KIND = "remuda.dev/owner-kind";
    public static final String OWNER_UID = "remuda.dev/owner-uid";
    public static final String TASK = "remuda.dev/task";

    /** Names may be longer than a label's value, so the full name stands in an annotation of the same key. */
    public static final String OWNER_NAME = "remuda.dev/owner-name";

    /** Annotation of a Backup that shall end because the named newer one takes its place. */
    public static final String REPLACED_BY = "remuda.dev/replaced-by";

    /** Annotation of a BackupPolicy: when it changes, the store is looked through for backups that have no Backup. */
    public static final String CATALOGUE = "remuda.dev/catalogue";

    /** Annotation of a BackupPolicy: the uid of the BackupPolicy, of another cluster, whose place in the store it takes. */
    public static final String TAKE_OVER = "remuda.dev/take-over";

    /** Annotation of a Backup: when it changes, the Backup is proved, by a drill where its policy has somewhere to restore to, else by being read. */
    public static final String VERIFY = "remuda.dev/verify";

    /** Annotation of a Backup: a person has looked at it and takes it for a normal one, though it is suspicious. */
    public static final String ACCEPT = "remuda.dev/accept";

    /** Annotation of a Pod with a server in it: the user that it runs as, as a line of /etc/passwd. */
    static final String PASSWD = "remuda.dev/passwd";

    /** Annotation of a Backup that was found in the store: what it is, as JSON of a {@link dev.remuda.task.Catalogued}. */
    public static final String FOUND = "remuda.dev/found";

    /** Label of a Backup: true when its data is purged when it is deleted. */
    public static final String DELETED_WITH_DATA = "remuda.dev/deleted-with-data";

    /** Finalizer of a Backup whose data is purged when it is deleted. */
    public static final String PURGE = "remuda.dev/purge";

    /** Label of a Restore: true while something of its work may be left on the server. */
    public static final String UNDER_WAY = "remuda.dev/under-way";

    /** Finalizer of a Restore that is under way: what it has begun is cleaned up before it goes. */
    public static final String CLEAN_UP = "remuda.dev/clean-up";

    private Labels() {}

    /** Selects what belongs to any resource of a kind. */
    public static String selector(String ownerKind) {
        return MANAGED_BY + "=remuda," + OWNER_KIND + "=" + ownerKind;
    }

    public static boolean isDeletedWithData(HasMetadata backup) {
        return backup.getMetadata().getLabels() != null && "true".equals(backup.getMetadata().getLabels().get(DELETED_WITH_DATA));
    }

    /** The resource's labels with that one; false where it never stood is left out. */
    public static Map<String, String> deletedWithData(HasMetadata backup, boolean so) {
        Map<String, String> labels = new HashMap<>(Objects.requireNonNullElse(backup.getMetadata().getLabels(), Map.of()));
        if (so || labels.containsKey(DELETED_WITH_DATA)) {
            labels.put(DELETED_WITH_DATA, Boolean.toString(so));
        }
        return labels;
    }

    public static boolean isUnderWay(HasMetadata restore) {
        return restore.getMetadata().getLabels() != null && "true".equals(restore.getMetadata().getLabels().get(UNDER_WAY));
    }

    /** The resource's labels with that one, or without it. */
    public static Map<String, String> underWay(HasMetadata restore, boolean so) {
        Map<String, String> labels = new HashMap<>(Objects.requireNonNullElse(restore.getMetadata().getLabels(), Map.of()));
        labels.remove(UNDER_WAY);
        if (so) {
            labels.put(UNDER_WAY, "true");
        }
        return labels;
    }

    /** What is made for a resource and found again by it, though it need not belong to it. */
    public static Map<String, String> of(Owner owner, String task) {
        return Map.of(MANAGED_BY, "remuda", OWNER_KIND, owner.kind(), OWNER_UID, owner.uid(), TASK, task);
    }
}
