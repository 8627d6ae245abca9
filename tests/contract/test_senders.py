"""What every SenderStore promises; above all that a domain has one owner."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

import pytest

from ariia.adapters.dynamodb.senders import DynamoSenders
from ariia.domain.errors import TransientError
from ariia.domain.senders import SenderDomain, Verification
from ariia.ports.senders import SenderStore
from tests.doubles.senders import MemorySenders


@pytest.fixture(params=["memory", "dynamodb"])
def store(request: pytest.FixtureRequest) -> Iterator[SenderStore]:
    if request.param == "dynamodb":
        request.getfixturevalue("dynamodb_tables")
        yield DynamoSenders()
    else:
        yield MemorySenders()


@pytest.fixture
def domain() -> str:
    """A domain that no other test uses."""
    return f"{uuid.uuid4().hex[:12]}.example"


def any_sender(tenant_id: str, domain: str) -> SenderDomain:
    return SenderDomain(tenant_id, domain, f"bounce.{domain}", Verification.PENDING, dkim_tokens=["a", "b", "c"])


def test_domain_is_read_back_whole(store: SenderStore, tenant_id: str, domain: str) -> None:
    sender = any_sender(tenant_id, domain)
    assert store.create(sender)
    assert sender.version == 1
    assert store.get(tenant_id, domain) == sender
    assert store.list(tenant_id) == [sender]
    assert store.owner(domain) == tenant_id


def test_domain_of_another_tenant_is_neither_seen_nor_given(store: SenderStore, tenant_id: str, domain: str) -> None:
    store.create(any_sender(tenant_id, domain))
    assert not store.create(any_sender("other", domain))
    assert store.get("other", domain) is None
    assert store.owner(domain) == tenant_id


def test_of_many_tenants_at_once_one_gets_the_domain(store: SenderStore, domain: str) -> None:
    # The in-memory store is for one thread at a time, like the tests that use it.
    turn = Lock() if isinstance(store, MemorySenders) else None

    def create(number: int) -> bool:
        try:
            if turn:
                with turn:
                    return store.create(any_sender(f"{domain[:12]}-{number}", domain))
            return store.create(any_sender(f"{domain[:12]}-{number}", domain))
        except TransientError:
            return False

    with ThreadPoolExecutor(8) as pool:
        given = list(pool.map(create, range(8)))
    winner = f"{domain[:12]}-{given.index(True)}"
    assert sum(given) == 1
    assert store.owner(domain) == winner
    assert [bool(store.list(f"{domain[:12]}-{number}")) for number in range(8)] == given


def test_change_of_a_stale_domain_is_refused(store: SenderStore, tenant_id: str, domain: str) -> None:
    sender = any_sender(tenant_id, domain)
    store.create(sender)
    stale = store.get(tenant_id, domain)
    assert stale is not None
    sender.dkim = Verification.SUCCESS
    assert store.save(sender)
    stale.dkim = Verification.FAILED
    assert not store.save(stale)
    assert not store.delete(stale, release=True)
    found = store.get(tenant_id, domain)
    assert found is not None
    assert (found.dkim, found.version) == (Verification.SUCCESS, 2)
    assert store.owner(domain) == tenant_id


def test_removed_domain_is_free_where_it_is_released(store: SenderStore, tenant_id: str, domain: str) -> None:
    sender = any_sender(tenant_id, domain)
    store.create(sender)
    assert store.delete(sender, release=True)
    assert (store.get(tenant_id, domain), store.owner(domain)) == (None, None)
    assert store.create(any_sender("other", domain))
    assert store.owner(domain) == "other"


def test_removed_domain_stays_its_owners_where_it_is_not_released(
    store: SenderStore, tenant_id: str, domain: str
) -> None:
    sender = any_sender(tenant_id, domain)
    store.create(sender)
    assert not store.release(domain, tenant_id)
    assert store.delete(sender, release=False)
    assert not store.create(any_sender("other", domain))
    assert store.create(any_sender(tenant_id, domain))
    found = store.get(tenant_id, domain)
    assert found is not None
    assert store.delete(found, release=False)
    assert not store.release(domain, "other")
    assert store.release(domain, tenant_id)
    assert store.owner(domain) is None
