"""Imports as the API shows and takes them."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field

from ariia.services.imports.imports import ImportView, ListedLine
from functions.api.gate.auth import Permission
from functions.api.gate.capabilities import GrantedTo
from functions.api.gate.fields import Instant, RequestModel, ResponseModel, example

FormatName = Literal["csv", "jsonl", "mailchimp", "pinpoint_csv", "pinpoint_jsonl"]
ContactStatusName = Literal["subscribed", "unsubscribed", "cleaned", "nonsubscribed"]
StateName = Literal["waiting_for_upload", "running", "done", "failed"]
_UPLOAD = {
    "method": "PUT",
    "url": "https://uploads.s3.eu-central-1.amazonaws.com/imports/…?X-Amz-Signature=…",
    "headers": {"Content-Type": "text/csv"},
    "expires_at": "2026-03-01T10:00:00.000Z",
}
_IMPORT: dict[str, Any] = {
    "id": "01k9qjx2v4c1m8r6t5w3y7z0ab",
    "format": "csv",
    "file_name": "members-march.csv",
    "state": "running",
    "failure": None,
    "upload": None,
    "bytes_total": 412_000,
    "bytes_done": 206_000,
    "lines_total": 2_012,
    "lines_done": 1_000,
    "created": 990,
    "updated": 2,
    "unchanged": 1,
    "rejected": 7,
    "withdrawals_kept": 1,
    "send_confirmations": False,
    "contact_status": None,
    "awaiting_confirmation": 0,
    "also_opted_out": 0,
    "warnings": 0,
    "parts": 2,
    "parts_done": 1,
    "parts_failed": 0,
    "created_by": "anna",
    "created_at": "2026-03-01T09:00:00.000Z",
    "uploaded_at": "2026-03-01T09:00:10.000Z",
    "finished_at": None,
}
_PROBLEM = {
    "field": "email",
    "message": "is not a valid e-mail address",
    "value": "anna@",
    "allowed": "local@domain.tld (RFC 5321)",
}
_REJECTED = {"line": 17, "problems": [_PROBLEM]}
_CHANGED = {
    "field": "tags",
    "message": 'holds a character that no tag may have, and was taken over as "GTM - 11 20"',
    "value": "GTM - 11/20",
    "allowed": 'a tag without ; | , / \\ " # ? % < > [ ] { } ^ `',
}


class ImportDraft(RequestModel):
    """A file to come."""

    model_config = ConfigDict(json_schema_extra=example({"format": "csv", "file_name": "members-march.csv"}))

    format: Annotated[
        FormatName,
        Field(
            description="`csv`: UTF-8, first line = column names (id, external_id, email, phone, telegram_id, "
            "first_name, last_name, language, timezone, tags separated by `;`, consent_email, consent_email_source, "
            "consent_email_at and so on by channel, consent_email_confirmed_at for an earlier double opt-in, "
            "attributes.<name>); delimited by comma, semicolon or tab. "
            "`jsonl`: one member per line, as in `POST /v1/members`. "
            "`mailchimp`: an audience export, each of its files by itself: the unsubscribed (column UNSUB_TIME) become "
            "a no, the cleaned (CLEAN_TIME) are suppressed as hard bounces, the subscribed become a yes where they "
            "have a time of it; for the others see `contact_status`. "
            "`pinpoint_csv`, `pinpoint_jsonl`: exported endpoints; OptOut ALL becomes a no of the address, and the "
            "addresses of one User.UserId one member. "
            "Of the exports of other systems, what does not fit here is changed or left out, see `warnings`."
        ),
    ]
    file_name: Annotated[
        str | None,
        Field(description="Up to 200 characters, for people. Mailchimp's own name of a file says whose it is."),
    ] = None
    contact_status: Annotated[
        ContactStatusName | None,
        Field(
            description="Whose file an export of Mailchimp is. Needed where neither a column (UNSUB_TIME, CLEAN_TIME) "
            "nor the file's name (`subscribed_…`, `nonsubscribed_…`) tells: the import fails without it. The "
            "`nonsubscribed` have never agreed, and get no consent."
        ),
    ] = None
    send_confirmations: Annotated[
        bool,
        Field(
            description="With the setting double_opt_in: whether those whom it leaves `pending` are asked at once to "
            "confirm. Left out, nobody gets an e-mail by an import; `POST /v1/members/{id}/consent/email/confirmation` "
            "asks them one by one."
        ),
    ] = False


class UploadView(ResponseModel):
    """Where to send the file: one request of this method, with exactly these headers."""

    model_config = ConfigDict(json_schema_extra=example(_UPLOAD))

    method: Literal["PUT"] = "PUT"
    url: str
    headers: dict[str, str]
    expires_at: Instant


class ImportJobView(ResponseModel):
    """An import and how far it is."""

    model_config = ConfigDict(json_schema_extra=example(_IMPORT))

    id: str
    format: FormatName
    file_name: str | None
    state: Annotated[StateName, Field(description="`failed`: see `failure`; what was imported is counted as ever.")]
    failure: str | None
    upload: Annotated[
        UploadView | None,
        GrantedTo(Permission.EDIT_MEMBERS),
        Field(description="As long as nothing was uploaded, and for callers who may edit members; else null."),
    ]
    bytes_total: int | None
    bytes_done: int
    lines_total: Annotated[int | None, Field(description="Lines that should be members, once the file is cut.")]
    lines_done: int
    created: int
    updated: int
    unchanged: int
    rejected: int
    withdrawals_kept: Annotated[
        int, Field(description="Lines that said yes for members who have said no since: the no was kept.")
    ]
    contact_status: Annotated[
        ContactStatusName | None, Field(description="Whose file an export of Mailchimp is, once that is known.")
    ]
    send_confirmations: bool
    awaiting_confirmation: Annotated[
        int, Field(description="Lines whose yes to e-mail waits until the member confirms it.")
    ]
    also_opted_out: Annotated[
        int,
        Field(
            description="Members whom a line's no reaches besides the one that the line is about: they have the same "
            "address. The noes of rejected lines count as well."
        ),
    ]
    warnings: Annotated[
        int, Field(description="Imported lines of which something was changed or left out: `GET …/warnings`.")
    ]
    parts: int
    parts_done: int
    parts_failed: int
    created_by: str
    created_at: Instant
    uploaded_at: Instant | None
    finished_at: Instant | None

    @classmethod
    def of(cls, view: ImportView) -> Self:
        """The view of an import."""
        job, progress = view.job, view.progress
        return cls(
            **{name: getattr(progress, name) for name in cls.model_fields if hasattr(progress, name)},
            id=job.id,
            format=job.format.value,
            file_name=job.file_name,
            contact_status=job.contact_status.value if job.contact_status else None,
            send_confirmations=job.send_confirmations,
            upload=UploadView.model_validate(view.upload) if view.upload else None,
            lines_total=progress.records_total,
            lines_done=progress.records_done,
            created_by=job.created_by,
            created_at=job.created_at,
            uploaded_at=job.uploaded_at,
        )


class LineProblemView(ResponseModel):
    """One thing wrong with a line."""

    model_config = ConfigDict(json_schema_extra=example(_PROBLEM))

    field: Annotated[str, Field(description="A field of the member, or `line` for the line as a whole.")]
    message: str
    value: Annotated[Any, Field(description="What stood there, cut to 100 characters.")]
    allowed: Any


class RejectedLineView(ResponseModel):
    """A line that was not imported."""

    model_config = ConfigDict(json_schema_extra=example(_REJECTED))

    line: Annotated[int, Field(description="Its number in the file, from 1; of a record of several lines the first.")]
    problems: list[LineProblemView]

    @classmethod
    def of(cls, rejected: ListedLine) -> Self:
        """The view of a rejected line."""
        return cls.model_validate(rejected)


class WarningLineView(ResponseModel):
    """A line that was imported without something that stood there, or with it changed."""

    model_config = ConfigDict(json_schema_extra=example({"line": 17, "problems": [_CHANGED]}))

    line: Annotated[int, Field(description="Its number in the file, from 1; of a record of several lines the first.")]
    problems: Annotated[
        list[LineProblemView], Field(description="What did not fit, and in `message` what became of it.")
    ]

    @classmethod
    def of(cls, warned: ListedLine) -> Self:
        """The view of a line with warnings."""
        return cls.model_validate(warned)
