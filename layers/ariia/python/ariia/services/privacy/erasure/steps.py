"""What an erasure is made of: steps that each find a piece of work, which is counted, and then take it away."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from ariia.domain.privacy.erasure import Erasure

T = TypeVar("T")


@dataclass(frozen=True)
class Found:
    """A piece of work: what is there, up to the place `end`, and how many of each kind. `is_last`: nothing of this step
    lies behind it."""

    items: Sequence[Any] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    end: str = ""
    is_last: bool = True


class ErasureStep(Protocol):
    """One kind of thing that knows the member. Any call may be killed and made again."""

    name: str

    def find(self, erasure: Erasure) -> Found:
        """The next piece behind `erasure.after`. When `erasure.counted` says so, it is what is left of the piece that
        ends there, of which all is counted already."""
        ...

    def erase(self, erasure: Erasure, found: Found) -> str | None:
        """Takes it away; doing it again changes nothing. In words what it must wait for; None when all of it is gone.
        TransientError: do it again."""
        ...


def piece_of(
    page: Sequence[T], limit: int, erasure: Erasure, place: Callable[[T], str], *, ascending: bool = False
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
