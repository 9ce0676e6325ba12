package dev.remuda.support;

import java.util.Map;
import java.util.TreeMap;

import io.fabric8.kubernetes.client.utils.Serialization;

import dev.remuda.api.BackupPolicySpec;

/** Changes a policy as a person does: some fields of its YAML, the others stay. */
public final class Changes {
    private Changes() {}

    @SuppressWarnings("unchecked")
    public static BackupPolicySpec in(BackupPolicySpec spec, Map<String, Object> fields) {
        Map<String, Object> yaml = Serialization.unmarshal(Serialization.asYaml(spec), TreeMap.class);
        yaml.putAll(fields);
        return Serialization.unmarshal(Serialization.asYaml(yaml), BackupPolicySpec.class);
    }
}
