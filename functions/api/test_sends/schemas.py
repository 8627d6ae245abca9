"""Test sends over HTTP."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import ConfigDict, Field

from ariia.domain.next_steps.waits import Wait
from ariia.domain.wait_cause import WaitCause
from ariia.services.test_sends import MAX_ADDRESSES, TestSend
from functions.api.campaigns.waits import WaitView
from functions.api.gate.fields import Id, Instant, RequestModel, ResponseModel, example

_RESULT: dict[str, Any] = {
    "address": "owner@studio-nord.example",
    "status": "delivered",
    "reason": None,
    "error_message": None,
    "sent_at": "2026-03-01T18:00:00.000Z",
    "waits": None,
}


class TestSendDraft(RequestModel):
    """Where a test goes, and whose data it shows."""

    model_config = ConfigDict(json_schema_extra=example({"addresses": ["owner@studio-nord.example"]}))

    addresses: Annotated[
        list[Annotated[str, Field(max_length=320)]],
        Field(min_length=1, max_length=MAX_ADDRESSES, description="They need not be members."),
    ]
    member_id: Annotated[Id | None, Field(description="Whose data is shown; left out: a sample member's.")] = None


class TestSendResult(ResponseModel):
    """How one address stands."""

    model_config = ConfigDict(json_schema_extra=example(_RESULT))

    address: str
    status: Annotated[str, Field(description="As of recipients: pending, sent, delivered, failed, …")]
    reason: str | None
    error_message: str | None
    sent_at: Instant | None
    waits: Annotated[WaitView | None, Field(description="What a pending one waits for, and until when.")]


class TestSendView(ResponseModel):
    """A test send; kept for seven days."""

    model_config = ConfigDict(
        json_schema_extra=example(
            {
                "id": "01k9r1c2d3e4f5g6h7j8k9m0np",
                "campaign_id": "01k9qjz7t2n4h6p8s0v3x5y7ab",
                "created_at": "2026-03-01T18:00:00.000Z",
                "results": [_RESULT],
            }
        )
    )

    id: str
    campaign_id: str
    created_at: Instant
    results: list[TestSendResult]

    @classmethod
    def of(cls, made: TestSend) -> Self:
        """The view of a test send."""
        results = [
            TestSendResult(
                address=address,
                status=str(one.status) if one else "pending",
                reason=one.reason if one else None,
                error_message=one.error_message if one else None,
                sent_at=one.sent_at if one else None,
                waits=WaitView.of(one.waits if one else Wait(WaitCause.RATE)),
            )
            for address, one in made.addresses.items()
        ]
        return cls(id=made.id, campaign_id=made.campaign_id, created_at=made.created_at, results=results)
