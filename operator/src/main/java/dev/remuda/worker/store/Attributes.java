package dev.remuda.worker.store;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

import software.amazon.awssdk.services.s3.model.Tag;
import software.amazon.awssdk.services.s3.model.Tagging;

import dev.remuda.task.StorageClass;

/**
 * What is stored with an object's bytes.
 *
 * @param labels stay for ever: they become object tags, where the store has them, and metadata
 * @param tier changes with time: it becomes a tag, which can be changed without a copy; metadata only where the store has no tags
 * @param storageClass empty: the bucket's default, or for an object that is there already, the class that it has
 */
public record Attributes(String contentType, Map<String, String> labels, Optional<String> tier, Optional<StorageClass> storageClass) {
    /** The label's name in tags, metadata and the manifest. */
    public static final String TIER = "tier";

    /** Labels and tier. */
    public Map<String, String> all() {
        Map<String, String> all = new LinkedHashMap<>(labels);
        tier.ifPresent(value -> all.put(TIER, value));
        return all;
    }

    Tagging tags() {
        return Tagging.builder()
                .tagSet(all().entrySet().stream()
                        .map(label -> Tag.builder().key(label.getKey()).value(Labels.tag(label.getValue())).build())
                        .toList())
                .build();
    }

    /** The tags as text: of an absent Tagging the SDK makes an empty header, which stores without tags refuse as they refuse a full one. */
    Optional<String> tagging(boolean tagged) {
        return Optional.of(tags()).filter(_ -> tagged).map(tags -> tags.tagSet().stream()
                .map(tag -> encoded(tag.key()) + "=" + encoded(tag.value()))
                .collect(Collectors.joining("&")));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    Map<String, String> metadata(boolean tagged) {
        return metadata(tagged ? labels : all());
    }

    static Map<String, String> metadata(Map<String, String> labels) {
        Map<String, String> metadata = new LinkedHashMap<>();
        labels.forEach((name, value) -> metadata.put("remuda-" + name, Labels.header(value)));
        return metadata;
    }
}
