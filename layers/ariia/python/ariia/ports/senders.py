"""Sender domains: where they rest, and what the provider says about them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from ariia.domain.senders import SenderDomain, Verification


class SenderStore(Protocol):
    """Sender domains by tenant, and one registry over all tenants that says whose a domain is."""

    def get(self, tenant_id: str, domain: str) -> SenderDomain | None:
        """The tenant's domain, strongly consistent; None when the tenant has no such domain."""
        ...

    def list(self, tenant_id: str) -> list[SenderDomain]:
        """All domains of the tenant, by name."""
        ...

    def create(self, sender: SenderDomain) -> bool:
        """Stores the domain with version 1 and registers it as the tenant's, both or neither. False when it is stored
        already or registered to another tenant."""
        ...

    def save(self, sender: SenderDomain) -> bool:
        """Stores the domain if the stored version is its own, and raises `sender.version` by one; else False."""
        ...

    def delete(self, sender: SenderDomain, *, release: bool) -> bool:
        """Removes the domain if the stored version is its own; with `release` also its registration, so that any tenant
        may add it. False when it changed meanwhile; nothing is removed then."""
        ...

    def owner(self, domain: str) -> str | None:
        """Id of the tenant that the domain is registered to; None when it is free."""
        ...

    def release(self, domain: str, owner: str) -> bool:
        """Ends the registration of a domain that `owner` no longer has stored; False when it is still stored."""
        ...


@dataclass(frozen=True)
class Identity:
    """What the provider knows of a domain. `tenant_id` is the tag it was made with; None when it was made elsewhere.
    `mails_feedback`: the provider mails each bounce and complaint to the From address."""

    tenant_id: str | None
    dkim: Verification
    dkim_tokens: list[str]
    dkim_zone: str
    mail_from_domain: str | None
    mail_from: Verification
    feedback_host: str
    sending_enabled: bool
    mails_feedback: bool = True
    error: str | None = None


class EmailIdentities(Protocol):
    """The provider account's domains."""

    def find(self, domain: str) -> Identity | None:
        """What the provider knows; None when it has no such domain."""
        ...

    def create(self, domain: str, tenant_id: str) -> None:
        """Makes the domain with a tag that names the tenant; no effect when it exists. InvalidError when the provider
        won't take the name, ConflictError when the account is full, TransientError when it is busy."""
        ...

    def set_mail_from(self, domain: str, mail_from_domain: str) -> None:
        """Sets the MAIL FROM domain of an existing domain; repeating it has no effect."""
        ...

    def stop_feedback_mail(self, domain: str) -> None:
        """Ends the mailing of bounces and complaints of an existing domain; repeating it has no effect."""
        ...

    def delete(self, domain: str) -> None:
        """Removes the domain; no effect when it is gone."""
        ...


class SenderDirectory(Protocol):
    """The answer to "may this tenant send from here?"."""

    def is_verified(self, tenant_id: str, from_address: str) -> bool:
        """True when the domain of `from_address` (`local@domain` or `Name <local@domain>`) is one of the tenant's
        verified domains, exactly; a subdomain counts only when it was added itself."""
        ...
