"""Members one by one."""

from __future__ import annotations

from typing import Any

import pytest

from ariia.domain.address import address_hash
from ariia.domain.channel import Channel
from ariia.domain.creation import Creation
from ariia.domain.errors import ConflictError, InvalidError, NotFoundError, TransientError
from ariia.domain.members.member import Consent, ConsentStatus, Member
from ariia.services.members.members import Members
from tests.builders import any_double_opt_in
from tests.doubles.clock import CountingIds, ManualClock
from tests.doubles.jobs import MemoryJobs
from tests.doubles.members.members import MemoryMembers

TENANT = "studio"


class Setting:
    def __init__(self) -> None:
        self.store, self.clock = MemoryMembers(), ManualClock()
        self.members = Members(self.store, MemoryJobs(), any_double_opt_in(), self.clock, CountingIds("new"))

    def put(self, member_id: str = "anna", version: int | None = None, **values: Any) -> Member:
        return self.members.upsert(TENANT, member_id, values, version).member


@pytest.fixture
def setting() -> Setting:
    return Setting()


def problems_of(error: pytest.ExceptionInfo[InvalidError]) -> dict[str, object]:
    return {problem.field: problem.value for problem in error.value.problems}


def test_fields_not_given_stay_as_they_are(setting: Setting) -> None:
    setting.put(first_name="Anna", email="Anna@Example.com", tags=["yoga"], attributes={"visits": 3, "level": "b"})

    member = setting.put(last_name="Kowalska", attributes={"visits": 4})

    assert (member.first_name, member.last_name, member.email) == ("Anna", "Kowalska", "Anna@example.com")
    assert (member.tags, member.attributes, member.version) == (["yoga"], {"visits": 4, "level": "b"}, 2)


def test_null_clears_a_field(setting: Setting) -> None:
    setting.put(first_name="Anna", tags=["yoga"], attributes={"visits": 3, "level": "b"})

    member = setting.put(first_name=None, tags=None, attributes={"visits": None})
    assert (member.first_name, member.tags, member.attributes) == (None, [], {"level": "b"})

    assert setting.put(attributes=None).attributes == {}


def test_repeated_put_writes_nothing(setting: Setting) -> None:
    values: dict[str, Any] = {"email": "a@example.com", "consent": {"email": {"status": "granted"}}}
    first = setting.put(**values)
    setting.clock.advance(60)

    assert setting.put(**values) == first


def test_change_based_on_an_old_version_is_refused(setting: Setting) -> None:
    setting.put(first_name="Anna")
    setting.put(first_name="Anne")

    with pytest.raises(ConflictError):
        setting.put(version=1, first_name="Ann")
    with pytest.raises(ConflictError):
        setting.members.delete(TENANT, "anna", 1)
    assert setting.put(version=2, first_name="Ann").version == 3


def test_every_bad_field_is_named_with_value_and_what_is_allowed(setting: Setting) -> None:
    bad: dict[str, Any] = {
        "email": "not an address",
        "phone": "030 1234",
        "timezone": "Europe/Atlantis",
        "language": "german",
        "telegram_id": "@anna",
        "first_name": "Anna\nBcc: x@example.com",
        "tags": ["a;b"],
        "attributes": {"1st": 1, "deep": {"a": 1}},
        "consent": {"pigeon": {}, "email": {"status": "maybe"}, "sms": {"status": "granted", "at": "yesterday"}},
        "birthday": "2000-01-01",
    }
    with pytest.raises(InvalidError) as refused:
        setting.put(**bad)

    assert problems_of(refused).keys() == {
        "email",
        "phone",
        "timezone",
        "language",
        "telegram_id",
        "first_name",
        "tags",
        "attributes.1st",
        "attributes.deep",
        "consent.pigeon",
        "consent.email.status",
        "consent.sms.at",
        "birthday",
    }
    assert problems_of(refused)["timezone"] == "Europe/Atlantis"
    assert all(problem.allowed for problem in refused.value.problems)


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ({"language": "PT-br"}, "pt-BR"),
        ({"language": "zh_hant_tw"}, "zh-Hant-TW"),
        ({"phone": "+49 (30) 12-34/56"}, "+4930123456"),
        ({"email": " Jörg@Müller.example "}, "Jörg@xn--mller-kva.example"),
        ({"first_name": "Zoe\u0308"}, "Zoë"),
        ({"timezone": "Asia/Tokyo"}, "Asia/Tokyo"),
    ],
)
def test_fields_are_stored_in_their_usual_form(setting: Setting, given: dict[str, Any], stored: str) -> None:
    member = setting.put(**given)

    assert getattr(member, next(iter(given))) == stored


def test_attributes_have_bounds(setting: Setting) -> None:
    for attributes in (
        {f"a{n}": 1 for n in range(101)},
        {f"a{n}": "x" * 999 for n in range(9)},
        {"text": "x" * 1001},
        {"number": float("inf")},
        {"list": list(range(51))},
        {"nested": [[1]]},
    ):
        with pytest.raises(InvalidError):
            setting.put(attributes=attributes)
    assert setting.put(attributes={"list": [1, "a", True], "none": None}).attributes == {"list": [1, "a", True]}


def test_member_without_id_gets_the_same_one_from_its_external_id_or_address(setting: Setting) -> None:
    by_external = setting.members.create(TENANT, {"external_id": "CRM 17/ä"}).entity
    by_email = setting.members.create(TENANT, {"email": "Anna@Example.com"}).entity

    assert by_external.external_id == "CRM 17/ä"
    for values, member in (({"external_id": "CRM 17/ä"}, by_external), ({"email": "anna@EXAMPLE.com"}, by_email)):
        with pytest.raises(ConflictError, match=member.id):
            setting.members.create(TENANT, values)
    assert setting.members.create(TENANT, {"first_name": "Nobody"}).entity.id == "new-1"


def test_creation_repeated_with_its_key_gives_the_same_member(setting: Setting) -> None:
    key = Creation("k1", "fingerprint-1")
    first = setting.members.create(TENANT, {"first_name": "Anna"}, key)
    setting.put(first.entity.id, first_name="Changed")

    again = setting.members.create(TENANT, {"first_name": "Anna"}, key)

    assert (first.replayed, again.replayed) == (False, True)
    assert (again.entity.id, again.entity.first_name) == (first.entity.id, "Changed")


def test_key_used_with_other_values_is_refused(setting: Setting) -> None:
    setting.members.create(TENANT, {"email": "a@example.com"}, Creation("k1", "fingerprint-1"))

    with pytest.raises(InvalidError, match="Idempotency-Key"):
        setting.members.create(TENANT, {"email": "b@example.com"}, Creation("k1", "fingerprint-2"))


def test_refused_creation_is_refused_again_with_the_same_key(setting: Setting) -> None:
    setting.members.create(TENANT, {"email": "a@example.com"})
    for _ in range(2):
        with pytest.raises(ConflictError):
            setting.members.create(TENANT, {"email": "a@example.com"}, Creation("k1", "fingerprint-1"))


def test_change_that_named_no_version_and_is_overtaken_each_time_may_come_again(
    setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    setting.put(tags=["yoga"])
    monkeypatch.setattr(setting.store, "save", lambda members: {member.id for member in members})
    for change in (
        lambda: setting.put(first_name="Anna"),
        lambda: setting.members.add_tags(TENANT, "anna", ["trial"]),
    ):
        with pytest.raises(TransientError):
            change()
    with pytest.raises(ConflictError):
        setting.put(first_name="Anna", version=1)


def test_malformed_id_is_refused(setting: Setting) -> None:
    with pytest.raises(InvalidError):
        setting.put("anna@example.com", first_name="Anna")


def test_unknown_member_is_not_found(setting: Setting) -> None:
    for act in (setting.members.get, setting.members.delete):
        with pytest.raises(NotFoundError):
            act(TENANT, "nobody")
    with pytest.raises(NotFoundError):
        setting.members.add_tags(TENANT, "nobody", ["yoga"])


def test_tags_are_added_and_removed_once(setting: Setting) -> None:
    setting.put(tags=["yoga"])
    setting.members.add_tags(TENANT, "anna", ["früh", "yoga"])
    member = setting.members.add_tags(TENANT, "anna", ["früh"])
    assert (member.tags, member.version) == (["yoga", "früh"], 2)

    setting.members.remove_tag(TENANT, "anna", "yoga")
    member = setting.members.remove_tag(TENANT, "anna", "yoga")
    assert (member.tags, member.version) == (["früh"], 3)

    with pytest.raises(InvalidError):
        setting.members.add_tags(TENANT, "anna", [f"t{n}" for n in range(100)])


def test_undated_consent_of_a_put_does_not_override_a_no(setting: Setting) -> None:
    denied = {"email": {"status": "denied", "at": "2026-03-01T10:00:00Z"}}
    setting.put(email="a@example.com", consent=denied)
    setting.clock.advance(3600)

    member = setting.put(consent={"email": {"status": "granted"}})

    assert member.consent["email"].status is ConsentStatus.DENIED
    later = setting.put(consent={"email": {"status": "granted", "source": "desk", "at": "2026-03-02T10:00:00Z"}})
    assert later.consent["email"].source == "desk"
    assert [(entry.status.value, entry.source) for entry in later.consent_history] == [
        ("denied", "api"),
        ("granted", "desk"),
    ]


def test_a_dated_consent_from_before_the_last_no_of_the_address_does_not_come_back(setting: Setting) -> None:
    """The member shows the first no, the address knows the last one."""
    setting.put(email="a@example.com", consent={"email": {"status": "denied", "at": "2026-03-01"}})
    last = Consent(ConsentStatus.DENIED, "one_click", setting.clock.now())
    setting.store.withdraw(TENANT, "email", address_hash(Channel.EMAIL, "a@example.com"), last)

    member = setting.put(consent={"email": {"status": "granted", "at": "2026-03-02"}})

    assert member.consent["email"] == last


def test_an_upsert_that_did_not_see_the_no_of_its_new_address_does_not_override_it(setting: Setting) -> None:
    """The no is written between the upsert's look at the address and its own write, and is older than that look."""
    store, said_at = setting.store, setting.clock.now()
    withdrawal = Consent(ConsentStatus.DENIED, "one_click", said_at)
    look = store.withdrawals

    def look_just_before(*arguments: Any) -> dict[str, Consent]:
        found = look(*arguments)
        store.withdraw(TENANT, "email", address_hash(Channel.EMAIL, "a@example.com"), withdrawal)
        setting.clock.advance(1)
        return found

    store.withdrawals = look_just_before  # type: ignore[method-assign]
    member = setting.put(email="a@example.com", consent={"email": {"status": "granted"}})

    assert member.consent["email"] == withdrawal


def test_consent_from_the_future_is_refused(setting: Setting) -> None:
    with pytest.raises(InvalidError) as refused:
        setting.put(consent={"email": {"status": "granted", "at": "2127-01-01T00:00:00Z"}})
    assert problems_of(refused) == {"consent.email.at": "2127-01-01T00:00:00Z"}
