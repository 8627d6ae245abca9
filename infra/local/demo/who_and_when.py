"""The second half of the story: a segment of those who clicked, a send at everybody's own time, follow-ups from a chat,
and the limit of a plan."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from infra.local.providers.client import SimulatorClient
from infra.local.stack import LaptopStack

from .agreement import identity_breach
from .api import Api, DemoError, Json
from .narration import chapter, progress, say, table
from .waiting import wait_for

_ZONE = "Europe/Berlin"
# Where many members live, and no clock is ever changed.
_STEADY_ZONE = "Asia/Tokyo"
_LINK = '<p><a href="{{ unsubscribe_url }}">Abmelden</a></p>'


class WhoAndWhen:
    """Goes on with the tenant after its first campaign; each chapter checks what it shows."""

    def __init__(
        self, stack: LaptopStack, tenant_id: str, sender: str, earlier: Json, zones: Mapping[str, str]
    ) -> None:
        """`earlier` is the campaign whose recipients the segment is about; `zones` are the members' by id."""
        self._api, self._platform = Api(stack, tenant_id), Api(stack, "platform")
        self._simulator = SimulatorClient(stack.simulator_url)
        self._tenant_id, self._sender, self._earlier, self._zones = tenant_id, sender, earlier, dict(zones)
        self._segment: Json = {}
        self._campaign: Json = {}
        self._follow_ups: list[Json] = []
        self._here = _ZONE

    def play(self, recipients: Sequence[Json]) -> None:
        """Plays the chapters; DemoError when the product does not do what is told."""
        clicked = [one["member_id"] for one in recipients if one["status"] == "clicked"]
        self._make_segment(len(clicked))
        self._follow_up(clicked[:2])
        self._schedule()
        self._wait_for_the_hour()
        self._look_after_follow_ups()
        self._reach_the_limit()

    def _make_segment(self, clicked: int) -> None:
        chapter(8, "A segment: who clicked, wherever they are")
        wanted = {
            "name": "Clicked in spring",
            "filter_json": {"field": f"campaign:{self._earlier['id']}:clicked", "op": "eq", "value": True},
        }
        self._segment = self._api.post("/v1/segments", wanted, "editor", key="demo-segment")
        count = self._api.get(f"/v1/segments/{self._segment['id']}/count")
        if count["members"] != clicked:
            raise DemoError(f"the segment counts {count['members']} members, the ledger {clicked} who clicked")
        say(f"It is evaluated when it is used: {count['members']} members now, as many as the ledger says.")

    def _follow_up(self, members: Sequence[str]) -> None:
        chapter(9, "Two follow-ups, born in a chat")
        soon = _now() + timedelta(seconds=2)
        body = {
            "reason": "Pause - back in two weeks",
            "follow_up_at": soon.isoformat(),
            "subject": "Wieder da, {{ member.first_name|default('du') }}?",
            "message_template": "Hallo {{ member.first_name|default('du') }}, was macht {{ context.injury }}?",
            "ai_context_json": {"injury": "das Knie"},
            "cancel_on": ["member_replied"],
            "sender": self._sender,
        }
        self._follow_ups = [
            self._api.post("/v1/follow-ups", body | {"member_id": one}, "agent", key=f"demo-follow-up-{one}")
            for one in members
        ]
        event = {"id": "demo-reply", "name": "member_replied", "member_id": members[0]}
        cancelled = self._api.post("/v1/events", event, "agent")["cancelled_follow_ups"]
        if cancelled != [self._follow_ups[0]["id"]]:
            raise DemoError(f"the reply cancelled {cancelled}")
        say("One member replies before it is due: that follow-up is cancelled. The other one goes out.")

    def _schedule(self) -> None:
        chapter(10, "A scheduled campaign, at everybody's own time")
        due = _now() + timedelta(minutes=1, seconds=30)
        # In the hour that comes twice, a local time means the first one, which may have passed.
        self._here = _STEADY_ZONE if due.astimezone(ZoneInfo(_ZONE)).fold else _ZONE
        local = due.astimezone(ZoneInfo(self._here)).strftime("%Y-%m-%dT%H:%M")
        campaign = {
            "name": "For those who clicked",
            "type": "scheduled",
            "target_type": "segment",
            "target_filter_json": {"segment_ids": [self._segment["id"]]},
            "content_subject": "Noch eine Woche",
            "content_html": f"<p>Hallo {{{{ member.first_name|default('du') }}}}</p>{_LINK}",
            "sender": self._sender,
            "scheduled_at": local,
            "scheduled_timezone": self._here,
            "member_local_time": True,
        }
        self._campaign = self._api.post("/v1/campaigns", campaign, "editor", key="demo-scheduled")
        submitted = self._api.post(f"{self._path}/submit", {}, "editor")
        approval = {"submitted_hash": submitted["submitted_hash"]}
        self._api.post(f"{self._path}/approve", approval, "approver")
        self._api.post(f"{self._path}/schedule", {}, "approver")
        say(f"It goes out at {local[-5:]} by the clock of each member.")

    def _wait_for_the_hour(self) -> None:
        with progress() as bars:
            bar = bars.add_task(f"until it is that time in {self._here}", total=None)

            def look() -> Json | None:
                read = self._api.get(self._path)
                due, got = self._due(read), self._got()
                bars.update(bar, completed=len(got), total=len(due) or None)
                here = [wave for wave in read["waves"] if _clocks(wave["zone"]) == _clocks(self._here)]
                return read if here and _begins(here[0]) <= _now() and due <= got else None

            read = wait_for(look, "the scheduled campaign")
        early = sorted(self._got() - self._due(read))
        if early:
            raise DemoError(f"{len(early)} members got it before their hour: {early[:5]}")
        rows = [(f"{_begins(wave):%a %H:%M}", wave["zone"]) for wave in sorted(read["waves"], key=_begins)]
        table("Who goes together, and from when on (UTC)", ("from", "zone"), rows)
        stats = self._api.get(f"{self._path}/stats")
        say(f"{stats['sent']} have it, as it is their hour; {stats['pending']} wait for theirs.")
        self._api.post(f"{self._path}/cancel", {"reason": "the demo ends here"}, "approver")
        ended = self._api.get(f"{self._path}/stats")
        if ended["pending"] or identity_breach(ended):
            raise DemoError(f"after the cancel: {ended['pending']} pending, {identity_breach(ended)}")
        say(f"Cancelled: {ended['excluded_by_reason'].get('cancelled', 0)} will not get it any more.")

    def _look_after_follow_ups(self) -> None:
        chapter(11, "What became of the follow-ups")

        def look() -> Json | None:
            found = self._api.get(f"/v1/follow-ups/{self._follow_ups[1]['id']}")
            return found if found["status"] == "sent" else None

        with progress() as bars:
            bars.add_task("until the other one is sent", total=None)
            sent = wait_for(look, "the follow-up")
        replied = self._api.get(f"/v1/follow-ups/{self._follow_ups[0]['id']}")
        rows = [(one["member_id"], one["status"], one["status_reason"] or "") for one in (replied, sent)]
        table("Follow-ups", ("member", "status", "why"), rows)
        campaigns = (self._earlier["id"], self._campaign["id"])
        others = [one.tags for one in self._simulator.messages() if one.tags["campaign"] not in campaigns]
        got = Counter(tags["member"] for tags in others)
        if got != {sent["member_id"]: 1}:
            raise DemoError(f"the provider has these follow-ups: {dict(got)}")

    def _reach_the_limit(self) -> None:
        chapter(12, "The limit of a plan")
        self._on_plan("starter")
        campaign = {"name": "One more", "content_subject": "Hallo", "content_html": _LINK, "sender": self._sender}
        made = self._api.post("/v1/campaigns", campaign, "editor", key="demo-one-more")
        path = f"/v1/campaigns/{made['id']}"
        submitted = self._api.post(f"{path}/submit", {}, "editor")
        self._api.post(f"{path}/approve", {"submitted_hash": submitted["submitted_hash"]}, "approver")
        refused = self._api.answer("POST", f"{path}/send", "approver", {})
        if refused.status_code != 402:
            raise DemoError(f"beyond the plan, sending answered {refused.status_code}")
        problem = refused.json()
        say(f"On the plan starter: {refused.status_code}, {problem['detail']}.")
        say(f"{problem['used']} of {problem['limit']} used; the plan {problem['lifted_by']} lifts it, at once.")
        self._on_plan(problem["lifted_by"])
        usage = self._api.get("/v1/usage")["features"]
        rows = [(one["feature"], one["used"], one["reserved"], one["limit"] or "as many as wanted") for one in usage]
        table(f"Used on the plan {problem['lifted_by']}", ("feature", "used", "reserved", "limit"), rows)

    def _on_plan(self, plan: str) -> None:
        path = f"/v1/tenants/{self._tenant_id}"
        version = self._platform.get(path, "platform")["version"]
        self._platform.call("PATCH", path, "platform", {"plan": plan, "version": version})

    def _due(self, read: Json) -> set[str]:
        """Ids of those whom the campaign means and whose hour has come, by the clocks of their zones."""
        open_clocks = {_clocks(wave["zone"]) for wave in read["waves"] if _begins(wave) <= _now()}
        meant = {one["member_id"] for one in self._api.pages(f"{self._path}/recipients") if not one["reason"]}
        return {one for one in meant if _clocks(self._zone(one)) in open_clocks}

    def _zone(self, member_id: str) -> str:
        """Where the member lives. Who has no usable id in the file was given one by the import."""
        if member_id not in self._zones:
            self._zones[member_id] = self._api.get(f"/v1/members/{member_id}")["timezone"] or ""
        return self._zones[member_id] or _ZONE

    def _got(self) -> set[str]:
        """Ids of those who have the message, as the provider says."""
        return {one.tags["member"] for one in self._simulator.messages({"campaign": self._campaign["id"]})}

    @property
    def _path(self) -> str:
        return f"/v1/campaigns/{self._campaign['id']}"


def zones_of(members_file: Path) -> dict[str, str]:
    """The time zone of each member in an import file, by id."""
    with members_file.open(newline="") as lines:
        found: dict[str, str] = {}
        for row in csv.DictReader(lines):
            found.setdefault(row["id"], row["timezone"] or "")
        return found


def _now() -> datetime:
    return datetime.now(UTC)


def _begins(wave: Json) -> datetime:
    return datetime.fromisoformat(wave["not_before"])


def _clocks(zone: str) -> timedelta | None:
    """What tells zones apart today."""
    return _now().astimezone(ZoneInfo(zone)).utcoffset()
