package dev.remuda.task;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/** One piece of work for one Job. It names secrets by file; it never holds one. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = BackupTask.class, name = "backup"),
    @JsonSubTypes.Type(value = RestoreTask.class, name = "restore"),
    @JsonSubTypes.Type(value = ConnectionTask.class, name = "connection"),
    @JsonSubTypes.Type(value = SwitchTask.class, name = "switch"),
    @JsonSubTypes.Type(value = CleanUpTask.class, name = "cleanUp"),
    @JsonSubTypes.Type(value = DropTask.class, name = "drop"),
    @JsonSubTypes.Type(value = ReportTask.class, name = "report"),
    @JsonSubTypes.Type(value = SettleTask.class, name = "settle"),
    @JsonSubTypes.Type(value = MaintainTask.class, name = "maintain"),
    @JsonSubTypes.Type(value = CatalogueTask.class, name = "catalogue"),
    @JsonSubTypes.Type(value = VerifyTask.class, name = "verify"),
    @JsonSubTypes.Type(value = DrillTask.class, name = "drill"),
    @JsonSubTypes.Type(value = CopyTask.class, name = "copy"),
})
public sealed interface Task
        permits BackupTask, RestoreTask, ConnectionTask, SwitchTask, CleanUpTask, DropTask, ReportTask, SettleTask, MaintainTask, CatalogueTask, VerifyTask, DrillTask,
                CopyTask {}
