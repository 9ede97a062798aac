package dev.mlinfra.embedded.junit;

import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.embedded.Servers;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceLock;

/**
 * Gives a test class a real PostgreSQL, a real Redis and a place for artifacts: embedded ones with
 * a directory, or in containers with MinIO and MLflow. Test methods, lifecycle methods and
 * constructors may have parameters of these types:
 *
 * <ul>
 *   <li>{@code MlInfra}: connected, with schema, stream and bucket made; one for the class, closed
 *       after it;
 *   <li>{@code MlInfraConfig}: what it was connected with, from which {@code toBuilder()} derives
 *       others; whoever connects with them closes them;
 *   <li>{@code Sandbox}: where its data is;
 *   <li>{@code Stack}: the servers, to stop and kill them; {@code EmbeddedStack} or {@code
 *       ContainerStack} in a class that runs on one kind only.
 * </ul>
 *
 * <p>The servers are started with the first such class and shared by all of a JVM. Each class gets
 * its own databases, empty at first and deleted after it; the methods of a class share them.
 * Servers that a test left stopped or dead are healed before the next one, a dead Redis without its
 * data, and the next one begins when the {@code MlInfra} is connected to them again. Such classes
 * run one after the other, also when JUnit runs others in parallel.
 *
 * <p>After a class no thread named {@code ml-infra-...} may be left that was not there before it: a
 * {@code MlInfra} that a test opened and did not close fails the class.
 *
 * @since 0.1
 */
@Documented
@Inherited
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(MlInfraExtension.class)
@ResourceLock("dev.mlinfra.embedded.EmbeddedStack")
public @interface MlInfraTest {
  /**
   * Returns the name of the host service.
   *
   * @return {@code test} unless set
   * @since 0.1
   */
  String service() default "test";

  /**
   * Returns where the servers run.
   *
   * @return where the system property {@code mlinfra.test.servers} says unless set
   * @since 0.1
   */
  Servers servers() default Servers.CHOSEN;

  /**
   * Returns what adds views and options to the configuration.
   *
   * @return a class with a constructor without parameters; nothing is added unless set
   * @since 0.1
   */
  Class<? extends Setup> setup() default Setup.Nothing.class;

  /**
   * Adds views and options to the configuration of a test class.
   *
   * @since 0.1
   */
  interface Setup {
    /**
     * Changes the configuration before it is built.
     *
     * @param config with what the servers provide installed
     * @since 0.1
     */
    void configure(MlInfraConfig.Builder config);

    /**
     * Changes nothing.
     *
     * @since 0.1
     */
    final class Nothing implements Setup {
      /**
       * Makes it.
       *
       * @since 0.1
       */
      public Nothing() {}

      @Override
      public void configure(MlInfraConfig.Builder config) {}
    }
  }
}
