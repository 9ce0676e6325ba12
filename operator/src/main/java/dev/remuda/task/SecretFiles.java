package dev.remuda.task;

import java.util.Map;

/**
 * A Secret mounted as one file a key. The folder is empty when the Secret does not exist: the worker says so by name.
 *
 * @param name the Secret's name, for messages
 * @param directory where it is mounted
 * @param keys from the name of a field to the key that holds it, for Secrets with keys of their own; may be empty, never null
 */
public record SecretFiles(String name, String directory, Map<String, String> keys) {
    public SecretFiles {
        keys = keys == null ? Map.of() : Map.copyOf(keys);
    }
}
