"""Sender domains: whose they are, how they are proven, and what may be sent from them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ariia.domain.errors import ConflictError, InvalidError, NotFoundError, TransientError
from ariia.domain.senders import Verification, dns_records, parse_domain, parse_from
from ariia.ports.senders import Identity
from ariia.services.revisits import Revisits
from ariia.services.senders.domains import VERIFIED_MAX_AGE_MS, SenderDomains
from ariia.services.single_messages.waiting_room import ScheduledLifting
from tests.doubles.clock import ManualClock
from tests.doubles.schedules import MemorySchedules
from tests.doubles.senders import MemorySenders
from tests.doubles.ses_identities import MemoryIdentities


class Desk:
    """The service with everything around it in reach."""

    def __init__(self, identities: MemoryIdentities | None = None) -> None:
        self.clock, self.store, self.schedules = ManualClock(), MemorySenders(), MemorySchedules()
        self.identities = identities or MemoryIdentities()
        self.service = SenderDomains(
            self.store, self.identities, ScheduledLifting(Revisits(self.schedules, self.clock), self.clock), self.clock
        )

    def verified(self, tenant_id: str, domain: str) -> None:
        self.service.add(tenant_id, domain)
        self.identities.verify(domain)
        self.service.get(tenant_id, domain)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_those_who_wait_for_the_domain_hear_once_that_it_is_verified(desk: Desk) -> None:
    desk.service.add("t1", "gym.de")
    assert desk.schedules.waiting == {}
    desk.identities.verify("gym.de")
    for _ in range(2):
        desk.service.get("t1", "gym.de")
    assert [payload for _, payload in desk.schedules.waiting.values()] == [
        {"kind": "lifted", "tenant_id": "t1", "after": ""}
    ]


def test_added_domain_answers_with_every_record_to_publish(desk: Desk) -> None:
    sender, is_new = desk.service.add("t1", "Gym.DE.")
    assert is_new
    assert not sender.is_verified
    records = {(record.type, record.name): record for record in dns_records(sender)}
    assert records["CNAME", "token1._domainkey.gym.de"].value == "token1.dkim.amazonses.com"
    assert len([record for record in records.values() if record.required]) == 3
    assert records["MX", "bounce.gym.de"].value == "10 feedback-smtp.eu-central-1.amazonses.com"
    assert records["TXT", "bounce.gym.de"].value == '"v=spf1 include:amazonses.com ~all"'
    assert records["TXT", "_dmarc.gym.de"].value.startswith('"v=DMARC1')


def test_adding_the_same_domain_again_changes_nothing(desk: Desk) -> None:
    desk.service.add("t1", "gym.de")
    _, is_new = desk.service.add("t1", "gym.de")
    assert not is_new
    assert len(desk.service.list("t1")) == 1


def test_domain_of_another_tenant_is_refused_without_a_name(desk: Desk) -> None:
    desk.verified("tenant-a", "gym.de")
    with pytest.raises(ConflictError) as caught:
        desk.service.add("tenant-b", "gym.de")
    assert "tenant-a" not in caught.value.message
    assert not desk.service.is_verified("tenant-b", "hello@gym.de")
    assert desk.service.list("tenant-b") == []


def test_verified_identity_that_was_made_elsewhere_is_not_given_to_a_tenant(desk: Desk) -> None:
    desk.identities.create("platform.example", "somebody-else")
    desk.identities.verify("platform.example")
    with pytest.raises(ConflictError):
        desk.service.add("t1", "platform.example")
    assert not desk.service.is_verified("t1", "ceo@platform.example")
    assert desk.identities.find("platform.example") is not None
    assert desk.store.owner("platform.example") is None


def test_domain_may_send_once_the_provider_says_so(desk: Desk) -> None:
    desk.service.add("t1", "gym.de")
    assert not desk.service.is_verified("t1", "hello@gym.de")
    desk.identities.verify("gym.de")
    desk.clock.advance(60)
    assert desk.service.is_verified("t1", "Gym Nord <hello@GYM.de>")
    assert desk.service.get("t1", "gym.de").mail_from is Verification.SUCCESS


@pytest.mark.parametrize("address", ["hello@mail.gym.de", "hello@other.de", "gym.de", "", "x@gym.de.evil.com"])
def test_only_the_very_domain_counts(desk: Desk, address: str) -> None:
    desk.verified("t1", "gym.de")
    assert not desk.service.is_verified("t1", address)


def test_lost_verification_is_noticed(desk: Desk) -> None:
    desk.verified("t1", "gym.de")
    desk.identities.fail("gym.de", "HOST_NOT_FOUND")
    assert desk.service.is_verified("t1", "hello@gym.de")
    desk.clock.advance(VERIFIED_MAX_AGE_MS / 1000)
    assert not desk.service.is_verified("t1", "hello@gym.de")
    assert desk.service.get("t1", "gym.de").error == "HOST_NOT_FOUND"


def test_busy_provider_leaves_the_last_word(desk: Desk) -> None:
    class Busy(MemoryIdentities):
        is_busy = False

        def find(self, domain: str) -> Identity | None:
            if self.is_busy:
                raise TransientError("busy")
            return super().find(domain)

    identities = Busy()
    desk = Desk(identities)
    desk.verified("t1", "gym.de")
    identities.is_busy = True
    desk.clock.advance(VERIFIED_MAX_AGE_MS / 1000)
    assert desk.service.is_verified("t1", "hello@gym.de")


def test_creation_that_broke_off_is_finished_by_the_next_look(desk: Desk) -> None:
    desk.service.add("t1", "gym.de")
    desk.identities.delete("gym.de")
    assert desk.service.get("t1", "gym.de").dkim_tokens
    assert desk.identities.domains["gym.de"].mail_from_domain == "bounce.gym.de"


class Dying(MemoryIdentities):
    """The process crashes, or the provider is busy, at the first stop of feedback mail."""

    is_broken = True

    def stop_feedback_mail(self, domain: str) -> None:
        if self.is_broken:
            raise TransientError("busy")
        super().stop_feedback_mail(domain)


def test_new_domain_mails_no_bounce_to_its_tenant(desk: Desk) -> None:
    desk.service.add("t1", "gym.de")
    assert not desk.identities.domains["gym.de"].mails_feedback


def test_identity_that_mails_bounces_is_told_not_to_at_the_next_look(desk: Desk) -> None:
    desk.verified("t1", "gym.de")
    desk.identities.domains["gym.de"] = replace(desk.identities.domains["gym.de"], mails_feedback=True)
    desk.clock.advance(VERIFIED_MAX_AGE_MS / 1000)
    assert desk.service.is_verified("t1", "hello@gym.de")
    assert not desk.identities.domains["gym.de"].mails_feedback


def test_domain_may_not_send_before_it_is_told_to_mail_no_bounces() -> None:
    identities = Dying()
    desk = Desk(identities)
    with pytest.raises(TransientError):
        desk.service.add("t1", "gym.de")
    identities.verify("gym.de")
    desk.clock.advance(60)
    assert not desk.service.is_verified("t1", "hello@gym.de")
    identities.is_broken = False
    assert desk.service.is_verified("t1", "hello@gym.de")
    assert not identities.domains["gym.de"].mails_feedback


def test_removed_domain_can_not_send_and_leaves_no_identity(desk: Desk) -> None:
    desk.verified("t1", "gym.de")
    desk.service.remove("t1", "gym.de")
    assert not desk.service.is_verified("t1", "hello@gym.de")
    assert desk.identities.find("gym.de") is None
    with pytest.raises(NotFoundError):
        desk.service.get("t1", "gym.de")


def test_proven_domain_stays_its_tenants_after_removal_until_the_platform_releases_it(desk: Desk) -> None:
    desk.verified("tenant-a", "gym.de")
    desk.service.remove("tenant-a", "gym.de")
    with pytest.raises(ConflictError):
        desk.service.add("tenant-b", "gym.de")
    desk.service.add("tenant-a", "gym.de")
    desk.service.remove("tenant-a", "gym.de")
    with pytest.raises(ConflictError):
        desk.service.add("tenant-b", "gym.de")
    desk.service.release("gym.de")
    assert desk.service.add("tenant-b", "gym.de")[1]


def test_domain_that_was_never_proven_is_free_after_removal(desk: Desk) -> None:
    desk.service.add("tenant-a", "gym.de")
    desk.service.remove("tenant-a", "gym.de")
    assert desk.service.add("tenant-b", "gym.de")[1]


def test_platform_takes_an_unproven_domain_from_a_squatter_but_not_a_proven_one(desk: Desk) -> None:
    desk.service.add("squatter", "gym.de")
    desk.service.release("gym.de")
    desk.verified("tenant-a", "gym.de")
    assert desk.service.list("squatter") == []
    with pytest.raises(ConflictError):
        desk.service.release("gym.de")
    with pytest.raises(NotFoundError):
        desk.service.release("free.de")


def test_another_tenants_domain_is_not_found(desk: Desk) -> None:
    desk.service.add("tenant-a", "gym.de")
    with pytest.raises(NotFoundError):
        desk.service.get("tenant-b", "gym.de")
    with pytest.raises(NotFoundError):
        desk.service.remove("tenant-b", "gym.de")


def test_domain_removed_while_it_is_checked_leaves_no_identity(desk: Desk) -> None:
    class Removing(MemoryIdentities):
        def find(self, domain: str) -> Identity | None:
            sender = desk.store.get("t1", domain)
            if self.domains and sender is not None and armed:
                armed.clear()
                desk.store.delete(sender, release=True)
            return super().find(domain)

    armed: set[str] = set()
    desk = Desk(Removing())
    desk.service.add("t1", "gym.de")
    armed.add("now")
    with pytest.raises(NotFoundError):
        desk.service.get("t1", "gym.de")
    assert desk.identities.domains == {}


@pytest.mark.parametrize(
    "domain",
    [
        "gym",
        "",
        "gym..de",
        "-gym.de",
        "gym_.de",
        "http://gym.de",
        "gym.de/x",
        "127.0.0.1",
        "a" * 64 + ".de",
        "domain#x.de",
    ],
)
def test_what_is_no_domain_is_refused(domain: str) -> None:
    with pytest.raises(InvalidError):
        parse_domain(domain)


def test_umlaut_domain_is_punycode() -> None:
    assert parse_domain("Fitness-MÜNCHEN.de") == "xn--fitness-mnchen-osb.de"


@pytest.mark.parametrize(
    ("text", "name", "address"),
    [
        ("hello@gym.de", "", "hello@gym.de"),
        ("Gym Nord <hello@gym.de>", "Gym Nord", "hello@gym.de"),
        ('"Nord, Gym" <hello@gym.de>', "Nord, Gym", "hello@gym.de"),
        ("Kräftig <hello@kräftig.de>", "Kräftig", "hello@xn--krftig-cua.de"),
    ],
)
def test_from_address_survives_its_own_text_form(text: str, name: str, address: str) -> None:
    parsed = parse_from(text)
    assert (parsed.name, parsed.address) == (name, address)
    assert parse_from(parsed.text) == parsed
    assert parsed.header.isascii()


@pytest.mark.parametrize(
    "text",
    [
        "Gym\r\nBcc: x@y.de <hello@gym.de>",
        "a@gym.de, b@gym.de",
        "Gym hello@gym.de",
        "grüße@gym.de",
        "<>",
        "Gym <a@b@c.de>",
    ],
)
def test_from_address_that_could_be_misread_is_refused(text: str) -> None:
    with pytest.raises(InvalidError):
        parse_from(text)


def test_failed_return_of_a_proven_domain_does_not_free_it(desk: Desk) -> None:
    desk.verified("tenant-a", "gym.de")
    desk.service.remove("tenant-a", "gym.de")
    desk.identities.create("gym.de", "somebody-else")
    with pytest.raises(ConflictError):
        desk.service.add("tenant-a", "gym.de")
    assert desk.store.owner("gym.de") == "tenant-a"
