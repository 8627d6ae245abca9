"""SES's per-entry statuses (SES v2 API, `BulkEmailStatus`) and the exceptions that say the same for a whole call."""

from __future__ import annotations

from infra.local.providers.ses.errors import ServiceError

BULK_STATUSES = (
    "SUCCESS",
    "MESSAGE_REJECTED",
    "MAIL_FROM_DOMAIN_NOT_VERIFIED",
    "CONFIGURATION_SET_NOT_FOUND",
    "TEMPLATE_NOT_FOUND",
    "ACCOUNT_SUSPENDED",
    "ACCOUNT_THROTTLED",
    "ACCOUNT_DAILY_QUOTA_EXCEEDED",
    "INVALID_SENDING_POOL_NAME",
    "ACCOUNT_SENDING_PAUSED",
    "CONFIGURATION_SET_SENDING_PAUSED",
    "INVALID_PARAMETER",
    "TRANSIENT_FAILURE",
    "FAILED",
)

# error mode of the control API -> the status and the words of the refusal
ERROR_MODES: dict[str, tuple[str, str]] = {
    "account_suspended": ("ACCOUNT_SUSPENDED", "Sending suspended for this account."),
    "sending_paused": ("ACCOUNT_SENDING_PAUSED", "Sending is paused for this account."),
    "configuration_set_paused": ("CONFIGURATION_SET_SENDING_PAUSED", "Sending is paused for the configuration set."),
    "from_domain_unverified": ("MAIL_FROM_DOMAIN_NOT_VERIFIED", "The MAIL FROM domain is not verified."),
    "message_rejected": ("MESSAGE_REJECTED", "The message contains a virus."),
}

_EXCEPTIONS: dict[str, tuple[str, int]] = {
    "MESSAGE_REJECTED": ("MessageRejected", 400),
    "MAIL_FROM_DOMAIN_NOT_VERIFIED": ("MailFromDomainNotVerifiedException", 400),
    "CONFIGURATION_SET_NOT_FOUND": ("NotFoundException", 404),
    "TEMPLATE_NOT_FOUND": ("NotFoundException", 404),
    "ACCOUNT_SUSPENDED": ("AccountSuspendedException", 400),
    "ACCOUNT_THROTTLED": ("TooManyRequestsException", 429),
    "ACCOUNT_DAILY_QUOTA_EXCEEDED": ("TooManyRequestsException", 429),
    "INVALID_SENDING_POOL_NAME": ("BadRequestException", 400),
    "ACCOUNT_SENDING_PAUSED": ("SendingPausedException", 400),
    "CONFIGURATION_SET_SENDING_PAUSED": ("SendingPausedException", 400),
    "INVALID_PARAMETER": ("BadRequestException", 400),
    "TRANSIENT_FAILURE": ("InternalServiceErrorException", 500),
    "FAILED": ("InternalServiceErrorException", 500),
}


def call_error(status: str, message: str) -> ServiceError:
    """The exception with which SES refuses a whole call for the reason that `status` names for an entry."""
    code, http_status = _EXCEPTIONS[status]
    return ServiceError(code, message, http_status)
