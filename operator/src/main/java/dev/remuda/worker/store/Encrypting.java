package dev.remuda.worker.store;

import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.s3.model.CopyObjectRequest;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;

import dev.remuda.task.StoreEncryption;

/** Asks the store to encrypt whatever is written to it, by whichever request. */
record Encrypting(StoreEncryption how) implements ExecutionInterceptor {
    @Override
    public SdkRequest modifyRequest(Context.ModifyRequest context, ExecutionAttributes attributes) {
        return switch (context.request()) {
            case CreateMultipartUploadRequest begin -> begin.toBuilder().serverSideEncryption(how.algorithm()).ssekmsKeyId(how.keyId()).build();
            case PutObjectRequest put -> put.toBuilder().serverSideEncryption(how.algorithm()).ssekmsKeyId(how.keyId()).build();
            case CopyObjectRequest copy -> copy.toBuilder().serverSideEncryption(how.algorithm()).ssekmsKeyId(how.keyId()).build();
            default -> context.request();
        };
    }
}
