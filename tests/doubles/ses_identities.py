"""The provider's domains in memory."""

from __future__ import annotations

from dataclasses import replace

from ariia.domain.senders import Verification
from ariia.ports.senders import EmailIdentities, Identity


class MemoryIdentities(EmailIdentities):
    """EmailIdentities whose DNS is a method call."""

    def __init__(self) -> None:
        self.domains: dict[str, Identity] = {}

    def find(self, domain: str) -> Identity | None:
        return self.domains.get(domain)

    def create(self, domain: str, tenant_id: str) -> None:
        tokens = [f"token{number}" for number in (1, 2, 3)]
        self.domains.setdefault(
            domain,
            Identity(
                tenant_id=tenant_id,
                dkim=Verification.PENDING,
                dkim_tokens=tokens,
                dkim_zone="dkim.amazonses.com",
                mail_from_domain=None,
                mail_from=Verification.NOT_STARTED,
                feedback_host="feedback-smtp.eu-central-1.amazonses.com",
                sending_enabled=False,
            ),
        )

    def set_mail_from(self, domain: str, mail_from_domain: str) -> None:
        self._change(domain, mail_from_domain=mail_from_domain, mail_from=Verification.PENDING)

    def stop_feedback_mail(self, domain: str) -> None:
        self._change(domain, mails_feedback=False)

    def delete(self, domain: str) -> None:
        self.domains.pop(domain, None)

    def verify(self, domain: str) -> None:
        """The owner has published all records."""
        done = Verification.SUCCESS
        self._change(domain, dkim=done, mail_from=done, sending_enabled=True)

    def fail(self, domain: str, error: str) -> None:
        """The records are gone."""
        self._change(domain, dkim=Verification.FAILED, sending_enabled=False, error=error)

    def _change(self, domain: str, **changes: object) -> None:
        self.domains[domain] = replace(self.domains[domain], **changes)  # type: ignore[arg-type]
