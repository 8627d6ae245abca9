"""Sender domains of a tenant: added, proven with DNS records, watched, removed.

Two things keep a tenant from sending from another's domain: the registry, where one conditional write decides whose a
domain is, and the tag on the provider's identity, which tells one that we made for this tenant from any other in the
account. A domain that was ever verified stays registered to its tenant after it is removed, since its DNS records may
still stand and would verify it at once for the next one; the platform releases it.
"""

from __future__ import annotations

from ariia.domain.concurrency import changed_meanwhile
from ariia.domain.errors import ConflictError, InvalidError, NotFoundError, TransientError
from ariia.domain.senders import MAIL_FROM_LABEL, SenderDomain, parse_domain, parse_from
from ariia.ports.clock import Clock
from ariia.ports.schedules import Lifting
from ariia.ports.senders import EmailIdentities, Identity, SenderStore

# How old (ms) the provider's word may be. SES allows about one control call a second for the whole account.
VERIFIED_MAX_AGE_MS = 3_600_000
UNVERIFIED_MAX_AGE_MS = 10_000


class SenderDomains:
    """Use cases around sender domains; also the SenderDirectory that submit and send ask."""

    def __init__(self, store: SenderStore, identities: EmailIdentities, lifting: Lifting, clock: Clock) -> None:
        self._store, self._identities, self._lifting, self._clock = store, identities, lifting, clock

    def add(self, tenant_id: str, domain: str) -> tuple[SenderDomain, bool]:
        """The tenant's domain with its DNS records to publish, and whether it is new. InvalidError for what is no
        domain, ConflictError when it belongs to somebody else."""
        name = parse_domain(domain)
        stored = self._store.get(tenant_id, name)
        if stored is not None:
            return self._refresh(stored), False
        sender = SenderDomain(tenant_id, name, f"{MAIL_FROM_LABEL}.{name}", created_at=self._clock.now())
        sender.was_verified = self._store.owner(name) == tenant_id
        if not self._store.create(sender):
            raise _taken(name)
        try:
            return self._refresh(sender), True
        except (ConflictError, InvalidError):
            self._store.delete(sender, release=not sender.was_verified)
            raise

    def get(self, tenant_id: str, domain: str) -> SenderDomain:
        """The domain with the provider's present word on it; NotFoundError."""
        return self._refresh(self._stored(tenant_id, domain))

    def list(self, tenant_id: str) -> list[SenderDomain]:
        """All domains of the tenant as last checked, by name."""
        return self._store.list(tenant_id)

    def remove(self, tenant_id: str, domain: str) -> None:
        """Removes the domain here and at the provider; nothing can be sent from it any more. NotFoundError,
        ConflictError when it changed meanwhile."""
        sender = self._stored(tenant_id, domain)
        self._delete_identity(sender)
        if not self._store.delete(sender, release=not sender.was_verified):
            raise changed_meanwhile()

    def release(self, domain: str) -> None:
        """Gives a domain free for any tenant (platform). An unverified one is taken from its tenant; ConflictError for
        one that is verified, NotFoundError for one that is free."""
        name = parse_domain(domain)
        owner = self._store.owner(name)
        if owner is None:
            raise NotFoundError(f"{name} is not registered to any tenant")
        sender = self._store.get(owner, name)
        if sender is not None and self._refresh(sender).is_verified:
            raise ConflictError(f"{name} is verified and in use: its tenant has to remove it first")
        if sender is not None:
            self._delete_identity(sender)
        released = self._store.delete(sender, release=True) if sender else self._store.release(name, owner)
        if not released:
            raise changed_meanwhile()

    def is_verified(self, tenant_id: str, from_address: str) -> bool:
        """True when the tenant may send from this address; the provider is asked again when its word is old."""
        try:
            domain = parse_from(from_address).domain
        except InvalidError:
            return False
        sender = self._store.get(tenant_id, domain)
        if sender is None:
            return False
        max_age = VERIFIED_MAX_AGE_MS if sender.is_verified else UNVERIFIED_MAX_AGE_MS
        if self._clock.now() - sender.checked_at < max_age:
            return sender.is_verified
        try:
            return self._refresh(sender).is_verified
        except (TransientError, ConflictError, NotFoundError):
            return self._last_word(sender)

    def _last_word(self, sender: SenderDomain) -> bool:
        stored = self._store.get(sender.tenant_id, sender.domain)
        return stored is not None and stored.is_verified

    def _stored(self, tenant_id: str, domain: str) -> SenderDomain:
        try:
            sender = self._store.get(tenant_id, parse_domain(domain))
        except InvalidError:
            sender = None
        if sender is None:
            raise NotFoundError(f"{domain[:253]} is not one of your sender domains")
        return sender

    def _refresh(self, sender: SenderDomain) -> SenderDomain:
        identity = self._identity(sender)
        if identity.tenant_id != sender.tenant_id:
            raise _taken(sender.domain)
        # Before the provider's word counts: nothing is sent that would mail its bounces to the tenant.
        if identity.mails_feedback:
            self._identities.stop_feedback_mail(sender.domain)
        if identity.mail_from_domain != sender.mail_from_domain:
            self._identities.set_mail_from(sender.domain, sender.mail_from_domain)
        was_verified = sender.is_verified
        self._take_over(sender, identity)
        if sender.is_verified and not was_verified:
            self._lifting.announce(sender.tenant_id)
        if self._store.save(sender):
            return sender
        stored = self._store.get(sender.tenant_id, sender.domain)
        if stored is not None:
            return stored
        # Removed while we asked: don't leave an identity behind that nobody owns.
        self._delete_identity(sender)
        raise NotFoundError(f"{sender.domain} is not one of your sender domains")

    def _identity(self, sender: SenderDomain) -> Identity:
        identity = self._identities.find(sender.domain)
        if identity is None:
            self._identities.create(sender.domain, sender.tenant_id)
            self._identities.stop_feedback_mail(sender.domain)
            self._identities.set_mail_from(sender.domain, sender.mail_from_domain)
            identity = self._identities.find(sender.domain)
        if identity is None:
            raise TransientError(f"the provider does not know {sender.domain} yet: try again")
        return identity

    def _take_over(self, sender: SenderDomain, identity: Identity) -> None:
        sender.dkim, sender.mail_from = identity.dkim, identity.mail_from
        sender.dkim_tokens, sender.dkim_zone = identity.dkim_tokens, identity.dkim_zone
        sender.feedback_host, sender.error = identity.feedback_host, identity.error
        sender.sending_enabled, sender.checked_at = identity.sending_enabled, self._clock.now()
        sender.was_verified = sender.was_verified or sender.is_verified

    def _delete_identity(self, sender: SenderDomain) -> None:
        identity = self._identities.find(sender.domain)
        if identity is not None and identity.tenant_id == sender.tenant_id:
            self._identities.delete(sender.domain)


def _taken(domain: str) -> ConflictError:
    return ConflictError(
        f"{domain} can't be added: it is in use elsewhere; if it is yours, ask the platform's operator"
    )
