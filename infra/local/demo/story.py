"""The story: a studio imports its members, writes to them, and sees what came of it."""

from __future__ import annotations

import time

from infra.local.providers.client import SentMessage, SimulatorClient
from infra.local.stack import LaptopStack
from infra.paths import ROOT

from .agreement import disagreements, identity_breach, wrong_figures
from .api import Api, DemoError, Json
from .narration import chapter, pairs, progress, say, table
from .waiting import SECONDS, wait_for
from .who_and_when import WhoAndWhen, zones_of

TENANT = "studio-nord"
DOMAIN = "studio-nord.example"
SENDER = f"Studio Nord <news@{DOMAIN}>"
MEMBERS_FILE = ROOT / "examples" / "members.csv"
TEMPLATE = ROOT / "examples" / "template.html"
_MEMBERS = 2_000


class Story:
    """Plays the chapters in order; each one checks what it shows."""

    def __init__(self, stack: LaptopStack) -> None:
        self._stack = stack
        self._simulator = SimulatorClient(stack.simulator_url)
        self._api = Api(stack, TENANT)
        self._job: Json = {}
        self._campaign: Json = {}
        self._recipients: list[Json] = []

    def play(self) -> None:
        """Plays everything; DemoError when the product does not do what is told."""
        self._set_up_tenant()
        self._import_members()
        self._write_campaign()
        self._review()
        self._send()
        self._compare()
        self._report()
        sequel = WhoAndWhen(self._stack, TENANT, SENDER, self._campaign, zones_of(MEMBERS_FILE))
        sequel.play(self._recipients)

    def _set_up_tenant(self) -> None:
        chapter(1, "A tenant and its sender")
        platform = Api(self._stack, "platform")
        tenant = {"id": TENANT, "name": "Studio Nord", "plan": "professional", "timezone": "Europe/Berlin"}
        platform.post("/v1/tenants", tenant | {"language": "de"}, "platform", key="demo-tenant")
        sender = self._api.post("/v1/senders", {"domain": DOMAIN}, "admin", key="demo-sender")
        say(f"Studio Nord may send from {DOMAIN}: {len(sender['dns_records'])} DNS records, verified.")

    def _import_members(self) -> None:
        chapter(2, f"Import of {MEMBERS_FILE.relative_to(ROOT)}")
        content = MEMBERS_FILE.read_bytes()
        wanted = {"format": "csv", "file_name": MEMBERS_FILE.name}
        job = self._api.post("/v1/imports", wanted, "editor", key="demo-import")
        self._api.upload(job["upload"], content)
        with progress() as bars:
            bar = bars.add_task("importing", total=None)

            def look() -> Json | None:
                found = self._api.get(f"/v1/imports/{job['id']}")
                bars.update(bar, completed=found["lines_done"], total=found["lines_total"])
                return found if found["state"] in ("done", "failed") else None

            self._job = wait_for(look, "the import")
        counts = {name: self._job[name] for name in ("created", "updated", "unchanged", "rejected")}
        if self._job["state"] != "done" or counts["created"] != _MEMBERS:
            raise DemoError(f"the import ended as {self._job['state']} with {pairs(counts)}")
        say(f"{pairs(counts)}.")

    def _write_campaign(self) -> None:
        chapter(3, "A template and a broadcast")
        template = {
            "name": "Newsletter",
            "type": "email",
            "body_template": TEMPLATE.read_text(),
            "footer_html": '<p><a href="{{ unsubscribe_url }}">Abmelden</a> · '
            '<a href="{{ view_url }}">Im Browser ansehen</a></p>',
            "variables_json": {"offer_end": {"type": "string", "required": True}},
        }
        made = self._api.post("/v1/templates", template, "editor", key="demo-template")
        campaign = {
            "name": "Spring at Studio Nord",
            "template_id": made["id"],
            "content_subject": "{{ member.first_name|default('Hallo') }}, dein Frühling beginnt hier",
            "content_values": {"offer_end": "31. März"},
            "sender": SENDER,
            "target_type": "all_members",
        }
        self._campaign = self._api.post("/v1/campaigns", campaign, "editor", key="demo-campaign")
        say(f"Campaign {self._campaign['id']} is a {self._campaign['status']}.")
        preflight = self._api.post(f"{self._path}/preflight", {}, "editor")
        self._show_preflight(preflight)

    def _show_preflight(self, preflight: Json) -> None:
        counts, cost, duration = preflight["counts"], preflight["cost"], preflight["duration"]
        say(f"Preflight: {counts['will_get']} of {counts['matched']} would get it.")
        say(f"Left out: {pairs(counts['excluded'])}.")
        say(f"Cost about ${cost['total']:.2f}; {duration['seconds']} s at {duration['per_second']:.0f} a second.")

    def _review(self) -> None:
        chapter(4, "Review")
        submitted = self._api.post(f"{self._path}/submit", {}, "editor")
        approval = {"submitted_hash": submitted["submitted_hash"], "reason": "Read and liked"}
        refused = self._api.answer("POST", f"{self._path}/approve", "viewer", approval)
        if refused.status_code != 403:
            raise DemoError(f"a viewer could approve: {refused.status_code}")
        say(f"A viewer tries to approve: {refused.status_code}, {refused.json()['detail']}.")
        approved = self._api.post(f"{self._path}/approve", approval, "approver")
        say(f"An approver approves exactly what was submitted: {approved['status']}.")

    def _send(self) -> None:
        chapter(5, "Sending")
        self._api.post(f"{self._path}/send", {}, "approver")
        with progress() as bars:
            bar = bars.add_task("sending", total=None)

            def look() -> Json | None:
                stats = self._api.get(f"{self._path}/stats")
                if breach := identity_breach(stats):
                    raise DemoError(f"at a poll, {breach}")
                bars.update(bar, completed=stats["targeted"] - stats["pending"], total=stats["targeted"] or None)
                return stats if stats["status"] != "sending" else None

            ended = wait_for(look, "the campaign")
        if ended["status"] != "sent":
            raise DemoError(f"the campaign ended as {ended['status']}")
        say("Every poll added up: targeted = pending + sent + failed + bounced + excluded.")

    def _compare(self) -> None:
        chapter(6, "Members react; the ledger against the provider's own record")
        summary = self._simulator.wait_until_quiet(seconds=60)
        say(f"The provider took {summary.accepted} messages and reported {pairs(summary.occurred)}.")
        messages = list(self._simulator.messages({"campaign": self._campaign["id"]}))
        found = self._wait_for_events(messages)
        if summary.doubled or found:
            raise DemoError("; ".join([*(f"doubled: {one}" for one in summary.doubled), *found[:10]]))
        say(f"All {len(self._recipients)} rows of the ledger agree with the provider; nobody has two messages.")

    def _wait_for_events(self, messages: list[SentMessage]) -> list[str]:
        """What still disagrees when all events had time to arrive."""
        with progress() as bars:
            bar = bars.add_task("recording what members did", total=len(messages))
            deadline = time.monotonic() + SECONDS
            while True:
                self._recipients = list(self._api.pages(f"{self._path}/recipients"))
                found = self._faults(self._api.get(f"{self._path}/stats"), messages)
                bars.update(bar, completed=max(0, len(messages) - len(found)))
                if not found or time.monotonic() > deadline:
                    return found
                time.sleep(1)

    def _faults(self, stats: Json, messages: list[SentMessage]) -> list[str]:
        breach = identity_breach(stats)
        faults = disagreements(self._recipients, messages) + wrong_figures(stats, self._recipients)
        return [*faults, *([breach] if breach else [])]

    def _report(self) -> None:
        chapter(7, "What came of it")
        stats = self._api.get(f"{self._path}/stats")
        names = ("targeted", "sent", "delivered", "opened", "clicked", "bounced", "failed", "excluded")
        more = ("complained", "unsubscribed", "machine_opened")
        rows = [(name, stats[name], _share(stats[name], stats["targeted"])) for name in names + more]
        table("Figures", ("figure", "members", "share"), rows)
        table("Left out, and why", ("reason", "members"), stats["excluded_by_reason"].items())
        self._tell_one()
        rejected = list(self._api.pages(f"/v1/imports/{self._job['id']}/rejected", "editor"))
        rows = [
            (line["line"], problem["field"], problem["message"]) for line in rejected for problem in line["problems"]
        ]
        table("Rejected lines of the import", ("line", "field", "reason"), rows)

    def _tell_one(self) -> None:
        clicked = next(one for one in self._recipients if one["status"] == "clicked")
        story = self._api.get(f"{self._path}/recipients/{clicked['member_id']}")
        member = self._api.get(f"/v1/members/{clicked['member_id']}")
        name = " ".join(filter(None, (member.get("first_name"), member.get("last_name"))))
        rows = [(entry["at"], entry["event"]) for entry in story["timeline"]]
        table(f"The story of {name} <{member['email']}>", ("when", "what"), rows)

    @property
    def _path(self) -> str:
        return f"/v1/campaigns/{self._campaign['id']}"


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else ""
