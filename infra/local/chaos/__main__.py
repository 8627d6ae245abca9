"""`make chaos`: a campaign while function processes are killed at random and the provider misbehaves.

Exit status 0 only when nobody was lost or doubled and ledger, provider and counters agree. Leaves nothing running.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from infra.local.logs import keep_logs
from infra.local.process import LocalStackError
from infra.local.stack import LaptopStack

from .report import RESULTS, show, write
from .run import ChaosOptions, ChaosResult, ChaosRun
from .workers import FunctionProcesses

# So short that the rounds of the release follow each other in seconds; leases last as long as on AWS.
_WAIT_SCALE = 0.2
_GONE_SECONDS = 10.0

console = Console(highlight=False)


def main(arguments: list[str]) -> int:
    """Starts the stack, makes trouble, compares, stops the stack."""
    options = _options(arguments)
    RESULTS.unlink(missing_ok=True)
    stack = LaptopStack(rate=options.rate, wait_scale=_WAIT_SCALE)
    processes = FunctionProcesses(stack.directory)
    result = ChaosResult()
    try:
        with console.status("starting the emulator and deploying the stacks (the first time takes longer) …"):
            stack.start()
        with _bars() as progress:
            result = ChaosRun(stack, options, progress).play()
        if not result.is_clean:
            console.print(f"What emulator, functions and simulator wrote is in {keep_logs(stack, 'chaos-logs')}.")
    except LocalStackError as error:
        result.problem = str(error)
    finally:
        stack.stop()
    return _told(result, processes)


def _options(arguments: list[str]) -> ChaosOptions:
    defaults = ChaosOptions()
    parser = argparse.ArgumentParser(prog="python -m infra.local.chaos", description=__doc__)
    parser.add_argument("--members", type=int, default=defaults.members)
    parser.add_argument("--seed", type=int, default=defaults.seed, help="of what is killed when, and of the provider")
    parser.add_argument("--rate", type=float, default=defaults.rate, help="the provider's, in recipients per second")
    parser.add_argument("--seconds", type=float, default=defaults.seconds, help="after which it ends in any case")
    return ChaosOptions(**vars(parser.parse_args(arguments)))


def _bars() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=console)


def _told(result: ChaosResult, processes: FunctionProcesses) -> int:
    left = _left(processes)
    if left:
        result.problem = result.problem or f"processes were left running: {left}"
    write(result.figures)
    show(console, result.figures, result.verdict)
    if result.problem:
        console.print(result.problem, markup=False, soft_wrap=True)
    console.print(f"{Path('build') / RESULTS.name} has the figures.")
    return 0 if result.is_clean else 1


def _left(processes: FunctionProcesses) -> list[int]:
    """Function processes that outlived their stack, after a moment to end in."""
    deadline = time.monotonic() + _GONE_SECONDS
    while (left := processes.running()) and time.monotonic() < deadline:
        time.sleep(0.2)
    return [worker.pid for worker in left]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
