package dev.remuda.support;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;

/** What a request asks of a store, by the name that S3 has for it. */
public enum S3Call {
    CreateBucket,
    PutObject,
    PutObjectTagging,
    CopyObject,
    CreateMultipartUpload,
    UploadPart,
    UploadPartCopy,
    CompleteMultipartUpload,
    AbortMultipartUpload,
    ListParts,
    ListMultipartUploads,
    ListObjects,
    HeadBucket,
    HeadObject,
    GetObject,
    GetObjectTagging,
    RestoreObject,
    DeleteObject,
    DeleteObjects,
    Other;

    /**
     * One request, with the bucket in its path.
     *
     * @param key empty: it is about the bucket
     * @param part 0: it is about no part
     */
    public record Request(S3Call call, String key, int part) {
        static Request of(String method, String target, boolean copies) {
            String[] pathAndQuery = target.split("\\?", 2);
            String query = "&" + (pathAndQuery.length > 1 ? pathAndQuery[1] : "") + "&";
            int slash = pathAndQuery[0].indexOf('/', 1);
            String key = slash < 0 ? "" : URLDecoder.decode(pathAndQuery[0].substring(slash + 1).replace("+", "%2B"), StandardCharsets.UTF_8);
            int part = query.contains("&partNumber=") ? Integer.parseInt(query.replaceFirst(".*&partNumber=([0-9]+)&.*", "$1")) : 0;
            return new Request(S3Call.of(method, query, key.isEmpty(), part > 0, copies), key, part);
        }
    }

    private static S3Call of(String method, String query, boolean bucket, boolean part, boolean copies) {
        return switch (method) {
            case "PUT" -> put(query, bucket, part, copies);
            case "POST" -> has(query, "uploads") ? CreateMultipartUpload
                    : has(query, "uploadId") ? CompleteMultipartUpload : has(query, "delete") ? DeleteObjects : has(query, "restore") ? RestoreObject : Other;
            case "DELETE" -> has(query, "uploadId") ? AbortMultipartUpload : bucket || has(query, "tagging") ? Other : DeleteObject;
            case "HEAD" -> bucket ? HeadBucket : HeadObject;
            case "GET" -> get(query, bucket);
            default -> Other;
        };
    }

    private static S3Call put(String query, boolean bucket, boolean part, boolean copies) {
        if (part) {
            return copies ? UploadPartCopy : UploadPart;
        }
        return has(query, "tagging") ? PutObjectTagging : copies ? CopyObject : bucket ? CreateBucket : PutObject;
    }

    private static S3Call get(String query, boolean bucket) {
        if (bucket) {
            return has(query, "uploads") ? ListMultipartUploads : has(query, "list-type") || query.equals("&&") ? ListObjects : Other;
        }
        return has(query, "uploadId") ? ListParts : has(query, "tagging") ? GetObjectTagging : GetObject;
    }

    private static boolean has(String query, String name) {
        return query.contains("&" + name + "&") || query.contains("&" + name + "=");
    }
}
