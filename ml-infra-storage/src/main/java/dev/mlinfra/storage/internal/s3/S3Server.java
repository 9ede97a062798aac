package dev.mlinfra.storage.internal.s3;

import dev.mlinfra.secret.Secret;
import java.time.Duration;

/**
 * Which server, as whom, and how long to wait.
 *
 * @param url the server's address without a path
 * @param accessKey the access key id, a secret too: whoever knows it can write to an unpatched
 *     MinIO
 * @param secretKey the secret key
 * @param region for the signature
 * @param connectTimeout longest wait for a connection
 * @param readTimeout longest silence of the server
 * @param callTimeout longest time for a call that moves no artifact
 * @param transferTimeout longest time for one object or part of an object
 */
public record S3Server(
    String url,
    Secret accessKey,
    Secret secretKey,
    String region,
    Duration connectTimeout,
    Duration readTimeout,
    Duration callTimeout,
    Duration transferTimeout) {}
