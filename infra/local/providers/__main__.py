"""`python -m infra.local.providers`: prints one JSON line with its addresses when it is ready; SIGTERM ends it."""

from __future__ import annotations

import argparse
import json
import os
import signal
import threading
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

from infra.local.providers.mounts import mounts_of
from infra.local.providers.server.http import ProviderServer
from infra.local.providers.ses.events.records import REGION
from infra.local.providers.ses.settings import Settings
from infra.local.providers.ses.simulator import Simulator

if TYPE_CHECKING:
    from infra.local.providers.ses.publisher import Topics


def arguments(words: list[str] | None = None) -> argparse.Namespace:
    """The command line."""
    defaults = Settings()
    parser = argparse.ArgumentParser(prog="python -m infra.local.providers", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 lets the system choose")
    parser.add_argument("--aws-endpoint", required=True, help="where SNS is, for the events")
    parser.add_argument("--topic-arn", help="topic of the events; can be set later by PUT /control/settings")
    parser.add_argument("--rate", type=float, default=defaults.rate, help="recipients per second")
    parser.add_argument("--daily-quota", type=int, default=defaults.daily_quota, help="recipients per 24 hours")
    parser.add_argument("--verified-domain", action="append", default=[], help="verified at once; * for every domain")
    return parser.parse_args(words)


def topics_at(endpoint: str) -> Topics:
    """The SNS client of the laptop stack; its emulator takes any credentials."""
    topics: Topics = boto3.client(
        "sns",
        endpoint_url=endpoint,
        region_name=os.environ.get("AWS_DEFAULT_REGION", REGION),
        aws_access_key_id=os.environ.get("AWS_ACCESS_KEY_ID", "test"),
        aws_secret_access_key=os.environ.get("AWS_SECRET_ACCESS_KEY", "test"),
        config=Config(
            parameter_validation=False, connect_timeout=3, read_timeout=20, retries={"total_max_attempts": 1}
        ),
    )
    return topics


def main() -> None:
    """Serves until SIGTERM or SIGINT."""
    given = arguments()
    started = Settings().changed(
        {
            "rate": given.rate,
            "daily_quota": given.daily_quota,
            "topic_arn": given.topic_arn,
            "verified_domains": given.verified_domain,
        }
    )
    simulator = Simulator(started, topics_at(given.aws_endpoint))
    server = ProviderServer(mounts_of(simulator), given.port)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, name="server", daemon=True).start()
    ready = {"address": server.address, "inbox": f"{server.address}/", "control": f"{server.address}/control"}
    print(json.dumps(ready | {"pid": os.getpid()}), flush=True)
    stop.wait()
    server.shutdown()
    simulator.stop()


if __name__ == "__main__":
    main()
