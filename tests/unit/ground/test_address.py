"""Addresses: which are one, which are none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ariia.domain.address import address_hash, is_deliverable_email, parse_email, parse_phone
from ariia.domain.channel import Channel
from ariia.domain.errors import InvalidError

LABEL = r"[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?"
addresses = st.from_regex(rf"[A-Za-z0-9+_]{{1,12}}@{LABEL}\.[a-z]{{2,6}}", fullmatch=True)


def same(one: str, other: str, channel: Channel = Channel.EMAIL) -> bool:
    return address_hash(channel, one) == address_hash(channel, other)


def test_a_domain_goes_as_punycode_and_the_local_part_as_it_was_given() -> None:
    assert parse_email("  Anna@Bücher.Example ") == "Anna@xn--bcher-kva.example"


@given(addresses)
def test_parsing_twice_changes_nothing(address: str) -> None:
    assert parse_email(parse_email(address)) == parse_email(address)


@given(addresses)
def test_case_makes_no_other_address(address: str) -> None:
    assert same(parse_email(address), parse_email(address.upper()))


def test_plus_tags_and_dots_make_another_address() -> None:
    plain = "anna@example.com"
    for other in ("anna+news@example.com", "an.na@example.com", "anna@mail.example.com"):
        assert not same(plain, other)


def test_the_unicode_and_the_punycode_form_of_a_domain_are_one_address() -> None:
    assert same(parse_email("anna@bücher.example"), parse_email("anna@xn--bcher-kva.example"))


def test_case_makes_another_address_where_the_channel_knows_no_case() -> None:
    assert not same("AbC", "abc", Channel.TELEGRAM)


def test_the_hash_never_changes_and_holds_no_address() -> None:
    assert address_hash(Channel.EMAIL, "Anna@example.com") == "f7d54c22dda5b1780276601cd005909b"


def test_a_local_part_beyond_ascii_is_an_address_that_no_provider_of_ours_can_reach() -> None:
    assert not is_deliverable_email(parse_email("müller@example.com"))
    assert is_deliverable_email(parse_email("mueller@bücher.example"))


@pytest.mark.parametrize(
    "address",
    [
        "",
        "anna",
        "@example.com",
        "anna@",
        "anna@example",
        "an na@example.com",
        "anna@exa mple.com",
        "anna@example..com",
        "anna@.example.com",
        "anna@example.com.",
        ".anna@example.com",
        "anna.@example.com",
        "an..na@example.com",
        "anna@-example.com",
        "anna@example-.com",
        "anna@exam_ple.com",
        "anna@@example.com",
        "anna@example.com, ben@example.com",
        "Anna <anna@example.com>",
        "anna@example.com\nBcc: ben@example.com",
        "an\tna@example.com",
        "anna\x00@example.com",
        '"anna"@example.com',
        "anna@[192.0.2.1]",
        "a" * 65 + "@example.com",
        "anna@" + "a" * 64 + ".com",
        "anna@" + ".".join(["a" * 60] * 5) + ".com",
    ],
)
def test_what_is_no_address_is_refused_with_its_field_and_form(address: str) -> None:
    with pytest.raises(InvalidError) as caught:
        parse_email(address)
    [problem] = caught.value.problems
    assert problem.field == "email"
    assert problem.value == address[:320]
    assert problem.allowed


@pytest.mark.parametrize("number", ["+4930123456", "+49 30 123-456", "+49 (30) 12.34/56"])
def test_a_phone_number_is_kept_in_e164(number: str) -> None:
    assert parse_phone(number) == "+4930123456"


@pytest.mark.parametrize("number", ["", "030123456", "+0301234567", "+123456", "+1234567890123456", "+49x30123456"])
def test_what_is_no_phone_number_is_refused(number: str) -> None:
    with pytest.raises(InvalidError, match="phone is not a valid phone number"):
        parse_phone(number)


def test_sharp_s_is_not_another_owners_domain() -> None:
    assert parse_email("anna@straße.de") == "anna@xn--strae-oqa.de"


@pytest.mark.parametrize("address", ["anna@1.2.3.4", "anna@x.123", "anna@a..de", "anna@-a.de", "anna@xn--.\u200d"])
def test_what_is_no_domain_is_no_address(address: str) -> None:
    with pytest.raises(InvalidError):
        parse_email(address)
