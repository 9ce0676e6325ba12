package dev.remuda.support;

import java.util.Locale;

/**
 * One request to a store, by S3's own name for it.
 *
 * @param part of an upload, from 1; 0 where there is none
 */
public record S3Call(String name, String key, int part) {
    /** @param line the request's first line, such as {@code PUT /bucket/key?partNumber=2&uploadId=x HTTP/1.1} */
    static S3Call of(String line, String head) {
        String[] words = line.split(" ");
        String path = words[1].replaceFirst("\\?.*", "");
        String query = words[1].contains("?") ? words[1].substring(words[1].indexOf('?') + 1) : "";
        String key = path.indexOf('/', 1) < 0 ? "" : path.substring(path.indexOf('/', 1) + 1);
        boolean copies = head.toLowerCase(Locale.ROOT).contains("\nx-amz-copy-source:");
        int part = query.contains("partNumber=") ? Integer.parseInt(query.replaceFirst(".*partNumber=", "").replaceFirst("&.*", "")) : 0;
        return new S3Call(name(words[0], key, query, copies), key, part);
    }

    private static String name(String method, String key, String query, boolean copies) {
        boolean upload = query.contains("uploadId=");
        return switch (method) {
            case "GET" -> query.contains("tagging") ? "GetObjectTagging" : key.isEmpty() ? query.contains("uploads") ? "ListMultipartUploads" : "ListObjectsV2" : upload ? "ListParts" : "GetObject";
            case "HEAD" -> key.isEmpty() ? "HeadBucket" : "HeadObject";
            case "PUT" -> query.contains("tagging") ? "PutObjectTagging" : upload ? copies ? "UploadPartCopy" : "UploadPart" : copies ? "CopyObject" : "PutObject";
            case "POST" -> query.contains("delete") ? "DeleteObjects" : upload ? "CompleteMultipartUpload" : "CreateMultipartUpload";
            case "DELETE" -> upload ? "AbortMultipartUpload" : "DeleteObject";
            default -> method;
        };
    }
}
