"""The campaign that goes through it: its tenant, its members, and the looks at it on the way."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import requests

from infra.local.demo.agreement import identity_breach
from infra.local.demo.api import Api, DemoError, Json
from infra.local.providers.client import SimulatorClient
from infra.local.stack import LaptopStack

TENANT, DOMAIN = "studio-chaos", "studio-chaos.example"
_CONSENT: Json = {"email": {"status": "granted", "source": "form", "at": "2026-03-01T09:00:00Z"}}
_BODY = '<p>Hello {{ member.first_name }}</p><p><a href="{{ unsubscribe_url }}">Unsubscribe</a></p>'
_REACTIONS = ("", "", "", "", "", "", "", "+open", "+open.click", "+botopen")
# One in so many gets the address of a mailbox that does not take the message; one in a thousand complains.
_TROUBLE_EVERY, _TROUBLES = 50, (*("bounce", "softbounce", "reject") * 6, "bounce", "complaint")
_PATIENCE_SECONDS = 45.0


class PatientApi(Api):
    """Asks again when the function that should have answered was killed. For what may be asked twice."""

    def answer(
        self, method: str, path: str, role: str, body: Json | None = None, key: str | None = None
    ) -> requests.Response:
        """The first answer that is no 5xx, or the last one within the patience."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while True:
            answer = super().answer(method, path, role, body, key)
            if answer.status_code < 500 or time.monotonic() > deadline:
                return answer
            time.sleep(0.5)


class ChaosCampaign:
    """One broadcast to everybody of one tenant."""

    def __init__(self, stack: LaptopStack, members: int) -> None:
        self._stack = stack
        self._api = PatientApi(stack, TENANT)
        self._provider = SimulatorClient(stack.simulator_url)
        self._path = ""
        self.members = {f"m{number:05d}": _address(number) for number in range(members)}
        self.id, self.is_sending, self.resumed = "", False, 0

    def prepare(self, seconds: float) -> None:
        """Tenant, sender, members, an approved campaign. Raises DemoError."""
        tenant = {"id": TENANT, "name": "Studio Chaos", "plan": "enterprise", "language": "en"}
        PatientApi(self._stack, "platform").post("/v1/tenants", tenant, "platform", key="chaos-tenant")
        self._api.post("/v1/senders", {"domain": DOMAIN}, "admin", key="chaos-sender")
        self._import_members(time.monotonic() + seconds)
        draft = {"name": "Chaos", "content_subject": "News", "content_html": _BODY, "sender": f"news@{DOMAIN}"}
        self.id = self._api.post("/v1/campaigns", draft, "editor", key="chaos-campaign")["id"]
        self._path = f"/v1/campaigns/{self.id}"
        submitted = self._api.post(f"{self._path}/submit", {}, "editor")
        approval = {"submitted_hash": submitted["submitted_hash"]}
        self._api.post(f"{self._path}/approve", approval, "approver")

    def send(self) -> None:
        """Presses the button; afterwards there is something to compare."""
        self._api.post(f"{self._path}/send", {}, "approver")
        self.is_sending = True

    def resume_if_paused(self) -> None:
        """A complaint among the first thousand pauses the campaign, each time: the owner knows why and goes on."""
        if self._api.get(self._path)["paused_at"] is not None:
            self.resumed += 1
            answer = self._api.answer("POST", f"{self._path}/resume", "admin", {"reason": "It is chaos, not the list"})
            # 409: an answer got lost, and it goes on already; or it was cancelled.
            if answer.status_code not in (200, 409):
                raise DemoError(f"resuming answered {answer.status_code}")

    def stats(self) -> Json:
        """The figures now. Raises DemoError when they don't add up."""
        stats = self._api.get(f"{self._path}/stats")
        if breach := identity_breach(stats):
            raise DemoError(f"at a poll, {breach}")
        return stats

    def recipients(self) -> Iterator[Json]:
        """The whole ledger as the API shows it."""
        return self._api.pages(f"{self._path}/recipients")

    def _import_members(self, deadline: float) -> None:
        lines = [json.dumps(_member(member, address)) for member, address in self.members.items()]
        wanted = {"format": "jsonl", "file_name": "members.jsonl"}
        job = self._api.post("/v1/imports", wanted, "editor", key="chaos-import")
        self._api.upload(job["upload"], "\n".join(lines).encode())
        while job["state"] not in ("done", "failed"):
            if time.monotonic() > deadline:
                raise DemoError("the import did not end in time")
            time.sleep(0.3)
            job = self._api.get(f"/v1/imports/{job['id']}")
        if job["created"] != len(lines):
            raise DemoError(f"{job['created']} of {len(lines)} members were imported")


def _address(number: int) -> str:
    if number % _TROUBLE_EVERY == 0:
        return f"{_TROUBLES[number // _TROUBLE_EVERY % len(_TROUBLES)]}+m{number}@members.example"
    return f"member{number}{_REACTIONS[number % len(_REACTIONS)]}@members.example"


def _member(member: str, address: str) -> dict[str, Any]:
    return {"id": member, "email": address, "first_name": f"Person {member[1:]}", "consent": _CONSENT}
