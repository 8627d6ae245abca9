"""The provider account's domains on SES (v2): Easy DKIM with 2048-bit keys and a custom MAIL FROM domain."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from ariia.domain.errors import ConflictError, InvalidError, Problem, TransientError
from ariia.domain.senders import Verification
from ariia.ports.senders import EmailIdentities, Identity

TENANT_TAG = "ariia:tenant"
DKIM_ZONE = "dkim.amazonses.com"


class SesIdentities(EmailIdentities):
    """EmailIdentities over CreateEmailIdentity, GetEmailIdentity and their kin."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def find(self, domain: str) -> Identity | None:
        try:
            answer = self._client.get_email_identity(EmailIdentity=domain)
        except ClientError as error:
            if _code(error) == "NotFoundException":
                return None
            raise _meaning(error, domain) from error
        except BotoCoreError as error:
            raise TransientError("the e-mail provider can't be reached: try again") from error
        return _identity(dict(answer), self._client.meta.region_name)

    def create(self, domain: str, tenant_id: str) -> None:
        self._call(
            "create_email_identity",
            domain,
            but="AlreadyExistsException",
            Tags=[{"Key": TENANT_TAG, "Value": tenant_id}],
            DkimSigningAttributes={"NextSigningKeyLength": "RSA_2048_BIT"},
        )

    def set_mail_from(self, domain: str, mail_from_domain: str) -> None:
        """Until the MX record stands, SES uses its own MAIL FROM domain."""
        self._call(
            "put_email_identity_mail_from_attributes",
            domain,
            MailFromDomain=mail_from_domain,
            BehaviorOnMxFailure="USE_DEFAULT_VALUE",
        )

    def stop_feedback_mail(self, domain: str) -> None:
        """SES mails feedback unless told not to, and heeds that only for messages whose
        configuration set has an event destination, as all of ours have:
        https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_PutEmailIdentityFeedbackAttributes.html"""
        self._call("put_email_identity_feedback_attributes", domain, EmailForwardingEnabled=False)

    def delete(self, domain: str) -> None:
        self._call("delete_email_identity", domain, but="NotFoundException")

    def _call(self, operation: str, domain: str, *, but: str = "", **arguments: Any) -> None:
        try:
            getattr(self._client, operation)(EmailIdentity=domain, **arguments)
        except ClientError as error:
            if _code(error) != but:
                raise _meaning(error, domain) from error
        except BotoCoreError as error:
            raise TransientError("the e-mail provider can't be reached: try again") from error


def _identity(answer: dict[str, Any], region: str) -> Identity:
    dkim, mail_from = answer.get("DkimAttributes", {}), answer.get("MailFromAttributes", {})
    tags = {tag["Key"]: tag["Value"] for tag in answer.get("Tags", [])}
    return Identity(
        tenant_id=tags.get(TENANT_TAG),
        dkim=_verification(dkim.get("Status")),
        dkim_tokens=list(dkim.get("Tokens", [])),
        dkim_zone=dkim.get("SigningHostedZone") or DKIM_ZONE,
        mail_from_domain=mail_from.get("MailFromDomain"),
        mail_from=_verification(mail_from.get("MailFromDomainStatus")),
        feedback_host=f"feedback-smtp.{region}.amazonses.com",
        sending_enabled=bool(answer.get("VerifiedForSendingStatus")),
        mails_feedback=bool(answer.get("FeedbackForwardingStatus", True)),
        error=answer.get("VerificationInfo", {}).get("ErrorType"),
    )


def _verification(status: str | None) -> Verification:
    return Verification(status.lower()) if status else Verification.NOT_STARTED


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def _meaning(error: ClientError, domain: str) -> Exception:
    code = _code(error)
    if code == "BadRequestException":
        problem = Problem("domain", "is not taken by the e-mail provider", value=domain)
        return InvalidError("the e-mail provider does not take this domain", problems=[problem])
    if code == "LimitExceededException":
        return ConflictError("the account has no room for more sender domains: ask the platform's operator")
    if code in (
        "TooManyRequestsException",
        "ConcurrentModificationException",
        "InternalFailure",
        "ThrottlingException",
    ):
        return TransientError("the e-mail provider is busy: try again")
    return error
