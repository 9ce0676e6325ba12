package dev.remuda.api;

import java.util.LinkedHashMap;
import java.util.Map;

import io.fabric8.kubernetes.api.model.FieldsV1;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.api.model.ObjectMeta;

/** Which program wrote which field of a resource. The operator keeps all resources in memory, and with a large fleet this would be a good part of it. */
final class Writers {
    private Writers() {}

    /** Keeps whether somebody wrote the spec or the status, and forgets which fields of it. */
    static ObjectMeta brief(ObjectMeta meta) {
        if (meta != null && meta.getManagedFields() != null) {
            meta.getManagedFields().stream().map(ManagedFieldsEntry::getFieldsV1).filter(fields -> fields != null).forEach(Writers::brief);
        }
        return meta;
    }

    private static void brief(FieldsV1 fields) {
        Map<String, Object> names = new LinkedHashMap<>();
        fields.getAdditionalProperties().keySet().forEach(name -> names.put(name, Map.of()));
        fields.setAdditionalProperties(names);
    }

    /** Forgets it all. */
    static ObjectMeta none(ObjectMeta meta) {
        if (meta != null) {
            meta.setManagedFields(null);
        }
        return meta;
    }
}
