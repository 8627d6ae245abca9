"""The event-specific object of each kind of event (`bounce`, `click`, …)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from infra.local.providers.ses.events.behaviour import Step
from infra.local.providers.ses.events.links import link_to_click, one_click_url
from infra.local.providers.ses.events.records import iso
from infra.local.providers.ses.sending.message import Message

_DELAY_EXPIRES_AFTER = 50_400.0  # seconds; SES tries for 14 hours
_HUMAN_AGENT = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148"
)
_BOT_AGENT = "Mozilla/5.0 (compatible; MailSecurityScanner/1.0)"
_MTA = "a48-102.smtp-out.amazonses.com"
_BOUNCES: dict[str, tuple[str, str, str, str]] = {
    "permanent": ("Permanent", "General", "5.1.1", "smtp; 550 5.1.1 user unknown"),
    "mailbox_full": ("Transient", "MailboxFull", "4.2.2", "smtp; 452 4.2.2 mailbox full"),
    "suppression_list": (
        "Permanent",
        "OnAccountSuppressionList",
        "5.1.1",
        "Amazon SES did not send the message to this address because it is on the suppression list for your account.",
    ),
}


def detail_of(message: Message, step: Step, recipient: str, at: float) -> dict[str, Any] | None:
    """The object of the event that `step` causes; None when there is nothing to report (no link to click)."""
    made: dict[str, Callable[[], dict[str, Any] | None]] = {
        "Send": dict,
        "Rendering Failure": lambda: {"errorMessage": message.rendering_failure, "templateName": "inline"},
        "Reject": lambda: {"reason": "Bad content"},
        "Delivery": lambda: _delivery(message, recipient, at),
        "DeliveryDelay": lambda: _delay(recipient, at),
        "Bounce": lambda: _bounce(step.variant, recipient, at),
        "Complaint": lambda: _complaint(recipient, at),
        "Open": lambda: _engagement(step.variant, at),
        "Click": lambda: _click(message, step.variant, at),
    }
    return made[step.kind]()


def _delivery(message: Message, recipient: str, at: float) -> dict[str, Any]:
    return {
        "timestamp": iso(at),
        "processingTimeMillis": max(1, round((at - message.at) * 1000)),
        "recipients": [recipient],
        "smtpResponse": "250 2.6.0 Message received",
        "remoteMtaIp": "127.0.0.2",
        "reportingMTA": _MTA,
    }


def _delay(recipient: str, at: float) -> dict[str, Any]:
    diagnosis = "smtp; 421 4.4.1 Unable to connect to remote host"
    return {
        "timestamp": iso(at),
        "delayType": "TransientCommunicationFailure",
        "expirationTime": iso(at + _DELAY_EXPIRES_AFTER),
        "delayedRecipients": [{"emailAddress": recipient, "status": "4.4.1", "diagnosticCode": diagnosis}],
    }


def _bounce(variant: str, recipient: str, at: float) -> dict[str, Any]:
    if variant == "auto_reply":  # SES reports automatic answers so, without a delivery status
        return {
            "bounceType": "Transient",
            "bounceSubType": "General",
            "bouncedRecipients": [{"emailAddress": recipient}],
            "timestamp": iso(at),
        }
    bounce_type, subtype, status, diagnosis = _BOUNCES[variant]
    bounced = {"emailAddress": recipient, "action": "failed", "status": status, "diagnosticCode": diagnosis}
    detail: dict[str, Any] = {
        "bounceType": bounce_type,
        "bounceSubType": subtype,
        "bouncedRecipients": [bounced],
        "timestamp": iso(at),
        "reportingMTA": "dns; amazonses.com" if variant == "suppression_list" else f"dns; {_MTA}",
    }
    return detail if variant == "suppression_list" else detail | {"remoteMtaIp": "127.0.0.2"}


def _complaint(recipient: str, at: float) -> dict[str, Any]:
    return {
        "complaintSubType": None,
        "complainedRecipients": [{"emailAddress": recipient}],
        "timestamp": iso(at),
        "userAgent": "Amazon SES Mailbox Simulator",
        "complaintFeedbackType": "abuse",
        "arrivalDate": iso(at),
    }


def _engagement(variant: str, at: float) -> dict[str, Any]:
    bot = variant == "bot"
    return {
        "timestamp": iso(at),
        "userAgent": _BOT_AGENT if bot else _HUMAN_AGENT,
        "ipAddress": "192.0.2.66" if bot else "192.0.2.1",
        "isBotEvent": "Likely" if bot else "Unlikely",
    }


def _click(message: Message, variant: str, at: float) -> dict[str, Any] | None:
    link = link_to_click(message.html, one_click_url(message.header("List-Unsubscribe")))
    if link is None:
        return None
    return {**_engagement(variant, at), "link": link.url, "linkTags": link.tags}
