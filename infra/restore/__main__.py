"""`make restore STAGE=production TABLE=templates AT=2026-11-30T08:15:00Z`: see docs/operations.md, Restoring data."""

from __future__ import annotations

import argparse
import sys

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from infra.config import ConfigError
from infra.restore.plan import RestoreError, RestorePlan, stage_config
from infra.restore.steps import Restore
from infra.restore.tables import Tables


def main() -> int:
    """The exit status: 0 when nothing is left to do, 1 otherwise, with the reason."""
    parser = argparse.ArgumentParser(prog="python -m infra.restore", description=__doc__)
    parser.add_argument("stage", help="as in cdk.json")
    parser.add_argument("table", help="without the stage's prefix, like templates")
    parser.add_argument("at", help="an instant like 2026-11-30T08:15:00Z, or deletion for a table that was deleted")
    parser.add_argument("--dry-run", action="store_true", help="say what is done and what is to do, and change nothing")
    given = parser.parse_args()
    try:
        plan = RestorePlan.of(stage_config(given.stage), given.table, given.at)
        dynamodb, functions = boto3.client("dynamodb"), boto3.client("lambda")
        restore = Restore(plan, dynamodb, functions, Tables(dynamodb, _tell), tell=_tell, agrees=_agrees)
        restore.run(dry=given.dry_run)
    except (RestoreError, ConfigError, ClientError, BotoCoreError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _tell(line: str) -> None:
    print(line, flush=True)


def _agrees(question: str) -> bool:
    return input(f"   {question} Type yes: ").strip().lower() == "yes"


if __name__ == "__main__":
    sys.exit(main())
