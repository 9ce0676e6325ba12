package dev.remuda.task;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/** One piece of work for one Job. It names secrets by file; it never holds one. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = BackupTask.class, name = "backup"),
    @JsonSubTypes.Type(value = RestoreTask.class, name = "restore"),
    @JsonSubTypes.Type(value = SettleTask.class, name = "settle"),
    @JsonSubTypes.Type(value = MaintainTask.class, name = "maintain"),
})
public sealed interface Task permits BackupTask, RestoreTask, SettleTask, MaintainTask {}
