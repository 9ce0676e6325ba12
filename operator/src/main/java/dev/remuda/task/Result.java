package dev.remuda.task;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/** What a worker reports when it ends: at most {@value Json#MAX_RESULT_BYTES} bytes of JSON, the room of a termination message. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = BackupResult.class, name = "backup"),
    @JsonSubTypes.Type(value = PreflightResult.class, name = "preflight"),
    @JsonSubTypes.Type(value = RestoreResult.class, name = "restore"),
    @JsonSubTypes.Type(value = ConnectionResult.class, name = "connection"),
    @JsonSubTypes.Type(value = SwitchResult.class, name = "switch"),
    @JsonSubTypes.Type(value = CleanUpResult.class, name = "cleanUp"),
    @JsonSubTypes.Type(value = DropResult.class, name = "drop"),
    @JsonSubTypes.Type(value = ReportResult.class, name = "report"),
    @JsonSubTypes.Type(value = SettleResult.class, name = "settle"),
    @JsonSubTypes.Type(value = MaintainResult.class, name = "maintain"),
    @JsonSubTypes.Type(value = CatalogueResult.class, name = "catalogue"),
    @JsonSubTypes.Type(value = VerifyResult.class, name = "verify"),
    @JsonSubTypes.Type(value = CopyResult.class, name = "copy"),
    @JsonSubTypes.Type(value = FailureResult.class, name = "failure"),
})
public sealed interface Result
        permits BackupResult, PreflightResult, RestoreResult, ConnectionResult, SwitchResult, CleanUpResult, DropResult, ReportResult, SettleResult, MaintainResult,
                CatalogueResult, VerifyResult, CopyResult, FailureResult {}
