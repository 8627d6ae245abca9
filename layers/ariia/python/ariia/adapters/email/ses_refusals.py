"""What a refusal of SES is about: one recipient's address, or the account or the content and so everybody.

SES does not say it by the code alone: BadRequestException and MessageRejected stand for all three. Its words do:
https://docs.aws.amazon.com/ses/latest/dg/troubleshoot-error-messages.html for "Email address is not verified", and
aws/aws-sdk-js-v3#6657 for the template. Those about addresses are JavaMail's, whose parser SES uses."""

from __future__ import annotations

import re

from ariia.domain.pause_cause import PauseCause

_NOT_VERIFIED = re.compile(r"address is not verified", re.IGNORECASE)
# "Template data" is each recipient's own.
_TEMPLATE = re.compile(r"\btemplate\b(?!\s*data)", re.IGNORECASE)
_ADDRESS = re.compile(
    r"\baddress|'@domain'|\bdomain (contains|starts|ends)|(user|local) name|\brecipient|\bdestination|semicolon",
    re.IGNORECASE,
)
_WRITTEN_ADDRESS = re.compile(r"[^\s<>,;:\"']+@[^\s<>,;:\"']+")


def stop_cause(message: str, from_address: str) -> PauseCause | None:
    """Why nobody can get the message, when SES's words say so; None when they are about something else. SES names the
    identities that are not verified: the sender's own, or in the sandbox the recipients'."""
    if _NOT_VERIFIED.search(message):
        sender = _WRITTEN_ADDRESS.findall(from_address)
        is_sender = bool(sender) and sender[-1].lower() in message.lower()
        return PauseCause.ACCOUNT if is_sender else PauseCause.SANDBOX
    return PauseCause.CONTENT if _TEMPLATE.search(message) else None


def is_about_recipient(message: str) -> bool:
    """True when SES's words are about the address that the message is for."""
    return _ADDRESS.search(message) is not None


def without_addresses(message: str) -> str:
    """The words without anybody's address: they are shown, logged, and compared with those about others."""
    return _WRITTEN_ADDRESS.sub("[address]", message)
