"""A campaign of the running stack, from its draft to the comparison with the provider's record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from infra.local.demo.agreement import disagreements, identity_breach, wrong_figures
from infra.local.demo.api import Api, Json
from infra.local.providers.client import SentMessage, SimulatorClient

from .waiting import eventually

BODY = '<p>Hello {{ member.first_name|default("you") }}</p><p><a href="{{ unsubscribe_url }}">Unsubscribe</a></p>'


def headers_in(message: Json) -> dict[str, str]:
    """The headers, by name, of a message as the simulator shows it."""
    return {one["name"]: one["value"] for one in message["headers"]}


class SentCampaign:
    """Drives one campaign and holds its figures against each other at every look."""

    def __init__(self, api: Api, provider: SimulatorClient, campaign_id: str) -> None:
        self.id, self.path = campaign_id, f"/v1/campaigns/{campaign_id}"
        self._api, self._provider = api, provider

    def read(self) -> Json:
        """The campaign as it stands."""
        return self._api.get(self.path)

    def act(self, action: str, role: str = "admin", body: Json | None = None) -> Json:
        """Submits, sends, pauses … as `action` says."""
        return self._api.post(f"{self.path}/{action}", body or {}, role)

    def approved(self, *despite: str) -> SentCampaign:
        """Has it reviewed, whatever the preflight finds of these."""
        submitted = self.act("submit", "editor", {"despite": list(despite)})
        self.act("approve", "approver", {"submitted_hash": submitted["submitted_hash"]})
        return self

    def sends(self, *despite: str) -> SentCampaign:
        """Has it reviewed and begins to send, whatever the preflight finds of these."""
        self.approved(*despite).act("send", "approver")
        return self

    def figures(self) -> Json:
        """The figures now; fails when targeted is not the sum of its parts."""
        stats = self._api.get(f"{self.path}/stats")
        breach = identity_breach(stats)
        assert breach is None, breach
        return stats

    def until(self, holds: Callable[[Json], bool], what: str, seconds: float = 60.0) -> Json:
        """The figures once they are as wanted; every look on the way has to add up."""

        def look() -> Json | None:
            stats = self.figures()
            return stats if holds(stats) else None

        return eventually(look, what, seconds)

    def ends(self, seconds: float = 60.0, *, as_what: str = "sent") -> SentCampaign:
        """Waits until it is sent, or ended otherwise."""
        ended = self.until(lambda stats: stats["status"] != "sending", "the campaign ends", seconds)
        assert ended["status"] == as_what, self.read()
        return self

    def recipients(self) -> list[Json]:
        """The whole ledger as the API shows it."""
        return list(self._api.pages(f"{self.path}/recipients"))

    def messages(self) -> list[SentMessage]:
        """What the provider accepted of it."""
        return list(self._provider.messages({"campaign": self.id}))

    def agrees(self, seconds: float = 45.0) -> SentCampaign:
        """Waits until ledger, figures and the provider's record say the same of every member: nobody lost or twice."""
        self._provider.wait_until_quiet(seconds)
        faults: list[str] = ["never compared"]

        def look() -> bool:
            recipients = self.recipients()
            faults[:] = disagreements(recipients, self.messages()) + wrong_figures(self.figures(), recipients)
            return not faults

        try:
            eventually(look, "ledger and provider agree", seconds, every=0.5)
        except AssertionError as error:
            raise AssertionError(f"{error}: {faults[:10]}") from None
        doubled = [member for member, count in self.messages_by_member().items() if count > 1]
        assert doubled == []
        return self

    def messages_by_member(self) -> Counter[str]:
        """How many messages the provider took for each member."""
        return Counter(message.tags["member"] for message in self.messages())

    def statuses(self) -> Counter[str]:
        """How many recipients are of each status; those left out by their reason."""
        return Counter(one["reason"] or one["status"] for one in self.recipients())
