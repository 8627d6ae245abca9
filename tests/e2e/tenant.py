"""A tenant of the running stack, as its people use it: over HTTP, with a token for each role."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import requests

from infra.local.demo.api import Api, Json
from infra.local.providers.client import SimulatorClient
from infra.local.stack import LaptopStack

from .campaign import BODY, SentCampaign
from .waiting import eventually
from .zones import NOON, zone_where_it_is

CONSENT: Json = {"email": {"status": "granted", "source": "form", "at": "2026-03-01T09:00:00Z"}}


class Tenant:
    """A business of its own, with a verified sender domain; nobody else uses it. It is noon there, so that no day, no
    month and no clock changes while a test runs."""

    def __init__(self, laptop: LaptopStack, provider: SimulatorClient, name: str) -> None:
        self.id = f"{name}-{uuid.uuid4().hex[:8]}"
        self.domain = f"{self.id}.example"
        self.sender = f"{name.title()} <news@{self.domain}>"
        self.laptop, self.provider, self.api = laptop, provider, Api(laptop, self.id)
        tenant = {
            "id": self.id,
            "name": f"{name.title()} Club",
            "plan": "enterprise",
            "language": "en",
            "timezone": zone_where_it_is(NOON),
        }
        Api(laptop, "operators").post("/v1/tenants", tenant, "platform")
        self.api.post("/v1/senders", {"domain": self.domain}, "admin")

    def answer(self, method: str, path: str, role: str, body: Json | None = None, key: str | None = None) -> Answer:
        """The bare answer of the API to a call in that role."""
        return Answer(self.api.answer(method, path, role, body, key))

    def begin_import(self, content: bytes, kind: str = "csv", **choices: Any) -> str:
        """Uploads a file for import; gives the job's id."""
        job = self.api.post("/v1/imports", {"format": kind, "file_name": f"members.{kind}", **choices}, "editor")
        self.api.upload(job["upload"], content)
        return str(job["id"])

    def finished_import(self, import_id: str) -> Json:
        """The job when it is over."""

        def look() -> Json | None:
            job = self.api.get(f"/v1/imports/{import_id}")
            return job if job["state"] in ("done", "failed") else None

        return eventually(look, "the import ends", every=0.1)

    def has_members(self, members: Iterable[Mapping[str, Any]]) -> None:
        """Imports these members; all consent to e-mail unless they say otherwise."""
        lines = [json.dumps({"consent": CONSENT, **member}) for member in members]
        job = self.finished_import(self.begin_import("\n".join(lines).encode(), "jsonl"))
        assert (job["created"], job["rejected"]) == (len(lines), 0), job

    def has_people(self, count: int) -> list[str]:
        """Imports so many members who just receive; gives their ids."""
        people = [{"id": f"m{n:04d}", "email": f"person{n}@{self.id}-members.example"} for n in range(count)]
        self.has_members([one | {"first_name": f"Person {n}"} for n, one in enumerate(people)])
        return [one["id"] for one in people]

    def member(self, member_id: str) -> Json:
        """The member as the API shows it."""
        return self.api.get(f"/v1/members/{member_id}")

    def drafts(self, **fields: Any) -> SentCampaign:
        """A campaign to all members, in draft."""
        draft = {"name": "Letter", "content_subject": "News", "content_html": BODY, "sender": self.sender}
        made = self.api.post("/v1/campaigns", draft | fields, "editor")
        return SentCampaign(self.api, self.provider, made["id"])

    def has_settings(self, **settings: Any) -> None:
        """Its admin changes these settings."""
        version = self.api.get("/v1/settings", "admin")["version"]
        changed = self.answer("PATCH", "/v1/settings", "admin", {**settings, "version": version})
        assert changed.status == 200, changed

    def follows_up(self, member_id: str, seconds: int, **fields: Any) -> Json:
        """A follow-up to the member, due in so many seconds; a reply cancels it."""
        body = {
            "member_id": member_id,
            "follow_up_at": (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat(),
            "subject": "Back, {{ member.first_name }}?",
            "message_template": "Hello {{ member.first_name }}, how is {{ context.injury }}?",
            "ai_context_json": {"injury": "the knee"},
            "sender": self.sender,
            "cancel_on": ["member_replied"],
        }
        return self.api.post("/v1/follow-ups", body | fields, "agent")


class Answer:
    """What the API answered: its status, its headers and its JSON."""

    def __init__(self, response: requests.Response) -> None:
        self.status, self.headers, self.text = response.status_code, response.headers, response.text
        self.seconds = response.elapsed.total_seconds()

    @property
    def body(self) -> Json:
        """The JSON object in the body; empty when there is no body."""
        return dict(json.loads(self.text)) if self.text else {}

    @property
    def fields(self) -> set[str]:
        """The fields that a problem document names."""
        return {problem["field"] for problem in self.body.get("problems", [])}

    def __repr__(self) -> str:
        return f"<{self.status}: {self.text[:600]}>"
