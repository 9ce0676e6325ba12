package dev.remuda.observability;

import java.time.Instant;

import dev.remuda.api.Occasion;

/**
 * What somebody is told.
 *
 * @param policy null: it is not known
 * @param kind of the resource, such as Backup
 * @param reason a word of the vocabulary, as in condition and Event
 */
public record Notice(Occasion occasion, String namespace, String policy, String kind, String name, String reason, String message, Instant at) {
    Notice as(Occasion other) {
        return new Notice(other, namespace, policy, kind, name, reason, message, at);
    }

    /** For people. */
    String text() {
        String sign = switch (occasion) {
            case Failed, Missed, VerificationFailed -> "[FAILED] ";
            case Recovered -> "[RECOVERED] ";
            case Succeeded -> "";
            case RestoreFinished -> "Completed".equals(reason) ? "[RESTORED] " : "[RESTORE FAILED] ";
        };
        return sign + kind + " " + namespace + "/" + name + ": " + reason + ": " + message;
    }
}
