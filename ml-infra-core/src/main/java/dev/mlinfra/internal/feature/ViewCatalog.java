package dev.mlinfra.internal.feature;

import dev.mlinfra.error.ConfigException;
import dev.mlinfra.feature.FeatureView;
import dev.mlinfra.spi.check.Texts;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The views that the host declared, each with its codec and its rules. */
final class ViewCatalog {
  private final Map<String, DeclaredView> views = new TreeMap<>();

  ViewCatalog(List<FeatureView> declared, Clock clock) {
    for (FeatureView view : declared) {
      views.put(
          view.name(),
          new DeclaredView(view, new FeatureCodec(view), new FeatureRules(view, clock)));
    }
  }

  DeclaredView get(String name) {
    DeclaredView view = views.get(name);
    if (view == null) {
      throw new ConfigException(
          "feature view "
              + Texts.quote(name)
              + " is not declared but must be one of "
              + views.keySet()
              + "; declare it with view(...) when the host is configured");
    }
    return view;
  }

  record DeclaredView(FeatureView view, FeatureCodec codec, FeatureRules rules) {}
}
