package dev.remuda.worker.store;

import java.util.Set;

import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;

import dev.remuda.task.StoreLock;
import dev.remuda.task.WorkerProtocol;

/** Asks the store to let nobody delete what makes a backup. What is noted beside it (labels, pins, whose the store is) changes with time and stays free. */
record Locking(StoreLock how) implements ExecutionInterceptor {
    private static final Set<String> BEGINNINGS = Set.of("data.dump", "globals.sql", WorkerProtocol.MANIFEST);

    @Override
    public SdkRequest modifyRequest(Context.ModifyRequest context, ExecutionAttributes attributes) {
        return switch (context.request()) {
            case CreateMultipartUploadRequest begin when covers(begin.key()) -> begin.toBuilder().objectLockMode(how.mode()).objectLockRetainUntilDate(how.until()).build();
            case PutObjectRequest put when covers(put.key()) -> put.toBuilder()
                    .objectLockMode(how.mode())
                    .objectLockRetainUntilDate(how.until())
                    .checksumAlgorithm(ChecksumAlgorithm.CRC32) // S3 takes no such request without one
                    .build();
            default -> context.request();
        };
    }

    static boolean covers(String key) {
        String name = key.substring(key.lastIndexOf('/') + 1);
        return BEGINNINGS.stream().anyMatch(name::startsWith);
    }
}
