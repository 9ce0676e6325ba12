package dev.remuda.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;

import dev.remuda.task.RestoreStrategy;

/** What to restore and where to. A Restore runs once. */
@ValidationRule(value = "self == oldSelf", message = "a Restore's spec cannot be changed; create another Restore")
@ValidationRule(
        value = "self.strategy != 'Recreate' || has(self.confirm)",
        message = "strategy Recreate replaces all data of the target: set confirm to the name of the target database")
@ValidationRule(
        value = "!has(self.target) || !has(self.target.name) || !has(self.confirm) || self.confirm == self.target.name",
        message = "confirm must equal target.name, the database whose data will be replaced")
public record RestoreSpec(
        @Required @JsonPropertyDescription("What to restore.") Source source,
        @JsonPropertyDescription("The database to restore into. What is absent is as in the Backup: its own database on its own server by default.") Target target,
        @Required @JsonPropertyDescription("Recreate: end connections, drop the target database and create it anew. Create: make a database that does not exist yet, refuse when it does.")
        RestoreStrategy strategy,
        @JsonPropertyDescription("The target database's name, typed by whoever accepts that its present data is replaced. Needed with Recreate.")
        @Size(min = 1, max = 63) String confirm) {

    public RestoreSpec {
        target = target == null ? Target.SAME : target;
    }

    /** What to restore. */
    public record Source(@Required @JsonPropertyDescription("The Backup, in the same namespace. It must be Completed.") NameRef backupRef) {}
}
