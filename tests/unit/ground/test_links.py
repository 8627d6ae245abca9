"""Signed links: nobody but us can make one, and one of a kind opens only that door."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ariia.domain.errors import NotFoundError
from ariia.domain.links import LinkClaims, sign, verify
from ariia.domain.sending.message import without_tracking

KEY = b"k" * 32
ids = st.from_regex(r"[A-Za-z0-9_-]{1,64}", fullmatch=True)
claims = st.builds(LinkClaims, ids, ids, ids, ids, st.sampled_from(["email", "sms"]))
ANNA = LinkClaims("studio", "spring", "anna", "l0", "email")


@given(claims)
def test_a_link_of_ours_says_whose_it_is(one: LinkClaims) -> None:
    token = sign(KEY, "unsubscribe", one)
    assert verify(KEY, "unsubscribe", token) == one
    assert re.fullmatch(r"[A-Za-z0-9_.-]{1,399}", token)


@given(claims, st.data())
def test_a_link_with_one_changed_letter_is_not_ours(one: LinkClaims, data: st.DataObject) -> None:
    token = sign(KEY, "unsubscribe", one)
    place = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.sampled_from("aZ9_.-").filter(lambda letter: letter != token[place]))
    with pytest.raises(NotFoundError):
        verify(KEY, "unsubscribe", token[:place] + other + token[place + 1 :])


@given(st.text(max_size=80))
def test_made_up_links_are_not_ours(token: str) -> None:
    with pytest.raises(NotFoundError):
        verify(KEY, "unsubscribe", token)


@pytest.mark.parametrize("cut", [0, 1, 10, -1])
def test_a_cut_link_is_not_ours(cut: int) -> None:
    with pytest.raises(NotFoundError):
        verify(KEY, "unsubscribe", sign(KEY, "unsubscribe", ANNA)[:cut])


def test_a_link_to_look_at_a_message_does_not_unsubscribe() -> None:
    with pytest.raises(NotFoundError):
        verify(KEY, "unsubscribe", sign(KEY, "view", ANNA))


def test_a_link_of_another_deployment_is_not_ours() -> None:
    with pytest.raises(NotFoundError):
        verify(KEY, "unsubscribe", sign(b"x" * 32, "unsubscribe", ANNA))


def test_two_members_have_two_links() -> None:
    assert sign(KEY, "view", ANNA) != sign(KEY, "view", ANNA._replace(member_id="ben"))


@pytest.mark.parametrize(
    ("html", "marked"),
    [
        ('<a href="{{ unsubscribe_url }}">x</a>', '<a ses:no-track href="{{ unsubscribe_url }}">x</a>'),
        ('<A class="s" href="{{ view_url }}">x</A>', '<a ses:no-track class="s" href="{{ view_url }}">x</A>'),
        ('<a ses:no-track href="{{ unsubscribe_url }}">', '<a ses:no-track href="{{ unsubscribe_url }}">'),
        (
            '<a href="https://x.example">{{ unsubscribe_url }}</a>',
            '<a href="https://x.example">{{ unsubscribe_url }}</a>',
        ),
        ('<abbr title="{{ view_url }}">', '<abbr title="{{ view_url }}">'),
    ],
)
def test_our_own_links_are_never_rewritten_for_tracking(html: str, marked: str) -> None:
    assert without_tracking(html) == marked
