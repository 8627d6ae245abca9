"""`python -m infra.local.demo`: exit status 0 when every figure agrees, 1 when one does not. Leaves nothing running."""

from __future__ import annotations

import sys
import time

from infra.local.logs import keep_logs
from infra.local.process import LocalStackError
from infra.local.stack import LaptopStack

from .api import DemoError
from .narration import console, say
from .story import Story

_RATE = 400.0
_WAIT_SCALE = 0.3


def main() -> int:
    """Starts the stack, plays the story, stops the stack."""
    started = time.monotonic()
    console.print("[bold]ARIIA Campaigns, from import to report, on this machine[/bold]")
    stack = LaptopStack(rate=_RATE, wait_scale=_WAIT_SCALE)
    try:
        with console.status("starting the emulator and deploying the stacks (the first time takes longer) …"):
            stack.start()
        say(f"Deployed after {time.monotonic() - started:.0f} s. While the demo runs:")
        say(f"API reference  {stack.api_url}/reference")
        say(f"Inbox          {stack.simulator_url}/")
        Story(stack).play()
    except (DemoError, LocalStackError, TimeoutError) as error:
        console.print("\n[bold red]The demo found a fault:[/bold red]")
        console.print(str(error), soft_wrap=True, markup=False)
        say(f"What emulator, functions and simulator wrote is in {keep_logs(stack, 'demo-logs')}.")
        return 1
    finally:
        stack.stop()
    console.print(f"\n[bold green]Done in {time.monotonic() - started:.0f} s: every figure agrees.[/bold green]")
    say("`make run` keeps a stack up: the inbox page, the API reference and a token for each role.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
