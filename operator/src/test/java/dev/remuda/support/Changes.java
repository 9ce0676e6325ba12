package dev.remuda.support;

import java.util.Map;
import java.util.TreeMap;

import io.fabric8.kubernetes.client.utils.Serialization;

/** Changes a spec as a person does: some fields of its YAML, the others stay. */
public final class Changes {
    private Changes() {}

    @SuppressWarnings("unchecked")
    public static <T> T in(T spec, Map<String, Object> fields) {
        Map<String, Object> yaml = Serialization.unmarshal(Serialization.asYaml(spec), TreeMap.class);
        yaml.putAll(fields);
        return (T) Serialization.unmarshal(Serialization.asYaml(yaml), spec.getClass());
    }
}
