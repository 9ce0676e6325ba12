package dev.remuda.task;

/**
 * How to reach a database. What is null here comes from the secret; what is given here wins over the secret.
 *
 * @param sslMode libpq's word: disable, allow, prefer, require, verify-ca or verify-full
 * @param caFile PEM file with the certificate authorities to trust; null for the system's
 */
public record DatabaseAccess(String host, Integer port, String name, String sslMode, SecretFiles secret, String caFile) {}
