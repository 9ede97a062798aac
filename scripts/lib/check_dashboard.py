"""Holds dashboards against the types that Grafana publishes: whatever these do not know is lost on
the way through them, and is reported."""

import importlib
import json
import sys

from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import dashboard


def register_plugins():
    from grafana_foundation_sdk.cog import plugins

    plugins.register_default_plugins()


def lost(given, kept, path):
    """Yields the paths of what was given and not kept."""
    if isinstance(given, dict) and isinstance(kept, dict):
        for key, value in given.items():
            here = f"{path}.{key}" if path else key
            if key in kept:
                yield from lost(value, kept[key], here)
            elif value not in (None, {}, [], ""):
                yield here
    elif isinstance(given, list) and isinstance(kept, list) and len(given) == len(kept):
        for index, (one, other) in enumerate(zip(given, kept)):
            yield from lost(one, other, f"{path}[{index}]")
    elif given != kept:
        yield f"{path} ({given!r} became {kept!r})"


def check(file):
    with open(file, encoding="utf-8") as text:
        given = json.load(text)
    kept = json.loads(JSONEncoder().encode(dashboard.Dashboard.from_json(given)))
    faults = list(lost(given, kept, ""))
    for fault in faults:
        print(f"{file}: {fault} was not kept but must be a field of Grafana's schema; correct it", file=sys.stderr)
    for panel in given["panels"]:
        if panel["type"] == "row":
            continue
        try:
            importlib.import_module(f"grafana_foundation_sdk.models.{panel['type']}")
        except ModuleNotFoundError:
            faults.append(panel["type"])
            print(f"{file}: panel type '{panel['type']}' was unknown but must be one of Grafana's; correct it", file=sys.stderr)
    if not faults:
        panels = sum(panel["type"] != "row" for panel in given["panels"])
        print(f"{file}: {panels} panels, every field is in Grafana's schema")
    return not faults


if __name__ == "__main__":
    register_plugins()
    sys.exit(0 if all([check(file) for file in sys.argv[1:]]) else 1)
