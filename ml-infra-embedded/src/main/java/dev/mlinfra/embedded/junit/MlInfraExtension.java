package dev.mlinfra.embedded.junit;

import dev.mlinfra.MlInfra;
import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.embedded.ContainerStack;
import dev.mlinfra.embedded.EmbeddedStack;
import dev.mlinfra.embedded.Sandbox;
import dev.mlinfra.embedded.Stack;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.ReflectionSupport;

/** What {@link MlInfraTest} promises. Nested classes share what their outermost class has. */
final class MlInfraExtension
    implements BeforeAllCallback, BeforeEachCallback, AfterAllCallback, ParameterResolver {
  static final ExtensionContext.Namespace NAMESPACE =
      ExtensionContext.Namespace.create(MlInfraExtension.class);

  private static final Set<Class<?>> TYPES =
      Set.of(
          MlInfra.class,
          MlInfraConfig.class,
          Sandbox.class,
          Stack.class,
          EmbeddedStack.class,
          ContainerStack.class);

  MlInfraExtension() {}

  @Override
  public void beforeAll(ExtensionContext context) {
    if (scope(context) == null) {
      MlInfraTest wanted =
          AnnotationSupport.findAnnotation(context.getRequiredTestClass(), MlInfraTest.class)
              .orElseThrow(
                  () ->
                      new ExtensionConfigurationException(
                          "class "
                              + context.getRequiredTestClass().getName()
                              + " had no @MlInfraTest but uses its extension; annotate it"));
      MlInfraTest.Setup setup = setup(wanted.setup());
      ClassScope scope =
          new ClassScope(SharedStack.of(context, wanted.servers()), wanted.service(), setup);
      context.getStore(NAMESPACE).put(ClassScope.class, new Owned(scope, context.getUniqueId()));
    }
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    ClassScope scope = scope(context);
    if (scope != null) {
      scope.heal();
    }
  }

  @Override
  public void afterAll(ExtensionContext context) {
    Owned owned = context.getStore(NAMESPACE).get(ClassScope.class, Owned.class);
    if (owned != null && owned.ownerId().equals(context.getUniqueId())) {
      owned.scope().end();
    }
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return TYPES.contains(parameter.getParameter().getType());
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    ClassScope scope = scope(context);
    Object value = scope == null ? null : scope.parameter(parameter.getParameter().getType());
    if (value == null) {
      throw new ParameterResolutionException(
          "parameter "
              + parameter.getParameter()
              + " was asked for outside of a test class, or the servers are of another kind; ask"
              + " for Stack, which every kind is");
    }
    return value;
  }

  @SuppressWarnings("CatchingUnchecked") // JUnit throws on whatever the constructor threw
  private static MlInfraTest.Setup setup(Class<? extends MlInfraTest.Setup> type) {
    try {
      return ReflectionSupport.newInstance(type);
    } catch (Exception e) {
      throw new ExtensionConfigurationException(
          "setup "
              + type.getName()
              + " was not made ("
              + e
              + ") but must be; give it a constructor without parameters and make it static",
          e);
    }
  }

  private static @Nullable ClassScope scope(ExtensionContext context) {
    Owned owned = context.getStore(NAMESPACE).get(ClassScope.class, Owned.class);
    return owned == null ? null : owned.scope();
  }

  /**
   * A scope and the class whose end is its end.
   *
   * @param scope what the class has
   * @param ownerId the id of the class
   */
  private record Owned(ClassScope scope, String ownerId) {}
}
