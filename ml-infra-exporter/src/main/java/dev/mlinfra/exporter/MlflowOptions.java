package dev.mlinfra.exporter;

import dev.mlinfra.secret.Secret;
import java.net.URI;
import java.util.Optional;

/**
 * Where MLflow is and how far it is looked at.
 *
 * @param url its root
 * @param username for basic authentication
 * @param password for basic authentication
 * @param pace how often and how long it is asked
 * @param maxPages pages of runs that are read at most, 500 runs each
 */
record MlflowOptions(
    URI url, Optional<String> username, Optional<Secret> password, Pace pace, int maxPages) {}
