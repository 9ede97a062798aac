package dev.mlinfra.exporter;

import dev.mlinfra.secret.Secret;
import java.net.URI;

/**
 * Where the object storage is and how far it is looked at.
 *
 * @param url its root; buckets are addressed by path
 * @param bucket the bucket of the artifacts
 * @param region as the server wants it signed
 * @param accessKey of a user who may list the bucket
 * @param secretKey of the same user
 * @param quotaBytes what the bucket may hold where the server keeps no quota
 * @param maxPages pages of objects that are listed at most, 1,000 objects each
 * @param pace how often and how long it is asked
 */
record StorageOptions(
    URI url,
    String bucket,
    String region,
    Secret accessKey,
    Secret secretKey,
    long quotaBytes,
    int maxPages,
    Pace pace) {
  String subject() {
    return "objectstorage '" + url + "'";
  }
}
