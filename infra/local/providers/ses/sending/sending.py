"""Accepts or refuses messages as SES does: account state, sender, rate, quota, and the faults that were asked for."""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from infra.local.providers.ses.account import Account
from infra.local.providers.ses.errors import ServiceError, bad_request, message_rejected, too_many_requests
from infra.local.providers.ses.events.happenings import Happenings
from infra.local.providers.ses.identities import not_verified
from infra.local.providers.ses.sending.inline_templates import check_template
from infra.local.providers.ses.sending.message import Message
from infra.local.providers.ses.sending.submission import Entry, Envelope, InvalidEntry, Submission
from infra.local.providers.ses.sending.substitution import rendering_problem
from infra.local.providers.ses.settings import Settings
from infra.local.providers.ses.shapes import JsonObject
from infra.local.providers.ses.statuses import ERROR_MODES, call_error
from infra.local.providers.ses.store import Call, Refusal

RATE_EXCEEDED = "Maximum sending rate exceeded."
QUOTA_EXCEEDED = "Daily message quota exceeded."
Parse = Callable[[JsonObject], tuple[Envelope, Sequence[Entry]]]


@dataclass(frozen=True, slots=True)
class EntryResult:
    """The answer for one entry."""

    status: str
    error: str | None = None
    message_id: str | None = None


class Sending:
    """The send operations. One call at a time: the lock also orders the records."""

    def __init__(self, account: Account, happenings: Happenings) -> None:
        self._account = account
        self._happenings = happenings
        self._random = random.Random(account.settings.seed)

    def reseed(self, seed: int) -> None:
        """Starts the generator of faults anew."""
        self._random.seed(seed)

    def send(self, operation: str, parse: Parse, body: JsonObject) -> tuple[Call, list[EntryResult]]:
        """Reads and carries out one call. Raises ServiceError when the call as a whole is refused."""
        with self._account.lock:
            call = self._account.store.begin_call(operation, time.time())
            entries: Sequence[Entry] = ()
            try:
                envelope, entries = parse(body)
                call.entries = len(entries)
                results = self._results(call, envelope, entries)
            except ServiceError as error:
                self._refuse_all(call, entries, error)
                raise
            call.accepted = sum(result.status == "SUCCESS" for result in results)
            return call, results

    def loses_response(self, call: Call) -> bool:
        """Whether the caller is never to learn of this accepted call."""
        with self._account.lock:
            lost = call.accepted > 0 and self._random.random() < self._account.settings.lose_response_rate
            if lost:
                call.outcome = "lost"
                self._account.store.lost_responses += 1
            return lost

    def _results(self, call: Call, envelope: Envelope, entries: Sequence[Entry]) -> list[EntryResult]:
        settings = self._account.settings
        self._check_account(settings)
        self._account.identities.check_sender(envelope.sender, settings)
        self._check_entries(entries, settings)
        self._check_sandbox(entries, settings)
        results = [self._entry(call, envelope, entry, settings) for entry in entries]
        refused = [result for result in results if result.status != "SUCCESS"]
        if len(refused) == len(results) and (call.operation == "SendEmail" or _all_throttled(refused)):
            raise call_error(refused[0].status, refused[0].error or refused[0].status)
        for entry, result in zip(entries, results, strict=True):
            if result.status != "SUCCESS":
                self._refuse(call, entry, result.status, result.error or "")
        return results

    def _check_account(self, settings: Settings) -> None:
        if self._random.random() < settings.throttle_rate:
            raise too_many_requests(RATE_EXCEEDED)
        if settings.error_mode != "none" and settings.error_shape == "call":
            raise call_error(*ERROR_MODES[settings.error_mode])

    def _check_entries(self, entries: Sequence[Entry], settings: Settings) -> None:
        invalid = [entry for entry in entries if isinstance(entry, InvalidEntry)]
        if invalid and settings.invalid_entries == "call":
            raise bad_request(invalid[0].problem)
        for entry in entries:
            if isinstance(entry, Submission) and settings.strict_templates:
                check_template(entry.content)
        if sum(len(entry.addresses) for entry in entries) > self._account.rate.capacity:
            raise too_many_requests(RATE_EXCEEDED)

    def _check_sandbox(self, entries: Sequence[Entry], settings: Settings) -> None:
        addresses = [address for entry in entries for address in entry.addresses]
        unverified = self._account.identities.unverified(addresses, settings) if settings.sandbox else []
        if unverified and settings.invalid_entries == "call":
            raise message_rejected(not_verified(unverified))

    def _entry(self, call: Call, envelope: Envelope, entry: Entry, settings: Settings) -> EntryResult:
        if isinstance(entry, InvalidEntry):
            return EntryResult("INVALID_PARAMETER", entry.problem)
        if settings.error_mode != "none":
            return EntryResult(*ERROR_MODES[settings.error_mode])
        if settings.sandbox and (unverified := self._account.identities.unverified(entry.addresses, settings)):
            return EntryResult("MESSAGE_REJECTED", not_verified(unverified))
        if self._random.random() < settings.entry_failure_rate:
            return EntryResult(settings.entry_failure_status, "Failure that was asked for, of this address.")
        recipients = len(entry.addresses)
        if not self._account.quota.fits(recipients):
            return EntryResult("ACCOUNT_DAILY_QUOTA_EXCEEDED", QUOTA_EXCEEDED)
        if not self._account.rate.take(recipients):
            return EntryResult("ACCOUNT_THROTTLED", RATE_EXCEEDED)
        self._account.quota.record(recipients)
        return EntryResult("SUCCESS", message_id=self._accept(call, envelope, entry).message_id)

    def _accept(self, call: Call, envelope: Envelope, entry: Submission) -> Message:
        at = time.time()
        message = Message(
            number=len(self._account.store.messages) + 1,
            message_id=f"{int(at * 1000):016x}-{uuid.uuid4()}-000000",
            call_number=call.number,
            operation=call.operation,
            at=at,
            sender=envelope.sender,
            to=entry.to,
            cc=entry.cc,
            bcc=entry.bcc,
            reply_to=envelope.reply_to,
            headers=entry.headers,
            tags=entry.tags,
            configuration_set=envelope.configuration_set,
            tenant_name=envelope.tenant_name,
            tracking=envelope.tracking,
            content=entry.content,
            data=entry.data,
            rendering_failure=rendering_problem(entry.content.names, entry.data),
        )
        self._account.store.add(message)
        self._happenings.accepted(message)
        return message

    def _refuse_all(self, call: Call, entries: Sequence[Entry], error: ServiceError) -> None:
        call.outcome = error.code
        for entry in entries:
            self._refuse(call, entry, error.code, error.message)

    def _refuse(self, call: Call, entry: Entry, status: str, error: str) -> None:
        call.refused += 1
        self._account.store.refuse(Refusal(call.number, call.at, entry.addresses, entry.tags, status, error))


def _all_throttled(refused: Sequence[EntryResult]) -> bool:
    """Nothing of the call fitted into the send rate: SES answers for the call then."""
    return bool(refused) and all(result.status == "ACCOUNT_THROTTLED" for result in refused)
