package dev.remuda.api;

import java.util.List;
import java.util.Objects;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;

/** Who is told of what. */
public record NotificationSpec(
        @Required @JsonPropertyDescription("A destination of the operator's Secret of destinations: the name of one of its keys, such as ops. One that is not there is named in the "
                + "operator's log and counted in remuda_notifications_total.")
        @Size(min = 1, max = 253)
        @ValidationRule(value = "self.matches('^[A-Za-z0-9_-][A-Za-z0-9._-]*$')", message = "to must be the name of a destination, such as ops")
        String to,
        @JsonPropertyDescription("Of what: Failed (a Backup, with all its attempts), Recovered (a Backup was Completed after one that failed), Missed (later than startingDeadline), "
                + "RestoreFinished (Completed or failed), VerificationFailed (a stored Backup is damaged or suspicious, or a drill failed), Succeeded (each Completed Backup: for a service that raises "
                + "the alarm when it hears nothing). Absent: all but Succeeded.")
        @Size(min = 1, max = 8) List<Occasion> occasions) {

    private static final List<Occasion> USUAL = List.of(Occasion.Failed, Occasion.Recovered, Occasion.Missed, Occasion.RestoreFinished, Occasion.VerificationFailed);

    public NotificationSpec {
        occasions = occasions == null || occasions.isEmpty() ? USUAL : occasions.stream().filter(Objects::nonNull).toList(); // null: a word that only a newer operator knows
    }
}
