package dev.remuda.worker;

import java.util.Optional;

import dev.remuda.task.RestoreTask;
import dev.remuda.worker.store.Age;

/** What opens an encrypted source, from the Secret that was named for it. */
final class Identity {
    private static final String FIELD = "identity";

    private Identity() {}

    /** @return empty when none was named */
    static Optional<Age.Identities> of(RestoreTask.Source source) {
        return Optional.ofNullable(source.identity()).map(files -> {
            MountedSecret secret = new MountedSecret(files);
            String text = secret.findText(FIELD, FIELD).orElseThrow(() -> secret.missing("identity: add the key identity, with what age-keygen writes"));
            return Age.Identities.parse(text, "Secret " + files.name());
        });
    }
}
