package dev.mlinfra.conventions;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Demands that what a user of a type can see is made of allowed types. */
final class ShowOnly extends ArchCondition<JavaClass> {
  private final DescribedPredicate<JavaClass> allowed;

  private ShowOnly(DescribedPredicate<JavaClass> allowed) {
    super("show only " + allowed.getDescription());
    this.allowed = allowed;
  }

  static ShowOnly types(DescribedPredicate<JavaClass> allowed) {
    return new ShowOnly(allowed);
  }

  @Override
  public void check(JavaClass type, ConditionEvents events) {
    if (!type.getModifiers().contains(JavaModifier.PUBLIC)) {
      return;
    }
    type.getMembers().stream()
        .filter(ShowOnly::visible)
        .forEach(member -> shown(member).forEach(shown -> require(member, shown, events)));
  }

  private void require(JavaMember member, JavaClass shown, ConditionEvents events) {
    JavaClass base = shown.getBaseComponentType();
    if (!base.isPrimitive() && !allowed.test(base)) {
      events.add(
          SimpleConditionEvent.violated(
              member, member.getDescription() + " shows " + base.getName()));
    }
  }

  private static boolean visible(JavaMember member) {
    Set<JavaModifier> modifiers = member.getModifiers();
    return !modifiers.contains(JavaModifier.SYNTHETIC)
        && (modifiers.contains(JavaModifier.PUBLIC) || modifiers.contains(JavaModifier.PROTECTED));
  }

  private static Set<JavaClass> shown(JavaMember member) {
    Stream<JavaType> types =
        member instanceof JavaCodeUnit code
            ? Stream.concat(
                Stream.concat(Stream.of(code.getReturnType()), code.getParameterTypes().stream()),
                code.getExceptionTypes().stream())
            : Stream.of(((JavaField) member).getType());
    return types.flatMap(t -> t.getAllInvolvedRawTypes().stream()).collect(Collectors.toSet());
  }
}
