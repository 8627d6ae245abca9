from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from infra.local import ministack as ministack_module
from infra.local.ministack import Ministack
from infra.local.process import GuardedProcess, LocalStackError, clean_environment, free_ports, listens

ROOT = Path(__file__).parents[2]
ASKER = """
import sys, time
from pathlib import Path
from infra.local.ministack import Ministack
print(Ministack(Path(sys.argv[1])).start().port, flush=True)
time.sleep(60)
"""


def alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_until(condition: object, seconds: float = 15.0) -> None:
    assert callable(condition)
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def guarded(tmp_path: Path, script: str) -> GuardedProcess:
    log = tmp_path / "server.log"
    command = [sys.executable, "-u", "-c", script]
    return GuardedProcess("server", command, environment=clean_environment(), log=log, directory=tmp_path)


def test_the_emulator_answers_only_on_this_machine_and_is_gone_when_stopped(tmp_path: Path) -> None:
    with Ministack(tmp_path) as ministack:
        assert ministack.session().client("sqs", endpoint_url=ministack.endpoint).list_queues()
        addresses = Path("/proc/net/tcp").read_text() + Path("/proc/net/tcp6").read_text()
        assert f"0100007F:{ministack.port:04X} 00000000:0000 0A" in addresses
        assert f"00000000:{ministack.port:04X}" not in addresses
    assert not listens(ministack.port)


def test_the_emulator_ends_even_when_its_asker_is_killed(tmp_path: Path) -> None:
    asker = subprocess.Popen([sys.executable, "-c", ASKER, str(tmp_path)], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert asker.stdout
    port = int(asker.stdout.readline())
    assert listens(port)
    asker.kill()
    asker.communicate()
    wait_until(lambda: not listens(port))


def test_a_server_that_ignores_being_asked_is_killed_with_all_it_started(tmp_path: Path) -> None:
    server = guarded(
        tmp_path,
        "import signal, subprocess, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "print(subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']).pid); time.sleep(60)",
    )
    wait_until(lambda: server.log_tail().strip().isdigit())
    grandchild = int(server.log_tail())
    assert alive(grandchild)
    server.stop()
    assert not alive(grandchild)


def test_a_server_that_ends_too_early_shows_its_log(tmp_path: Path) -> None:
    server = guarded(tmp_path, "print('no such table'); raise SystemExit(3)")
    with pytest.raises(LocalStackError, match=r"server ended with 3:\nno such table"):
        server.wait_until(lambda: False, seconds=10)
    server.stop()


def test_a_server_that_never_gets_ready_is_reported(tmp_path: Path) -> None:
    server = guarded(tmp_path, "import time; print('hm'); time.sleep(60)")
    wait_until(lambda: server.log_tail() == "hm")
    with pytest.raises(LocalStackError, match=r"was not ready after 0\.1 s"):
        server.wait_until(lambda: False, seconds=0.1)
    server.stop()


def test_terminating_the_guard_ends_its_server(tmp_path: Path) -> None:
    server = guarded(tmp_path, "import os, time; print(os.getpid()); time.sleep(60)")
    wait_until(lambda: server.log_tail().strip().isdigit())
    child = int(server.log_tail())
    guard = int(Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[1])
    os.kill(guard, signal.SIGTERM)
    wait_until(lambda: not alive(child))
    server.stop()


def test_a_ministack_whose_faults_are_unknown_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(ministack_module, "VERSION", "9.9.9")
    with pytest.raises(LocalStackError, match=r"ministack 9\.9\.9 is needed"):
        Ministack(tmp_path).start()


def test_servers_do_not_see_the_users_account(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "somebody")
    assert not [name for name in clean_environment() if name.startswith("AWS_")]


def test_free_ports_are_different() -> None:
    assert len(set(free_ports(5))) == 5
