"""Stands in for the functions of campaign_run: answers what the test wrote down, and writes down what it was asked."""

import json
import os
from pathlib import Path
from typing import Any


def handler(event: dict[str, Any], _context: object) -> Any:
    folder = Path(os.environ["SCRIPTS"]) / event["campaign_id"]
    action = event.get("action", "round")
    key = f"{action}:{event['shard']}" if "shard" in event else action
    calls = folder / f"{key}.calls"
    earlier = calls.read_text().count("\n") if calls.exists() else 0
    for path in (calls, folder / "all.calls"):
        with path.open("a") as log:
            log.write(f"{key} {json.dumps(event)}\n")
    answers = json.loads((folder / "script.json").read_text())[key]
    answer = answers[min(earlier, len(answers) - 1)]
    if answer == "crash":
        raise RuntimeError("as scripted")
    return answer
