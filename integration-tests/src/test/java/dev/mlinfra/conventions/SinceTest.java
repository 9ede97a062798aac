package dev.mlinfra.conventions;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.ModifiersTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePathScanner;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.lang.model.element.Modifier;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;

/** Every public type and method says since when it is there. Sources are parsed, not compiled. */
class SinceTest {
  @Test
  void everyPublicTypeAndMethodSaysSinceWhen() throws IOException {
    List<Path> sources =
        SourceTree.PUBLISHED.stream()
            .flatMap(module -> SourceTree.mainSources(module).stream())
            .filter(file -> !file.toString().contains("/internal/"))
            .toList();
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      JavacTask task =
          (JavacTask)
              compiler.getTask(
                  null, files, null, null, null, files.getJavaFileObjectsFromPaths(sources));
      PublicApi api = new PublicApi(DocTrees.instance(task));
      task.parse().forEach(unit -> api.scan(unit, unit));

      assertThat(api.seen).as("public types and methods").isGreaterThan(300);
      assertThat(api.silent).as("public but without @since").isEmpty();
    }
  }

  private static final class PublicApi extends TreePathScanner<Void, CompilationUnitTree> {
    private final DocTrees docs;
    private final List<String> silent = new ArrayList<>();
    private int seen;

    private PublicApi(DocTrees docs) {
      this.docs = docs;
    }

    @Override
    public Void visitClass(ClassTree type, CompilationUnitTree unit) {
      if (!isPublic(type.getModifiers())) {
        return null;
      }
      look(type.getSimpleName().toString(), unit);
      return super.visitClass(type, unit);
    }

    @Override
    public Void visitMethod(MethodTree method, CompilationUnitTree unit) {
      boolean overrides =
          method.getModifiers().getAnnotations().stream()
              .anyMatch(a -> a.getAnnotationType().toString().equals("Override"));
      if (isPublic(method.getModifiers()) && !overrides) {
        look(method.getName().toString(), unit);
      }
      return null;
    }

    private boolean isPublic(ModifiersTree modifiers) {
      return modifiers.getFlags().contains(Modifier.PUBLIC) || isInInterface(modifiers);
    }

    private boolean isInInterface(ModifiersTree modifiers) {
      var parent = getCurrentPath().getParentPath();
      return parent != null
          && parent.getLeaf().getKind() == Tree.Kind.INTERFACE
          && !modifiers.getFlags().contains(Modifier.PRIVATE);
    }

    private void look(String name, CompilationUnitTree unit) {
      seen++;
      String comment = docs.getDocComment(getCurrentPath());
      if (comment == null || !comment.contains("@since ")) {
        long line =
            unit.getLineMap()
                .getLineNumber(
                    docs.getSourcePositions().getStartPosition(unit, getCurrentPath().getLeaf()));
        silent.add(
            SourceTree.relative(Path.of(unit.getSourceFile().toUri())) + ":" + line + " " + name);
      }
    }
  }
}
