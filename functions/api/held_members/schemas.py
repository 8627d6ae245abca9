"""Deciding about held members over HTTP."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from ariia.domain.identifiers import ID_PATTERN
from ariia.services.release.held_members import MOST_AT_ONCE
from functions.api.campaigns.action_schemas import Reason
from functions.api.campaigns.examples import SUMMARY
from functions.api.campaigns.views import CampaignSummary
from functions.api.gate.fields import RequestModel, example

MemberId = Annotated[str, Field(pattern=ID_PATTERN)]
_ASKED = {"decision": "send_again", "member_ids": ["m0042", "m0043", "m0044"], "reason": "The mailboxes have nothing"}


class DecisionRequest(RequestModel):
    """What becomes of members of whom nobody knows whether they got it (`reason=needs_decision` in the recipients)."""

    model_config = ConfigDict(json_schema_extra=example(_ASKED))

    decision: Annotated[
        Literal["send_again", "give_up"],
        Field(description="`send_again`: they wait to be sent to, like at first. `give_up`: they get nothing more."),
    ]
    member_ids: Annotated[list[MemberId], Field(min_length=1, max_length=MOST_AT_ONCE)]
    reason: Reason = None


class DecidedCampaign(CampaignSummary):
    """The campaign, and who of the named members was decided about."""

    model_config = ConfigDict(
        json_schema_extra=example(
            SUMMARY
            | {"status": "sending", "actions": ["pause", "cancel"]}
            | {"decided": ["m0042"], "reached": ["m0043"], "not_held": ["m0044"]}
        )
    )

    decided: Annotated[list[str], Field(description="As asked for, now or by an earlier request.")]
    reached: Annotated[list[str], Field(description="Got it by the first attempt, as a late event shows: left alone.")]
    not_held: Annotated[list[str], Field(description="No recipients, or not held: left alone.")]
