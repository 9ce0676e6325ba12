package dev.remuda.observability;

import java.util.List;

/** What is told of policies, Backups and Restores. Names, labels and meaning are public: alerts and dashboards of others rest on them. */
enum Gauge {
    LEADING("remuda_operator_leading", "1: this operator holds the lease and acts"),
    AGE("database_backup_age_seconds", "Seconds since the snapshot of the newest Completed Backup; absent until there is one", "namespace", "policy", "database"),
    SIZE("database_backup_size_bytes", "Stored bytes of the newest Completed Backup", "namespace", "policy", "database"),
    POLICY_CREATED("remuda_policy_created_timestamp_seconds", "When the BackupPolicy was created", "namespace", "policy"),
    POLICY_READY("remuda_policy_ready", "1 while the schedules of the BackupPolicy are understood and backups can be made, else 0", "namespace", "policy"),
    POLICY_MAINTAINED("remuda_policy_maintained", "1 when the last look into the store found and did all that it should, else 0; absent before the first", "namespace", "policy"),
    POLICY_SUSPENDED("remuda_policy_suspended", "1 while the BackupPolicy is suspended, else 0", "namespace", "policy"),
    MAINTENANCE_SUCCESS("remuda_maintenance_last_success_timestamp_seconds", "When the store of the BackupPolicy was last kept in order without a failure", "namespace", "policy"),
    RETENTION_DUE("remuda_retention_due_backups", "How many Backups no tier keeps and are not purged yet", "namespace", "policy"),
    NEXT("remuda_backup_next_timestamp_seconds", "When the next scheduled Backup is due; absent: none is", "namespace", "policy"),
    INTERVAL("remuda_backup_interval_seconds", "Between the next two moments of the densest schedule; absent: nothing is scheduled", "namespace", "policy"),
    OVERDUE("remuda_backup_overdue_seconds", "For how long a scheduled Backup is due that has not begun, else 0; absent: none is scheduled", "namespace", "policy"),
    LAST_SUCCESS("remuda_backup_last_success_timestamp_seconds", "When the newest Completed Backup was completed", "namespace", "policy"),
    LAST_FAILURE("remuda_backup_last_failure_timestamp_seconds", "When the newest Failed Backup that is still listed failed", "namespace", "policy"),
    LAST_RESULT("remuda_backup_last_result", "1 when the Backup that ended last was Completed, 0 when it Failed", "namespace", "policy"),
    LAST_DURATION("remuda_backup_last_duration_seconds", "How long the newest Completed Backup took, with all its attempts", "namespace", "policy"),
    LAST_ATTEMPTS("remuda_backup_last_attempts", "How many attempts the Backup that ended last took", "namespace", "policy"),
    LAST_DATABASE_SIZE("remuda_backup_last_database_size_bytes", "Size on its server of the database in the newest Completed Backup", "namespace", "policy"),
    LAST_RATIO("remuda_backup_last_compression_ratio", "Size of the database on its server, divided by the stored bytes of its newest Completed Backup", "namespace", "policy"),
    BACKUPS("remuda_backups", "Backups that exist as resources, by the tier that keeps them (empty: none) and phase", "namespace", "policy", "tier", "phase"),
    STORED("remuda_stored_bytes", "Stored bytes of Completed Backups, by tier and storage class (empty: the bucket's default)", "namespace", "policy", "tier", "storage_class"),
    RESTORES("remuda_restores", "Restores that exist as resources, by phase", "namespace", "policy", "phase"),
    RESTORE_SUCCESS("remuda_restore_last_success_timestamp_seconds", "When the newest Completed Restore of a Backup of the policy was completed", "namespace", "policy"),
    RESTORE_FAILURE("remuda_restore_last_failure_timestamp_seconds", "When the newest Failed Restore of a Backup of the policy failed", "namespace", "policy"),
    RESTORE_DURATION("remuda_restore_last_duration_seconds", "How long the newest Completed Restore of a Backup of the policy took", "namespace", "policy"),
    POLICY_VERIFIED("remuda_policy_verified", "1 while the last drill succeeded and no kept backup is known to be damaged, else 0; absent before the first", "namespace", "policy"),
    VERIFICATION_SUCCESS("remuda_verification_last_success_timestamp_seconds", "When a drill last restored a backup of the policy with success", "namespace", "policy"),
    VERIFICATION_DURATION("remuda_verification_last_duration_seconds", "How long that took, from the first look at the store until all was compared", "namespace", "policy"),
    VERIFICATION_INTERVAL("remuda_verification_interval_seconds", "Between the next two moments of the schedule of drills; absent: none are scheduled", "namespace", "policy"),
    DAMAGED("remuda_damaged_backups", "Completed Backups that are known not to be what they were when they were made", "namespace", "policy"),
    SUSPICIOUS("remuda_suspicious_backups", "Completed Backups that lack much of what the normal one before them had", "namespace", "policy"),
    COPY_BACKUPS("remuda_copy_backups", "How many Backups have that copy", "namespace", "policy", "copy"),
    COPY_BEHIND("remuda_copy_behind_backups", "How many Backups shall have that copy and have not yet", "namespace", "policy", "copy"),
    COPY_LAG("remuda_copy_lag_seconds", "Seconds since the first of those was completed; 0: there is none", "namespace", "policy", "copy"),
    THREE_TWO_ONE("remuda_policy_three_two_one", "1 while the newest data lies in three places of two kinds, one of them off-site, else 0; absent without spec.copies", "namespace", "policy"),
    OBJECTIVE("remuda_objective_seconds", "What spec.objectives of the BackupPolicy promises: rpo and rto", "namespace", "policy", "objective"),
    OBJECTIVE_BREACHED("remuda_objective_breached", "1 when what was measured is more than was promised, else 0; absent: nothing was measured yet", "namespace", "policy", "objective");

    private final String metric;
    private final String help;
    private final List<String> labels;

    Gauge(String metric, String help, String... labels) {
        this.metric = metric;
        this.help = help;
        this.labels = List.of(labels);
    }

    String metric() {
        return metric;
    }

    String help() {
        return help;
    }

    List<String> labels() {
        return labels;
    }
}
