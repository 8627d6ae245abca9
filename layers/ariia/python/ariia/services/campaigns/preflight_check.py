"""What submitting, scheduling and sending ask of a preflight. The room preflight, which knows campaigns, answers it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol

from ariia.domain.campaigns.findings import Moment
from ariia.domain.content.checks.findings import Finding
from ariia.services.campaigns.reading import CampaignDetails


class PreflightCheck(Protocol):
    """Lets pass what has no errors but those that were accepted."""

    def require(
        self, details: CampaignDetails, accepted: Collection[str], moment: Moment, also: Sequence[Finding] = ()
    ) -> list[Finding]:
        """The warnings about a campaign. FindingsError naming all errors, those of `also` among them, but for those
        with a code in `accepted`."""
        ...
