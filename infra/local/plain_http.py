"""The one thing that a template can't keep on the laptop: the emulator enforces policies, and speaks plain HTTP."""

from __future__ import annotations

import json
from typing import Any

_TRANSPORT = "aws:SecureTransport"


def without_tls(template: dict[str, Any]) -> dict[str, Any]:
    """The template without the statements that deny whatever does not come over TLS."""
    resources = template["Resources"]
    for resource in resources.values():
        document = resource.get("Properties", {}).get("PolicyDocument")
        if document:
            document["Statement"] = [one for one in document["Statement"] if not _demands_tls(one)]
    emptied = {name for name, resource in resources.items() if _is_empty(resource)}
    template["Resources"] = {
        name: _depending_on_others(resource, emptied) for name, resource in resources.items() if name not in emptied
    }
    return template


def _demands_tls(statement: dict[str, Any]) -> bool:
    return statement["Effect"] == "Deny" and _TRANSPORT in json.dumps(statement.get("Condition", {}))


def _is_empty(resource: dict[str, Any]) -> bool:
    document = resource.get("Properties", {}).get("PolicyDocument")
    return document is not None and not document["Statement"]


def _depending_on_others(resource: dict[str, Any], emptied: set[str]) -> dict[str, Any]:
    needs = resource.get("DependsOn")
    if needs is None:
        return resource
    kept = [one for one in ([needs] if isinstance(needs, str) else needs) if one not in emptied]
    return {name: value for name, value in resource.items() if name != "DependsOn"} | (
        {"DependsOn": kept} if kept else {}
    )
