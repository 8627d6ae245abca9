"""Questions of a double opt-in to a member: an erasure takes them away, an export tells them."""

from __future__ import annotations

from ariia.domain.members.member import Member
from ariia.ports.personal_data import Erasing, Found, Told, piece_of, told_page
from ariia.services.confirmations.asked import AskedConfirmations
from ariia.services.sending.export_section import MemberMessages
from ariia.services.single_messages.erasing import SingleEraser

_PAGE = 25
_IN_FLIGHT = "a question that a sender holds"


class ConfirmationsStep:
    """Questions of a double opt-in. The schedules that look after them find nobody who waits, and end."""

    name = "confirmations"
    tables = ("jobs",)

    def __init__(self, asked: AskedConfirmations, singles: SingleEraser) -> None:
        self._asked, self._singles = asked, singles

    def find(self, erasure: Erasing) -> Found:
        """See ErasureStep."""
        page = self._asked.page(erasure.tenant_id, erasure.who, _PAGE, erasure.after)
        some, end, is_last = piece_of(page, _PAGE, erasure, lambda one: one)
        receipts = sum(self._singles.receipts(erasure.tenant_id, one, erasure.who) for one in some)
        counts = {"confirmations": len(some), "receipts": receipts}
        return Found(some, {kind: number for kind, number in counts.items() if number}, end, is_last)

    def erase(self, erasure: Erasing, found: Found) -> str | None:
        """See ErasureStep."""
        tenant_id, member_id = erasure.tenant_id, erasure.who
        gone = [one for one in found.items if self._singles.erase(tenant_id, one, member_id)]
        for container_id in gone:
            self._asked.forget(tenant_id, member_id, container_id)
        return _IN_FLIGHT if len(gone) < len(found.items) else None


class ConfirmationMessagesSection:
    """The questions that were put to the member, in no order."""

    name = "confirmation_messages"
    document = "messages"
    tables = ("jobs",)

    def __init__(self, asked: AskedConfirmations, messages: MemberMessages) -> None:
        self._asked, self._messages = asked, messages

    def page(self, member: Member, after: str | None) -> Told:
        """See ExportSection."""
        page = self._asked.page(member.tenant_id, member.id, _PAGE, after)
        rows = [row for one in page for row in self._messages.of_single(one, member)]
        return told_page(page, _PAGE, str, rows)
