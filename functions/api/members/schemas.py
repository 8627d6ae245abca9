"""Members as the API shows and takes them."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field

from ariia.domain.members.member import Member
from ariia.services.confirmations.asking_again import AskedAgain
from ariia.services.confirmations.questions import OpenQuestion
from functions.api.campaigns.waits import WAIT, WaitView
from functions.api.gate.fields import Id, Instant, InstantInput, RequestModel, ResponseModel, Version, example

ChannelName = Literal["email", "whatsapp", "telegram", "sms"]
StatusName = Literal["granted", "denied", "pending"]
_SAID = {"status": "granted", "source": "membership form", "at": "2026-03-01T09:00:00.000Z"}
_CONSENT = {**_SAID, "proof": {"text": "Yes, send me news", "form": "F-17"}}
_NOTED = {**_CONSENT, "by": "anna"}
_WRITTEN: dict[str, Any] = {
    "external_id": "CRM-1042",
    "email": "anna.kowalska@example.com",
    "phone": "+4930123456",
    "telegram_id": None,
    "first_name": "Anna",
    "last_name": "Kowalska",
    "language": "de",
    "timezone": "Europe/Berlin",
    "tags": ["yoga", "trial"],
    "attributes": {"visits": 12, "home_studio": "Nord", "vip": True},
}
_STORED: dict[str, Any] = {
    "id": "m0042",
    **_WRITTEN,
    "consent": {"email": _NOTED},
    "consent_history": [{"channel": "email", **_SAID}],
    "suppression": {"sms": {"reason": "hard_bounce", "at": "2026-04-01T09:00:00.000Z"}},
    "shared_address": ["email"],
    "created_at": "2026-03-01T09:00:00.000Z",
    "updated_at": "2026-03-01T09:00:00.000Z",
    "version": 3,
}


class ConsentInput(RequestModel):
    """What a member said about a channel. Of two words the later one holds."""

    model_config = ConfigDict(json_schema_extra=example(_CONSENT))

    status: StatusName
    source: Annotated[str | None, Field(max_length=100, description="Where it was said. Left out: `api`.")] = None
    at: Annotated[InstantInput | None, Field(description="When it was said; not in the future.")] = None
    proof: Annotated[
        dict[str, Any] | None,
        Field(
            description="What shows it, as you keep it: the text agreed to, the form, the page. At most 1 KB. An "
            'earlier double opt-in is shown by `{"double_opt_in": {"confirmed_at": "2026-03-01T09:05:00Z"}}`.'
        ),
    ] = None


class MemberFields(RequestModel):
    """What clients decide about a member. Fields that are left out stay as they are, null clears."""

    model_config = ConfigDict(json_schema_extra=example(_WRITTEN))

    external_id: Annotated[str | None, Field(description="The id in your own system, up to 256 characters.")] = None
    email: Annotated[str | None, Field(description="Stored with its domain in punycode.")] = None
    phone: Annotated[str | None, Field(description="E.164; used for SMS and WhatsApp.")] = None
    telegram_id: Annotated[str | None, Field(description="Telegram chat id.")] = None
    first_name: Annotated[str | None, Field(description="Up to 100 characters.")] = None
    last_name: Annotated[str | None, Field(description="Up to 100 characters.")] = None
    language: Annotated[str | None, Field(description="BCP 47, for example `de` or `pt-BR`.")] = None
    timezone: Annotated[str | None, Field(description="IANA time zone.")] = None
    tags: Annotated[
        list[str] | None, Field(description="All tags (interests are tags): at most 100 of at most 64 characters.")
    ] = None
    attributes: Annotated[
        dict[str, Any] | None,
        Field(description="Custom fields: texts, numbers, booleans, short lists. Merged by name; null removes one."),
    ] = None
    consent: Annotated[
        dict[ChannelName, ConsentInput] | None,
        Field(description="By channel. Without `at` it never overrides a no: `PUT …/consent/{channel}` does."),
    ] = None

    def values(self) -> dict[str, Any]:
        """What was sent, by name."""
        return self.model_dump(exclude_unset=True, exclude={"version"})


class MemberDraft(MemberFields):
    """A new member."""

    model_config = ConfigDict(json_schema_extra=example({"id": "m0042", **_WRITTEN, "consent": {"email": _CONSENT}}))

    id: Annotated[
        Id | None, Field(description="Left out: follows from `external_id`, else from `email`, else is new.")
    ] = None


class MemberChange(MemberFields):
    """What a member becomes."""

    model_config = ConfigDict(json_schema_extra=example({**_WRITTEN, "version": 3}))

    version: Version | None = None


class TagsInput(RequestModel):
    """Tags to add."""

    model_config = ConfigDict(json_schema_extra=example({"tags": ["yoga", "early bird"]}))

    tags: Annotated[list[str], Field(min_length=1, max_length=100)]


class SaidView(ResponseModel):
    """What a member said, from where it is known, and when they said it."""

    model_config = ConfigDict(json_schema_extra=example(_SAID))

    status: StatusName
    source: str
    at: Instant


class ConsentView(SaidView):
    """A member's word on a channel, with what shows it and who noted it (null: the member)."""

    model_config = ConfigDict(json_schema_extra=example(_NOTED))

    proof: dict[str, Any]
    by: str | None


class ConsentChangeView(SaidView):
    """One entry of the evidence; `GET /v1/audit` has it with its proof."""

    model_config = ConfigDict(json_schema_extra=example({"channel": "email", **_SAID}))

    channel: ChannelName


class ConfirmationView(ResponseModel):
    """That the member is asked once more to confirm, since `asked_at`."""

    model_config = ConfigDict(
        json_schema_extra=example({"member_id": "m0042", "channel": "email", "asked_at": "2026-03-01T09:00:00.000Z"})
    )

    member_id: str
    channel: ChannelName
    asked_at: Instant

    @classmethod
    def of(cls, asked: AskedAgain) -> Self:
        """The view of it."""
        return cls.model_validate(asked)


class QuestionView(ResponseModel):
    """How the question of the double opt-in stands that a member has not answered."""

    model_config = ConfigDict(
        json_schema_extra=example({"member_id": "m0042", "channel": "email", "sent_at": None, "waits": WAIT})
    )

    member_id: str
    channel: ChannelName
    sent_at: Annotated[
        Instant | None, Field(description="When the provider took the latest e-mail with it; null = none so far.")
    ]
    waits: Annotated[WaitView | None, Field(description="What it waits for, and until when; null = it is not asked.")]

    @classmethod
    def of(cls, question: OpenQuestion) -> Self:
        """The view of it."""
        return cls.model_validate(vars(question) | {"waits": WaitView.of(question.waits)})


class SuppressionView(ResponseModel):
    """Why an address gets nothing more."""

    model_config = ConfigDict(json_schema_extra=example(_STORED["suppression"]["sms"]))

    reason: str
    at: Instant


class MemberView(ResponseModel):
    """A member."""

    model_config = ConfigDict(json_schema_extra=example(_STORED))

    id: str
    external_id: str | None
    email: str | None
    phone: str | None
    telegram_id: str | None
    first_name: str | None
    last_name: str | None
    language: str | None
    timezone: str | None
    tags: list[str]
    attributes: dict[str, Any]
    consent: dict[str, ConsentView]
    consent_history: Annotated[list[ConsentChangeView], Field(description="The last 20 changes, oldest first.")]
    suppression: dict[str, SuppressionView]
    shared_address: Annotated[list[str], Field(description="Channels on which somebody else has the same address.")]
    created_at: Instant
    updated_at: Instant
    version: int

    @classmethod
    def of(cls, member: Member) -> Self:
        """The view of a member."""
        return cls.model_validate(member)
