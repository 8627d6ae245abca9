"""What every ErasureStore does."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import pytest

from ariia.adapters.dynamodb.audit import DynamoAudit
from ariia.adapters.dynamodb.erasures import DynamoErasures
from ariia.adapters.dynamodb.members.members import DynamoMembers
from ariia.adapters.dynamodb.members.suppressions import DynamoSuppressions
from ariia.domain.address import address_hash
from ariia.domain.audit.entries import AuditEntry, AuditKind, subject_of
from ariia.domain.channel import Channel
from ariia.domain.members.address_index import MembersRefusedError, address_key, id_key
from ariia.domain.members.erasure_mark import ErasureMark
from ariia.domain.members.member import Consent, ConsentStatus, Member, Suppression
from ariia.ports.audit import AuditTrail
from ariia.ports.erasures import ErasureStore
from ariia.ports.members.members import MemberStore
from ariia.ports.suppressions import SuppressionStore
from tests.doubles.erasures import MemoryErasures
from tests.doubles.members.members import MemoryMembers
from tests.doubles.members.suppressions import MemorySuppressions

MAIL, PHONE = "family@example.com", "+4930123456"
MARK = ErasureMark("e1", 100)
DENIED = Consent(ConsentStatus.DENIED, "page", 50, {"said": "Anna wrote"}, "desk")


@dataclass
class Stores:
    erasures: ErasureStore
    members: MemberStore
    suppressions: SuppressionStore
    trail: AuditTrail


@pytest.fixture(params=["memory", "dynamodb"])
def stores(request: pytest.FixtureRequest) -> Iterator[Stores]:
    if request.param == "memory":
        members = MemoryMembers(4)
        yield Stores(MemoryErasures(members), members, MemorySuppressions(members), members.audit)
    else:
        request.getfixturevalue("dynamodb_tables")
        yield Stores(DynamoErasures(4), DynamoMembers(4), DynamoSuppressions(4), DynamoAudit())


def anna(tenant_id: str, **fields: object) -> Member:
    return Member(**({"id": "anna", "tenant_id": tenant_id, "email": MAIL, "phone": PHONE} | fields))


def entry(tenant_id: str) -> AuditEntry:
    return AuditEntry(AuditKind.ERASURE, "begun", 100, "boss", subject=subject_of(tenant_id, "anna"))


def begin(stores: Stores, tenant_id: str, mark: ErasureMark = MARK, member: Member | None = None) -> bool:
    stored = member or stores.members.get(tenant_id, "anna")
    return stores.erasures.begin(tenant_id, "anna", stored, mark, entry(tenant_id))


def hashed(address: str, channel: Channel = Channel.EMAIL) -> str:
    return address_hash(channel, address)


def test_member_and_places_go_and_the_marks_keep_them_out(stores: Stores, tenant_id: str) -> None:
    ben = Member("ben", tenant_id, email=MAIL)
    stores.members.save([anna(tenant_id), ben])

    assert begin(stores, tenant_id)

    assert stores.members.get(tenant_id, "anna") is None
    assert stores.members.sharers(tenant_id, "email", hashed(MAIL)) == ["ben"]
    assert stores.members.sharers(tenant_id, "sms", hashed(PHONE)) == []
    after = stores.members.get(tenant_id, "ben")
    assert after is not None
    assert after.shared_address == []
    assert stores.erasures.marks(tenant_id, ["anna", "ben", "nobody"]) == {"anna": MARK}
    for back in (anna(tenant_id), anna(tenant_id, id="other", email=None), anna(tenant_id, phone=None, email=None)):
        with pytest.raises(MembersRefusedError, match="is being erased"):
            stores.members.save([back])
    assert stores.members.save([after]) == []


def test_only_the_version_that_was_read_is_erased(stores: Stores, tenant_id: str) -> None:
    stores.members.save([anna(tenant_id)])
    read = stores.members.get(tenant_id, "anna")
    assert read is not None
    stores.members.save([replace(read, first_name="Anna")])

    assert not begin(stores, tenant_id, member=replace(read, version=1))

    assert stores.members.get(tenant_id, "anna") is not None
    assert stores.erasures.marks(tenant_id, ["anna"]) == {}
    assert not stores.erasures.begin(tenant_id, "anna", None, MARK, entry(tenant_id))


def test_of_two_erasures_one_begins(stores: Stores, tenant_id: str) -> None:
    stores.members.save([anna(tenant_id)])
    read = stores.members.get(tenant_id, "anna")
    with ThreadPoolExecutor(4) as pool:
        marks = [ErasureMark(f"e{number}", 100) for number in range(4)]
        done = list(pool.map(lambda mark: begin(stores, tenant_id, mark, read), marks))

    assert done.count(True) == 1
    won = marks[done.index(True)]
    assert stores.erasures.marks(tenant_id, ["anna"]) == {"anna": won}
    assert not stores.erasures.begin(tenant_id, "anna", None, ErasureMark("later", 200), entry(tenant_id))


def test_who_is_deleted_already_is_marked_by_the_id(stores: Stores, tenant_id: str) -> None:
    assert stores.erasures.begin(tenant_id, "anna", None, MARK, entry(tenant_id))
    # Again, as its own answer may have been lost.
    assert stores.erasures.begin(tenant_id, "anna", None, MARK, entry(tenant_id))
    with pytest.raises(MembersRefusedError):
        stores.members.save([anna(tenant_id)])


def test_a_finished_mark_lets_in_who_comes_back_with_a_proof(stores: Stores, tenant_id: str) -> None:
    stores.members.save([anna(tenant_id)])
    begin(stores, tenant_id)
    keys = [id_key(tenant_id, "anna"), address_key(tenant_id, Channel.EMAIL, MAIL)]
    agreed = Consent(ConsentStatus.GRANTED, "form", 200, {"form": "F-18"})
    back = anna(tenant_id, phone=None, consent={"email": agreed})
    for erasure_id in ("another", "e1", "e1"):
        with pytest.raises(MembersRefusedError):
            stores.members.save([back])
        stores.erasures.finish(keys, erasure_id)
        if erasure_id == "e1":
            break

    assert stores.erasures.marks(tenant_id, ["anna"]) == {"anna": replace(MARK, done=True)}
    assert stores.members.save([back]) == []
    # The phone's mark is not over: it was not named.
    with pytest.raises(MembersRefusedError):
        stores.members.save([anna(tenant_id, id="other", email=None, consent={"sms": agreed})])


def test_what_was_said_about_the_person_goes_and_that_it_was_said_stays(stores: Stores, tenant_id: str) -> None:
    stores.members.save([anna(tenant_id, consent={"email": DENIED})])
    stores.suppressions.add(tenant_id, "sms", hashed(PHONE), Suppression("manual", 7, "desk", "Anna called"))

    assert begin(stores, tenant_id)

    bare = Consent(ConsentStatus.DENIED, "page", 50)
    assert stores.members.withdrawals(tenant_id, "email", [hashed(MAIL)]) == {hashed(MAIL): bare}
    assert stores.members.suppression(tenant_id, "sms", hashed(PHONE)) == Suppression("manual", 7)
    listed = stores.suppressions.find(tenant_id, "sms", hashed(PHONE))
    assert listed is not None
    assert listed.suppression == Suppression("manual", 7)


def test_who_shares_the_address_keeps_the_note_of_its_suppression(stores: Stores, tenant_id: str) -> None:
    stores.members.save([anna(tenant_id), Member("ben", tenant_id, email=MAIL)])
    told = Suppression("manual", 7, "desk", "the mailbox is closed")
    stores.suppressions.add(tenant_id, "email", hashed(MAIL), told)

    assert begin(stores, tenant_id)

    assert stores.members.suppression(tenant_id, "email", hashed(MAIL)) == told


def test_the_trail_says_that_it_began_and_no_more(stores: Stores, tenant_id: str) -> None:
    stores.members.save([anna(tenant_id)])
    begin(stores, tenant_id)
    entries = stores.trail.page_of_member(tenant_id, subject_of(tenant_id, "anna"), 10, None).entries
    assert [(one.kind, one.action, one.by, one.member_id) for one in entries] == [
        (AuditKind.ERASURE, "begun", "boss", None)
    ]


def test_cached_marks_know_everybody_whom_the_tenant_erased(stores: Stores, tenant_id: str) -> None:
    assert stores.erasures.cached_marks(tenant_id, ["anna"]) == {}
    stores.members.save([anna(tenant_id)])
    begin(stores, tenant_id)
    for _ in range(2):
        assert stores.erasures.cached_marks(tenant_id, ["anna", "ben"]) == {"anna": MARK}
    assert stores.erasures.cached_marks(f"{tenant_id}-other", ["anna"]) == {}


@pytest.mark.usefixtures("dynamodb_tables")
def test_that_a_tenant_erased_nobody_is_kept_for_as_long_as_is_said(tenant_id: str) -> None:
    now = [1_000]
    DynamoMembers(4).save([anna(tenant_id)])
    remembering = DynamoErasures(4, now=lambda: now[0], remember_ms=33_000)
    assert remembering.cached_marks(tenant_id, ["anna"]) == {}
    assert DynamoErasures(4).begin(tenant_id, "anna", DynamoMembers(4).get(tenant_id, "anna"), MARK, entry(tenant_id))
    now[0] += 32_999
    assert remembering.cached_marks(tenant_id, ["anna"]) == {}
    now[0] += 1
    assert remembering.cached_marks(tenant_id, ["anna"]) == {"anna": MARK}
