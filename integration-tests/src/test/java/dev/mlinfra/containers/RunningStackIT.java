package dev.mlinfra.containers;

import org.junit.jupiter.api.Tag;
import org.junit.platform.suite.api.SelectClasses;
import org.junit.platform.suite.api.Suite;

/**
 * The classes that share one running stack, together, so that it is started only once. On embedded
 * servers their tag leaves none of them.
 */
@Suite(failIfNoTests = false)
@Tag("containers")
@SelectClasses({MissionIT.class, MonitoringIT.class, CredentialsIT.class, StackIT.class})
class RunningStackIT {}
