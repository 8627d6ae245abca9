"""Submitting, scheduling and sending obey the preflight: its errors refuse them, unless the caller accepts these.

Nobody waits for minutes: a large audience is counted by a job. Its latest result for this very content counts, however
old; while there is none, what needs it is refused with `not_counted` and may be repeated when the job is done."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from ariia.domain.campaigns.findings import NOT_COUNTED, FindingsError, Moment, as_findings, refusals
from ariia.domain.content.checks.findings import Finding
from ariia.domain.errors import InvalidError

if TYPE_CHECKING:
    # Functions that only wake a series up hold a gate and never ask it: a preflight is much to load.
    from ariia.services.campaigns.reading import CampaignDetails
    from ariia.services.preflight.preflight import Preflights

_NOT_COUNTED = Finding(
    NOT_COUNTED,
    "error",
    "the audience is large and still being counted: read the preflight, and repeat this when it is finished",
    field="target_filter_json",
)


class PreflightGate:
    """Lets pass what has no errors but those that were accepted."""

    def __init__(self, preflights: Preflights) -> None:
        self._preflights = preflights

    def require(
        self, details: CampaignDetails, accepted: Collection[str], moment: Moment, also: Sequence[Finding] = ()
    ) -> list[Finding]:
        """The warnings about a campaign as it is drafted, or about what of it was submitted. FindingsError naming all
        errors, those of `also` among them, but for those with a code in `accepted`."""
        findings = list(dict.fromkeys([*also, *self._findings(details)]))
        refused = refusals(findings, moment, accepted)
        if refused:
            words = "; ".join(dict.fromkeys(one.message for one in refused))
            raise FindingsError(f"it can't be {moment}: {words}", refused, about=details.campaign)
        return [one for one in findings if one.severity == "warning"]

    def _findings(self, details: CampaignDetails) -> list[Finding]:
        try:
            report = self._preflights.current(details)
        except InvalidError as error:
            # A target that can't be read has nobody to count.
            return [*as_findings("target", error), *self._preflights.about_message(details)]
        return [*report.findings, *([_NOT_COUNTED] if report.counted is None else [])]
