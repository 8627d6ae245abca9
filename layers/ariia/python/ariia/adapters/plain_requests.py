"""Requests that go onto the wire as they are.

botocore looks every value of a request up in its service model, 1,800 of them for a SendBulkEmail to 50: half the CPU
of such a call. Where a protocol is JSON and an operation has neither blobs, timestamps nor generated tokens, the
request's JSON is what botocore would write, so it is written at once. Signing, endpoints, retries and the reading of
the answer stay botocore's.
"""

from __future__ import annotations

import json
from typing import Any

# Every call builds the long user agent anew, a tenth of a small call's CPU; this one is constant.
USER_AGENT = "ariia-campaigns"
_KEPT = "ariia_request"


def write_plainly(client: Any, operation: str) -> None:
    """Lets `client` write the requests of `operation` (AWS's name of it) as plain JSON."""
    service = client.meta.service_model.service_id.hyphenize()
    client.meta.events.register(f"provide-client-params.{service}.{operation}", _keep)
    client.meta.events.register(f"before-call.{service}.{operation}", _write)


def _keep(params: dict[str, Any], context: dict[str, Any], **_: Any) -> dict[str, Any]:
    """What botocore still reads, to choose the endpoint: the parameters without what is in them."""
    context[_KEPT] = params
    return {name: type(value)() if isinstance(value, (dict, list)) else value for name, value in params.items()}


def _write(params: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
    params["body"] = json.dumps(context[_KEPT], separators=(",", ":")).encode()
