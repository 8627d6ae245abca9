"""Cold start: what importing each handler costs in a fresh interpreter, against `import boto3` and three clients; and
what the API's first request costs with it, as what is not imported at first may be later."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

from ariia.settings import SETTINGS

from .api import ROUTES, event_of, make_campaign
from .measuring import RUNS, middle
from .stub_process import StubClient

_BASELINE = "import boto3\nfor one in ('sqs', 'dynamodb', 'sesv2'): boto3.client(one, region_name='eu-central-1')"
_FIRST_REQUEST = "from benchmarks.first_request import ask\nask()"
_PROBE = """
import sys, time
began = time.process_time()
{}
print(time.process_time() - began, len(sys.modules))
"""


def measure(stub: StubClient) -> dict[str, Any]:
    """`import_ratio` of every function, and of `api` with the reading of a campaign as `api_first_request`, with
    milliseconds and numbers of modules beside it."""
    make_campaign(stub)
    statements = {name: f"import functions.{name}.handler" for name in SETTINGS} | {"api_first_request": _FIRST_REQUEST}
    samples: dict[str, list[tuple[float, int]]] = {name: [] for name in ("boto3", *statements)}
    for run in range(RUNS + 1):
        for name, statement in {"boto3": _BASELINE, **statements}.items():
            sample = _probe(statement)
            if run:
                samples[name].append(sample)
    seconds = {name: middle([spent for spent, _ in found]) for name, found in samples.items()}
    return {
        "import_ratio": {name: round(seconds[name] / seconds["boto3"], 3) for name in statements},
        "import_ms": {name: round(1000 * spent) for name, spent in seconds.items()},
        "modules": {name: found[-1][1] for name, found in samples.items()},
    }


def _probe(statement: str) -> tuple[float, int]:
    """CPU seconds and modules of `statement`; what it logs stands before them. Bytecode is kept wherever this runs, so
    that only the first run, which does not count, compiles."""
    command = [sys.executable, "-c", _PROBE.format(statement), json.dumps(event_of(ROUTES["get_campaign"]))]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    answer = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.split()
    return float(answer[-2]), int(answer[-1])
