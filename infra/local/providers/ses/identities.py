"""Sender identities: domains with their DKIM tokens and MAIL FROM domain, and single addresses."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from infra.local.providers.ses.errors import already_exists, bad_request, message_rejected, not_found
from infra.local.providers.ses.events.records import REGION
from infra.local.providers.ses.sending.addresses import address_problem, bare_address, domain_of
from infra.local.providers.ses.settings import Settings
from infra.local.providers.ses.statuses import call_error

DKIM_ZONE = "dkim.amazonses.com"
MAILBOX_SIMULATOR = "simulator.amazonses.com"
_MOST_NAMED = 10


@dataclass(slots=True)
class Identity:
    """A domain or an address. Times are epoch seconds; a verification time may lie in the future."""

    name: str
    created_at: float
    verified_at: float | None = None
    mail_from_domain: str | None = None
    on_mx_failure: str = "USE_DEFAULT_VALUE"
    mail_from_verified_at: float | None = None
    configuration_set: str | None = None
    feedback_forwarding: bool = True
    tags: list[dict[str, str]] = field(default_factory=list)

    @property
    def is_domain(self) -> bool:
        """Whether this is a domain rather than a single address."""
        return "@" not in self.name

    @property
    def dkim_tokens(self) -> list[str]:
        """Three tokens of 32 characters for the CNAME records; always the same for a domain."""
        digests = (hashlib.sha256(f"{self.name}/{number}".encode()).digest() for number in range(3))
        return [base64.b32encode(digest).decode().lower()[:32] for digest in digests] if self.is_domain else []


class Identities:
    """The account's identities. Not thread-safe by itself: the simulator's lock guards it."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._by_name: dict[str, Identity] = {}

    def create(self, name: str, settings: Settings) -> Identity:
        """A new identity, verified when the settings say. Raises AlreadyExistsException, BadRequestException."""
        name = name.lower()
        if name in self._by_name:
            raise already_exists(f"Email identity {name} already exists.")
        problem = address_problem(name if "@" in name else f"postmaster@{name}")
        if problem is not None:
            raise bad_request(f"Invalid email identity {name}: {problem}")
        now = self._clock()
        identity = Identity(name, now, _verification_time(domain_of(f"@{name}"), now, settings))
        self._by_name[name] = identity
        return identity

    def get(self, name: str) -> Identity:
        """Raises NotFoundException."""
        identity = self._by_name.get(name.lower())
        if identity is None:
            raise not_found(f"Email identity {name} does not exist.")
        return identity

    def delete(self, name: str) -> None:
        """Raises NotFoundException."""
        del self._by_name[self.get(name).name]

    def verify(self, name: str, settings: Settings) -> Identity:
        """Verifies DKIM and MAIL FROM now, creating the identity where there is none."""
        name = name.lower()
        identity = self._by_name.get(name) or self.create(name, settings)
        identity.verified_at = self._clock()
        if identity.mail_from_domain:
            identity.mail_from_verified_at = identity.verified_at
        return identity

    def set_mail_from(self, name: str, domain: str | None, on_mx_failure: str, settings: Settings) -> Identity:
        """Sets the MAIL FROM domain, or takes it away. It must be a subdomain of the identity's domain."""
        identity = self.get(name)
        base = domain_of(f"@{identity.name}")
        if domain and not domain.lower().endswith(f".{base}"):
            raise bad_request(f"Provided MAIL-FROM domain <{domain}> is not subdomain of the domain of the identity")
        identity.mail_from_domain = domain.lower() if domain else None
        identity.on_mx_failure = on_mx_failure
        identity.mail_from_verified_at = _verification_time(base, self._clock(), settings) if domain else None
        return identity

    def set_feedback(self, name: str, forwarding: bool) -> Identity:
        """Begins or ends the mailing of bounces and complaints. Raises NotFoundException."""
        identity = self.get(name)
        identity.feedback_forwarding = forwarding
        return identity

    def mails_feedback(self, sender: str) -> bool:
        """Whether bounces and complaints of this From address are mailed to it, as SES does by default:
        https://docs.aws.amazon.com/ses/latest/dg/monitor-sending-activity-using-notifications-email.html"""
        identity = self._covering(bare_address(sender).lower())
        return identity is None or identity.feedback_forwarding

    def check_sender(self, sender: str, settings: Settings) -> None:
        """Raises as SES does when this From address may not send.

        MessageRejected for an unverified identity (a verified domain covers its subdomains), and
        MailFromDomainNotVerifiedException where the MAIL FROM domain must be verified and isn't.
        """
        if not settings.require_verified_identity:
            return
        identity = self._covering(bare_address(sender).lower())
        if identity is None and not _configured(domain_of(bare_address(sender)), settings):
            raise message_rejected(not_verified([sender]))
        if identity is None or identity.mail_from_domain is None or identity.on_mx_failure != "REJECT_MESSAGE":
            return
        if not self.is_due(identity.mail_from_verified_at):
            raise call_error("MAIL_FROM_DOMAIN_NOT_VERIFIED", f"{identity.mail_from_domain} is not verified.")

    def unverified(self, recipients: Iterable[str], settings: Settings) -> list[str]:
        """Those of `recipients` that an account in the sandbox may not write to (SES Developer Guide, "Request
        production access"): neither verified, nor of the mailbox simulator."""
        bare = (bare_address(one).lower() for one in recipients)
        return [one for one in bare if not self._may_be_written_to(one, settings)]

    def _may_be_written_to(self, address: str, settings: Settings) -> bool:
        domain = domain_of(address)
        return domain == MAILBOX_SIMULATOR or self._covering(address) is not None or _configured(domain, settings)

    def is_due(self, at: float | None) -> bool:
        """Whether a verification time has come."""
        return at is not None and at <= self._clock()

    def _covering(self, address: str) -> Identity | None:
        for name in (address, *_with_parents(domain_of(address))):
            identity = self._by_name.get(name)
            if identity is not None and self.is_due(identity.verified_at):
                return identity
        return None

    def described(self, identity: Identity) -> dict[str, Any]:
        """The answer of GetEmailIdentity."""
        verified = self.is_due(identity.verified_at)
        answer: dict[str, Any] = {
            "IdentityType": "DOMAIN" if identity.is_domain else "EMAIL_ADDRESS",
            "FeedbackForwardingStatus": identity.feedback_forwarding,
            "VerifiedForSendingStatus": verified,
            "VerificationStatus": "SUCCESS" if verified else "PENDING",
            "VerificationInfo": {"LastCheckedTimestamp": self._clock()},
            "DkimAttributes": _dkim(identity, verified),
            "Policies": {},
            "Tags": identity.tags,
        }
        if identity.configuration_set:
            answer["ConfigurationSetName"] = identity.configuration_set
        if identity.mail_from_domain:
            answer["MailFromAttributes"] = {
                "MailFromDomain": identity.mail_from_domain,
                "MailFromDomainStatus": "SUCCESS" if self.is_due(identity.mail_from_verified_at) else "PENDING",
                "BehaviorOnMxFailure": identity.on_mx_failure,
            }
        return answer


def _dkim(identity: Identity, verified: bool) -> dict[str, Any]:
    if not identity.is_domain:
        return {"SigningEnabled": False, "Status": "NOT_STARTED", "Tokens": []}
    return {
        "SigningEnabled": True,
        "Status": "SUCCESS" if verified else "PENDING",
        "Tokens": identity.dkim_tokens,
        "SigningHostedZone": DKIM_ZONE,
        "SigningAttributesOrigin": "AWS_SES",
        "NextSigningKeyLength": "RSA_2048_BIT",
        "CurrentSigningKeyLength": "RSA_2048_BIT",
        "LastKeyGenerationTimestamp": identity.created_at,
    }


def _with_parents(domain: str) -> list[str]:
    labels = domain.split(".")
    return [".".join(labels[start:]) for start in range(len(labels) - 1)]


def _configured(domain: str, settings: Settings) -> bool:
    return "*" in settings.verified_domains or not set(_with_parents(domain)).isdisjoint(settings.verified_domains)


def _verification_time(domain: str, now: float, settings: Settings) -> float | None:
    if _configured(domain, settings):
        return now
    return None if settings.verification_delay_seconds is None else now + settings.verification_delay_seconds


def not_verified(identities: Sequence[str]) -> str:
    """SES's words; where it can't name all identities, an ellipsis stands for the rest."""
    named = ", ".join(identities[:_MOST_NAMED]) + (", ..." if len(identities) > _MOST_NAMED else "")
    return (
        f"Email address is not verified. The following identities failed the check in region {REGION.upper()}: {named}"
    )
