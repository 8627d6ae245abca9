"""What every AuditTrail promises, by itself and as members and tenants are written."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from ariia.adapters.dynamodb.audit import DynamoAudit
from ariia.adapters.dynamodb.members.members import DynamoMembers
from ariia.adapters.dynamodb.members.suppressions import DynamoSuppressions
from ariia.adapters.dynamodb.tenants import DynamoTenants
from ariia.domain.address import address_hash
from ariia.domain.audit.entries import AuditEntry, AuditKind, subject_of
from ariia.domain.channel import Channel
from ariia.domain.members.member import Consent, ConsentStatus, Member, Suppression, TrackingChoice
from ariia.domain.tenants.tenant import Tenant
from ariia.ports.audit import AuditTrail
from ariia.ports.members.members import MemberStore
from ariia.ports.suppressions import Lift, SuppressionStore
from ariia.ports.tenants import TenantStore
from tests.doubles.audit import MemoryAudit
from tests.doubles.members.members import MemoryMembers
from tests.doubles.members.suppressions import MemorySuppressions
from tests.doubles.tenants import MemoryTenants

MAIL = "anna@example.com"
HASH = address_hash(Channel.EMAIL, MAIL)
JUNE, JULY = 1_780_272_000_000, 1_783_000_000_000
GRANTED = Consent(ConsentStatus.GRANTED, "form", 5, {"text": "yes"}, "desk")


@dataclass
class Stores:
    trail: AuditTrail
    members: MemberStore
    suppressions: SuppressionStore
    tenants: TenantStore
    now: int = JULY

    def actions(self, tenant_id: str, member_id: str | None = None) -> list[tuple[str | None, str, str]]:
        page = (
            self.trail.page_of_member(tenant_id, subject_of(tenant_id, member_id), 100, None)
            if member_id
            else self.trail.page(tenant_id, 100, None, JUNE, JULY + 1)
        )
        assert page.after is None
        return [(one.member_id, one.kind.value, one.action) for one in page.entries]


@pytest.fixture(params=["memory", "dynamodb"])
def stores(request: pytest.FixtureRequest) -> Stores:
    def now() -> int:
        return found.now

    if request.param == "dynamodb":
        request.getfixturevalue("dynamodb_tables")
        found = Stores(DynamoAudit(), DynamoMembers(4, now=now), DynamoSuppressions(4, now=now), DynamoTenants())
    else:
        trail = MemoryAudit()
        members = MemoryMembers(4, trail, now)
        found = Stores(trail, members, MemorySuppressions(members), MemoryTenants(trail))
    return found


def entry(at: int, action: str = "changed") -> AuditEntry:
    return AuditEntry(AuditKind.SETTINGS, action, at, "anna")


def test_entries_come_newest_first_over_months_and_pages(stores: Stores, tenant_id: str) -> None:
    for at, token in ((JUNE, "a"), (JULY, "b"), (JUNE + 1, "c")):
        stores.trail.append(tenant_id, [entry(at, f"{token}1"), entry(at, f"{token}2")], token)
    stores.trail.append(tenant_id, [entry(JULY, "b1")], "b")

    seen, after = [], None
    while True:
        page = stores.trail.page(tenant_id, 2, after, JUNE, JULY)
        seen += [one.action for one in page.entries]
        assert len(page.entries) <= 2
        after = page.after
        if after is None:
            break

    assert sorted(seen[:2]) in (["b1", "b2"], ["b1", "c1"])
    assert seen[-4:] == ["c1", "c2", "a1", "a2"]
    assert stores.trail.page("somebody-else", 10, None, JUNE, JULY).entries == []


def test_a_saved_member_leaves_entries_with_proof_and_author(stores: Stores, tenant_id: str) -> None:
    member = Member("anna", tenant_id, email=MAIL, consent={"email": GRANTED})
    stores.members.save([member, Member("ben", tenant_id)])
    stores.now += 1
    member.tracking = TrackingChoice("page", 9, opens=False)
    stores.members.save([member])

    assert stores.actions(tenant_id, "anna") == [("anna", "tracking", "chosen"), ("anna", "consent", "granted")]
    assert stores.actions(tenant_id) == stores.actions(tenant_id, "anna")
    assert stores.actions(tenant_id, "ben") == []
    consent = stores.trail.page(tenant_id, 10, None, JUNE, stores.now).entries[1]
    assert (consent.by, consent.reason, consent.at) == ("desk", "form", JULY)
    assert consent.details == {"said_at": 5, "proof": {"text": "yes"}}


def test_what_was_not_stored_is_not_noted(stores: Stores, tenant_id: str) -> None:
    stale = Member("anna", tenant_id, consent={"email": GRANTED}, version=3)

    assert stores.members.save([stale]) == ["anna"]

    assert stores.actions(tenant_id) == []


def test_a_suppression_and_its_lift_are_noted_for_address_and_member(stores: Stores, tenant_id: str) -> None:
    stores.members.save([Member("anna", tenant_id, email=MAIL)])
    stores.members.suppress(tenant_id, "email", HASH, Suppression("hard_bounce", 10))
    stores.members.suppress(tenant_id, "email", HASH, Suppression("hard_bounce", 11))
    stores.now += 1
    assert stores.suppressions.lift(tenant_id, "email", HASH, Lift(20, "boss", "works again")) == ["anna"]

    assert stores.actions(tenant_id, "anna") == [
        ("anna", "suppression", "lifted"),
        ("anna", "suppression", "suppressed"),
    ]
    entries = stores.trail.page(tenant_id, 10, None, JUNE, JULY + 1).entries
    assert len(entries) == 4
    assert {(one.by, one.reason) for one in entries[:2]} == {("boss", "works again")}
    assert all(one.address == HASH and MAIL not in str(one) for one in entries)


def test_an_opt_out_is_noted_for_everybody_it_puts_out_and_for_an_address_that_nobody_has(
    stores: Stores, tenant_id: str
) -> None:
    said = Consent(ConsentStatus.DENIED, "stop_word", 10, {"event": "e1"})
    stores.members.withdraw(tenant_id, "email", HASH, said)
    [entry] = stores.trail.page(tenant_id, 10, None, JUNE, JULY + 1).entries
    assert (entry.member_id, entry.address, entry.action, entry.by) == (None, HASH, "denied", "stop_word")

    people = {one: Member(one, tenant_id, email=MAIL, consent={"email": GRANTED}) for one in ("anna", "ben")}
    people["anna"].consent["email"] = Consent(ConsentStatus.GRANTED, "desk", 20)
    people["ben"].consent["email"] = Consent(ConsentStatus.GRANTED, "desk", 40)
    stores.members.save(list(people.values()))
    stores.now += 1
    for _ in range(2):
        stores.members.withdraw(tenant_id, "email", HASH, Consent(ConsentStatus.DENIED, "one_click", 30, {"page": "u"}))

    assert stores.actions(tenant_id, "anna") == [("anna", "consent", "denied"), ("anna", "consent", "granted")]
    assert stores.actions(tenant_id, "ben") == [("ben", "consent", "granted")]
    newest = stores.trail.page(tenant_id, 1, None, JUNE, JULY + 1).entries[0]
    assert (newest.by, newest.details) == ("one_click", {"said_at": 30, "proof": {"page": "u"}})


def test_settings_are_noted_only_when_they_are_stored(stores: Stores, tenant_id: str) -> None:
    tenant = Tenant(tenant_id, "Gym")
    stores.tenants.create(tenant)
    stale = Tenant(tenant_id, "Gym", version=7)

    assert not stores.tenants.save(stale, [entry(JUNE, "stale")])
    assert stores.tenants.save(tenant, [entry(JUNE)])

    assert stores.actions(tenant_id) == [(None, "settings", "changed")]


def test_redaction_leaves_that_it_happened_and_a_hash(stores: Stores, tenant_id: str) -> None:
    stores.members.save([Member(one, tenant_id, email=MAIL, consent={"email": GRANTED}) for one in ("anna", "ben")])
    subject = subject_of(tenant_id, "anna")

    assert stores.trail.redact(tenant_id, subject, 10) == 1
    assert stores.trail.redact(tenant_id, subject, 10) == 0

    assert stores.actions(tenant_id, "anna") == [(None, "consent", "granted")]
    assert sorted(stores.actions(tenant_id), key=str) == [("ben", "consent", "granted"), (None, "consent", "granted")]
    [kept] = stores.trail.page_of_member(tenant_id, subject, 10, None).entries
    assert list(kept.details) == ["sha256"]
    assert "anna" not in str(kept)
    assert "yes" not in str(kept)


def test_what_is_noted_about_an_address_is_redacted_by_its_hash(stores: Stores, tenant_id: str) -> None:
    stores.members.save([Member("ben", tenant_id, email=MAIL)])
    stores.suppressions.add(tenant_id, "email", HASH, Suppression("manual", 10, "desk", "Anna called"))

    assert stores.trail.redact(tenant_id, HASH, 10) == 1
    assert stores.trail.redact(tenant_id, HASH, 10) == 0

    kept = stores.trail.page(tenant_id, 10, None, JUNE, JULY + 1).entries
    assert sorted((one.member_id or "", one.address or "", one.reason or "") for one in kept) == [
        ("", "", ""),
        ("ben", HASH, "Anna called"),
    ]
