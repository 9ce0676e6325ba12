package dev.remuda.worker;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

import dev.remuda.task.MaintainTask.Kept;
import dev.remuda.worker.store.Manifest;
import dev.remuda.worker.store.ObjectStore.Listed;

/** All there is under a policy's root, at one moment. */
final class Listing {
    private final String root;
    private final Map<String, Listed> objects = new LinkedHashMap<>();

    Listing(String root, List<Listed> objects) {
        this.root = root;
        objects.forEach(object -> this.objects.put(object.key(), object));
    }

    boolean contains(String key) {
        return objects.containsKey(key);
    }

    /** Whether a backup is there as it should be: manifest, and a dump of its size. */
    boolean has(Kept kept) {
        Listed data = objects.get(kept.dataKey());
        return data != null && data.size() == kept.sizeBytes() && contains(Manifest.key(kept.prefix()));
    }

    /** What is in folders right under the root, by their prefix, however deep. */
    Map<String, List<Listed>> folders() {
        return objects.values().stream()
                .filter(object -> folder(object.key()).isPresent())
                .collect(Collectors.groupingBy(object -> folder(object.key()).orElseThrow(), LinkedHashMap::new, Collectors.toList()));
    }

    /** The prefix of the folder right under the root that a key is in; empty for one in no folder. */
    Optional<String> folder(String key) {
        int end = key.indexOf('/', root.length());
        return key.startsWith(root) && end > 0 ? Optional.of(key.substring(0, end + 1)) : Optional.empty();
    }
}
