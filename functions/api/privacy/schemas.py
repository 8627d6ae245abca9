"""Exports and erasures of members as the API shows and takes them."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field

from ariia.domain.privacy.erasure import Erasure
from ariia.services.privacy.export.exports import ExportView
from functions.api.gate.auth import Permission
from functions.api.gate.capabilities import GrantedTo
from functions.api.gate.fields import Instant, RequestModel, ResponseModel, example

ExportStateName = Literal["running", "done", "failed", "expired"]
ErasureStateName = Literal["running", "done"]
ReasonName = Literal[
    "member_request", "consent_withdrawn", "objection", "no_longer_needed", "unlawful", "legal_obligation"
]
_ID = "01k9s4c8q7w2e6r5t1y3u9i0op"
_DOWNLOAD = {
    "url": "https://uploads.s3.eu-central-1.amazonaws.com/exports/…?X-Amz-Signature=…",
    "expires_at": "2026-03-01T09:17:00.000Z",
}
_EXPORT: dict[str, Any] = {
    "id": _ID,
    "state": "done",
    "failure": None,
    "messages": 14,
    "size_bytes": 48_213,
    "download": _DOWNLOAD,
    "requested_by": "anna",
    "requested_at": "2026-03-01T09:00:00.000Z",
    "finished_at": "2026-03-01T09:02:00.000Z",
    "expires_at": "2026-03-08T09:00:00.000Z",
}
_PROOF: dict[str, Any] = {
    "report": {
        "erasure_id": _ID,
        "tenant_id": "studio-nord",
        "reason": "member_request",
        "requested_by": "anna",
        "requested_at": "2026-03-01T09:00:00.000Z",
        "finished_at": "2026-03-01T09:08:00.000Z",
        "erased": {"events": 3, "follow_ups": 1, "members": 1, "receipts": 12, "recipients": 14},
        "kept": {
            "statistics": "counts without members",
            "marks": "hashes of the id and of each address, which refuse them unless a later consent is shown",
            "files_until": "2026-03-08T09:08:00.000Z",
        },
    },
    "sha256": "5a0f3e6f2d5a3d4be1d0b6f0a2f1c96f2c0b6a7f0c7c0a1e9d0a7b3c5d2e1f00",
}
_ERASURE: dict[str, Any] = {
    "id": _ID,
    "state": "done",
    "reason": "member_request",
    "steps_done": 11,
    "waits_for": None,
    "requested_by": "anna",
    "requested_at": "2026-03-01T09:00:00.000Z",
    "finished_at": "2026-03-01T09:08:00.000Z",
    "proof": _PROOF,
}


class DownloadView(ResponseModel):
    """Where the archive can be had. Reading the export again gives a fresh address."""

    model_config = ConfigDict(json_schema_extra=example(_DOWNLOAD))

    url: str
    expires_at: Instant


class MemberExportView(ResponseModel):
    """An export and how far it is."""

    model_config = ConfigDict(json_schema_extra=example(_EXPORT))

    id: str
    state: ExportStateName
    failure: str | None
    messages: Annotated[int, Field(description="Messages in the archive so far.")]
    size_bytes: int | None
    download: Annotated[
        DownloadView | None,
        GrantedTo(Permission.ADMINISTER),
        Field(description="As long as the archive is there."),
    ]
    requested_by: str
    requested_at: Instant
    finished_at: Instant | None
    expires_at: Annotated[Instant, Field(description="From then on the archive is gone.")]

    @classmethod
    def of(cls, view: ExportView) -> Self:
        """The view of an export."""
        export = view.export
        download = None
        if view.url is not None and view.url_expires_at is not None:
            download = DownloadView(url=view.url, expires_at=view.url_expires_at)
        fields = {name: getattr(export, name) for name in cls.model_fields if hasattr(export, name)}
        return cls(**{**fields, "state": view.state.value, "size_bytes": export.size, "download": download})


class ErasureInput(RequestModel):
    """Why the member is erased. A closed list, as the proof holds no personal data."""

    model_config = ConfigDict(json_schema_extra=example({"reason": "member_request"}))

    reason: Annotated[ReasonName, Field(description="The member asked for it, or a ground of GDPR art. 17 (1).")]


class ErasureProofView(ResponseModel):
    """What was erased, by kind and count, when, by whom and why; it says nothing about the member. `sha256` is that of
    `report` as JSON in UTF-8 with sorted names and without blanks; the audit trail holds it too, under the member."""

    model_config = ConfigDict(json_schema_extra=example(_PROOF))

    report: dict[str, Any]
    sha256: str


class ErasureView(ResponseModel):
    """An erasure and how far it is. Whom it is about stands nowhere."""

    model_config = ConfigDict(json_schema_extra=example(_ERASURE))

    id: str
    state: ErasureStateName
    reason: ReasonName
    steps_done: int
    waits_for: Annotated[str | None, Field(description="What holds it up at present, for example a sender.")]
    requested_by: str
    requested_at: Instant
    finished_at: Instant | None
    proof: Annotated[ErasureProofView | None, Field(description="Once it is done.")]

    @classmethod
    def of(cls, erasure: Erasure) -> Self:
        """The view of an erasure."""
        is_done = erasure.is_over and erasure.sha256 is not None
        return cls(
            id=erasure.id,
            state="done" if is_done else "running",
            reason=erasure.reason.value,
            steps_done=len(erasure.steps_done),
            waits_for=erasure.waits_for,
            requested_by=erasure.requested_by,
            requested_at=erasure.requested_at,
            finished_at=erasure.finished_at if is_done else None,
            proof=ErasureProofView(report=erasure.report, sha256=erasure.sha256 or "") if is_done else None,
        )
