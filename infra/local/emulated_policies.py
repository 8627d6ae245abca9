"""The policies of a template as the emulator must read them to decide as AWS does. Nothing else of it changes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

# It asks for permissions of these names; AWS knows none: whoever may do one may do many.
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-api-permissions-reference.html
BATCHES = {
    f"sqs:{action}": f"sqs:{action}Batch" for action in ("SendMessage", "DeleteMessage", "ChangeMessageVisibility")
}

# It looks for every schedule in the group `default`, whichever it is made in.
_GROUPED = re.compile(r"schedule/[^/\"]+/\*")

Json = dict[str, Any]


def emulated(template: Json) -> Json:
    """The template without denials of plain HTTP, which is all that the emulator speaks, and with SQS's batch calls
    allowed where the single ones are, and schedules where it looks for them."""
    resources: dict[str, Json] = template["Resources"]
    for document in _documents(resources):
        document["Statement"] = [_with_batches(one) for one in document["Statement"] if not _demands_tls(one)]
    emptied = {name for name, resource in resources.items() if _is_empty(resource)}
    kept = {name: _without_needs(resource, emptied) for name, resource in resources.items() if name not in emptied}
    return template | {"Resources": kept}


def _documents(resources: dict[str, Json]) -> Iterator[Json]:
    for resource in resources.values():
        document = resource.get("Properties", {}).get("PolicyDocument")
        if document:
            yield document


def _demands_tls(statement: Json) -> bool:
    return statement["Effect"] == "Deny" and "aws:SecureTransport" in json.dumps(statement.get("Condition", {}))


def _with_batches(statement: Json) -> Json:
    actions = [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]
    batches = [BATCHES[action] for action in actions if action in BATCHES]
    return _ungrouped(statement) | {"Action": [*actions, *batches]}


def _ungrouped(statement: Json) -> Json:
    if "Resource" not in statement:
        return statement
    resource = json.dumps(statement["Resource"])
    return statement | {"Resource": json.loads(_GROUPED.sub("schedule/default/*", resource))}


def _is_empty(resource: Json) -> bool:
    document = resource.get("Properties", {}).get("PolicyDocument")
    return document is not None and not document["Statement"]


def _without_needs(resource: Json, gone: set[str]) -> Json:
    needs = resource.get("DependsOn", [])
    kept = [one for one in ([needs] if isinstance(needs, str) else needs) if one not in gone]
    rest = {name: value for name, value in resource.items() if name != "DependsOn"}
    return rest | {"DependsOn": kept} if kept else rest
