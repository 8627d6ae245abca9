"""Where dispatches rest, with what they say and with recipients who are no members."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ariia.domain.content.content import Content
from ariia.domain.ledger.dispatch import Dispatch, MessageRef
from ariia.domain.members.member import Member


class DispatchStore(Protocol):
    """What is sent, whatever its kind."""

    def get(self, tenant_id: str, dispatch_id: str) -> Dispatch | None:
        """The record, strongly consistent; None when the tenant has no such one."""
        ...

    def message(self, tenant_id: str, message: MessageRef) -> Content:
        """What it says; NotFoundError when it is gone."""
        ...

    def keep_message(self, tenant_id: str, message: MessageRef, content: Content) -> None:
        """Stores the message if it is not there yet; a hash stands for one content only. TransientError: try again."""
        ...

    def create_container(self, container: Dispatch, test_recipients: Sequence[Member] = ()) -> bool:
        """Stores a new container, which gets version 1, with those of its recipients who are no members. False when
        there is one of this id; nothing is written then."""
        ...

    def save_container(self, container: Dispatch) -> bool:
        """Stores it if the stored version is its own, and raises `version` by one; else False."""
        ...

    def test_recipients(self, tenant_id: str, dispatch_id: str, ids: Sequence[str]) -> dict[str, Member]:
        """Those recipients who are no members, as they were stored; missing ones are left out."""
        ...

    def remove_test_recipients(self, tenant_id: str, dispatch_id: str, ids: Sequence[str]) -> None:
        """Takes those recipients away; what is gone stays gone."""
        ...

    def remove_container(self, tenant_id: str, container_id: str) -> None:
        """Takes a container away, with all that rests beside it; one that is gone stays gone."""
        ...
