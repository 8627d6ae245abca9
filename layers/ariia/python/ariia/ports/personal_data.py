"""What every room that stores something about members offers to services/privacy: steps that erase it, and sections of
an export that tell it. Privacy runs them and knows nothing else of the rooms; bootstrap puts them in order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from ariia.domain.members.member import Member

T = TypeVar("T")


class Erasing(Protocol):
    """An erasure as a step sees it. `after` is the place up to which the step is done, `counted` the end of a piece
    whose counts are stored already, `addresses` are `channel#hash`, `words` tell the member apart in text."""

    @property
    def tenant_id(self) -> str: ...
    @property
    def who(self) -> str: ...
    @property
    def requested_by(self) -> str: ...
    @property
    def addresses(self) -> Sequence[str]: ...
    @property
    def words(self) -> Sequence[str]: ...
    @property
    def after(self) -> str | None: ...
    @property
    def counted(self) -> str | None: ...
    @property
    def later(self) -> list[str]:
        """Ids of the campaigns in which a sender held the member; steps add to the list and empty it."""
        ...


@dataclass(frozen=True)
class Found:
    """A piece of work: what is there, up to the place `end`, and how many of each kind. `is_last`: nothing of this step
    lies behind it."""

    items: Sequence[Any] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    end: str = ""
    is_last: bool = True


class ErasureStep(Protocol):
    """Erases one kind of data about the member. Any call may be killed and made again."""

    @property
    def name(self) -> str:
        """Unique among all steps; a stored erasure notes by it what is done."""
        ...

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables that the step answers for. One whose keys name members has exactly one such step."""
        ...

    def find(self, erasure: Erasing) -> Found:
        """The next piece behind `erasure.after`. When `erasure.counted` says so, it is what is left of the piece that
        ends there, of which all is counted already."""
        ...

    def erase(self, erasure: Erasing, found: Found) -> str | None:
        """Takes it away; doing it again changes nothing. In words what it must wait for; None when all of it is gone.
        TransientError: do it again."""
        ...


def piece_of(
    page: Sequence[T], limit: int, erasure: Erasing, place: Callable[[T], str], *, ascending: bool = False
) -> tuple[Sequence[T], str, bool]:
    """What of a page, read behind `erasure.after` with at most `limit` items, is the next piece of work: the items, up
    to where they go, and whether nothing follows. A piece that is counted ends where it ended then, whatever is gone
    from it or came before it since."""
    counted = erasure.counted
    if counted is None:
        return page, place(page[-1]) if page else "", len(page) < limit
    left = [one for one in page if (place(one) <= counted if ascending else place(one) >= counted)]
    reached = len(left) < len(page) or len(page) < limit or place(left[-1]) == counted
    return left, counted if reached else place(left[-1]), False


@dataclass(frozen=True)
class Told:
    """A page of a section: rows as JSON documents, and the place behind which the next page begins; None = the end."""

    rows: list[dict[str, Any]]
    after: str | None = None


class ExportSection(Protocol):
    """Tells one kind of data about a member."""

    @property
    def name(self) -> str:
        """Unique among all sections; a stored export notes by it what is done."""
        ...

    @property
    def document(self) -> str:
        """The file of the archive, without `.json`, that the rows belong to; several sections may fill one."""
        ...

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables that the section answers for. One whose keys name members has exactly one such section."""
        ...

    def page(self, member: Member, after: str | None) -> Told:
        """The rows behind the place `after`; None = from the start."""
        ...


def told_page(page: Sequence[T], limit: int, place: Callable[[T], str], rows: list[dict[str, Any]]) -> Told:
    """`rows` as the answer made of a page that was read with at most `limit` items."""
    return Told(rows, place(page[-1]) if len(page) == limit else None)
