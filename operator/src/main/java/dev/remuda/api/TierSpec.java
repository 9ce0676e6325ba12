package dev.remuda.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;

import dev.remuda.task.StorageClass;

/** One tier: when its backups are made, how long they are kept, and where. */
public record TierSpec(
        @Required @JsonPropertyDescription("Name of the tier, such as daily. It becomes the object tag tier.")
        @Size(min = 1, max = 32)
        @ValidationRule(
                value = "self.matches('^[a-z0-9]([a-z0-9-]*[a-z0-9])?$')",
                message = "the name of a tier must be lower-case letters, digits and hyphens, such as daily")
        String name,
        @Required @JsonPropertyDescription("When its backups are made: cron's five fields (minute, hour, day of month, month, day of week), or @hourly, @daily, @weekly, "
                + "@monthly or @yearly, by the clock of spec.timeZone. A moment that summer time skips is made up for at the skip's end; in an hour that comes twice "
                + "the first one counts. Tiers whose schedules meet share one Backup.")
        @Size(min = 1, max = 128)
        @ValidationRule(
                value = "self.matches('" + TierSpec.CRON + "')",
                message = TierSpec.NO_CRON)
        String schedule,
        @JsonPropertyDescription("How long its backups are kept. Absent: for ever.") RetentionSpec retention,
        @JsonPropertyDescription("Class of S3 for the dumps that this tier keeps, as storage.s3.transitions says. Absent: they stay as they are. "
                + "The newest backup of a policy is never put into an archive (GLACIER, DEEP_ARCHIVE), from which it would come back slowly.")
        StorageClass storageClass) {

    static final String CRON = "^(@(yearly|annually|monthly|weekly|daily|midnight|hourly)|[^ @]+( +[^ ]+){4})$";
    static final String NO_CRON = "schedule must be cron's five fields, such as 0 2 * * *, or one of @hourly, @daily, @weekly, @monthly, @yearly";

    public TierSpec {
        retention = retention == null ? RetentionSpec.FOR_EVER : retention;
    }
}
