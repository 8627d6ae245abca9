"""STOP and START, in several languages, doubled and late."""

from __future__ import annotations

import pytest

from ariia.domain.channel import Channel
from ariia.domain.consent.stop_words import StopMeaning, meaning
from ariia.domain.errors import InvalidError
from ariia.domain.members.member import Consent, ConsentStatus, Member, Suppression
from ariia.services.consent.member_consent import MemberConsent
from ariia.services.consent.stop_words import StopResult, StopWords
from ariia.services.members.opt_outs import OptOuts
from tests.builders import any_double_opt_in
from tests.doubles.clock import ManualClock
from tests.doubles.members.members import MemoryMembers

TENANT, PHONE = "gym", "+4915112345678"
GRANTED = Consent(ConsentStatus.GRANTED, "form", 1_000)


class Setting:
    def __init__(self) -> None:
        self.members, self.clock = MemoryMembers(), ManualClock()
        self.words = StopWords(
            self.members,
            MemberConsent(self.members, any_double_opt_in(), self.clock),
            OptOuts(self.members, self.clock),
        )
        consent = {"sms": GRANTED, "whatsapp": GRANTED, "email": GRANTED}
        people = [Member(one, TENANT, phone=PHONE, email="a@x.de", consent=dict(consent)) for one in ("anna", "ben")]
        self.members.save(people)

    def take(self, text: str, at: int, *, channel: Channel = Channel.SMS, **sender: str) -> StopResult:
        sender = sender or {"address": PHONE}
        return self.words.take(TENANT, channel, text, at=at, event_id=f"e{at}", by="bridge", **sender)

    def status(self, member_id: str = "anna", channel: str = "sms") -> str:
        member = self.members.get(TENANT, member_id)
        assert member is not None
        return member.consent[channel].status.value


@pytest.fixture
def setting() -> Setting:
    return Setting()


@pytest.mark.parametrize(
    "text",
    ["STOP", "stop.", " Stopp! ", "»ABMELDEN«", "Unsubscribe", "désabonner", "KÜNDIGEN", "Stop\n", "BAJA", "İPTAL"],
)
def test_a_word_alone_stops(text: str) -> None:
    assert meaning(text) is StopMeaning.STOP


@pytest.mark.parametrize(
    "text", ["", "please stop calling", "Stop? Nein, gerne weiter so", "non-stop", "stopwatch", "👍"]
)
def test_a_sentence_says_nothing(text: str) -> None:
    assert meaning(text) is None
    assert meaning(text * 2000) is None


def test_stop_leaves_this_channel_for_all_who_have_the_number(setting: Setting) -> None:
    assert setting.take("Stopp", 2_000) == StopResult(StopMeaning.STOP, ["anna", "ben"])

    assert [setting.status(one) for one in ("anna", "ben")] == ["denied", "denied"]
    assert setting.status(channel="whatsapp") == "granted"
    member = setting.members.get(TENANT, "anna")
    assert member is not None
    assert member.consent["sms"].proof == {"event": "e2000", "word": "Stopp"}


def test_a_repeated_or_late_stop_does_not_undo_a_start(setting: Setting) -> None:
    setting.take("STOP", 2_000)
    assert setting.take("START", 3_000).member_ids == ["anna", "ben"]

    setting.take("STOP", 2_000)

    assert setting.status() == "granted"
    setting.take("STOP", 4_000)
    assert setting.status() == "denied"
    assert setting.take("START", 3_000).member_ids == []


def test_help_and_talk_change_nothing(setting: Setting) -> None:
    before = setting.members.get(TENANT, "anna")

    assert setting.take("HILFE", 2_000) == StopResult(StopMeaning.HELP)
    assert setting.take("see you on Monday", 2_000) == StopResult(None)

    assert setting.members.get(TENANT, "anna") == before


def test_start_opts_nobody_in_who_never_was_or_is_suppressed(setting: Setting) -> None:
    setting.members.save([Member("carl", TENANT, phone="+4915100000000")])
    assert setting.take("START", 2_000, member_id="carl").member_ids == []

    setting.take("STOP", 2_000)
    [key] = [
        one
        for one in setting.members.records
        if one.channel is Channel.SMS and one.hash and len(setting.members.records[one].members) == 2
    ]
    setting.members.suppress(TENANT, "sms", key.hash, Suppression("complaint", 2_500))
    assert setting.take("START", 3_000).member_ids == []


def test_an_unknown_number_is_remembered(setting: Setting) -> None:
    other = "+4915199999999"
    assert setting.take("STOP", 2_000, address=other).member_ids == []

    setting.members.save([Member("dora", TENANT, phone=other, consent={"sms": GRANTED})])

    assert setting.status("dora") == "denied"


def test_an_answer_by_mail_undoes_an_opt_out_and_confirms_nothing(setting: Setting) -> None:
    setting.members.save(
        [Member("eva", TENANT, email="e@x.de", consent={"email": Consent(ConsentStatus.PENDING, "f", 1)})]
    )
    assert setting.take("START", 2_000, channel=Channel.EMAIL, member_id="eva").member_ids == []

    setting.take("STOP", 3_000, channel=Channel.EMAIL, member_id="eva")
    assert setting.take("START", 4_000, channel=Channel.EMAIL, member_id="eva").member_ids == ["eva"]


def test_a_sender_who_is_no_address_is_refused(setting: Setting) -> None:
    with pytest.raises(InvalidError):
        setting.take("STOP", 2_000, address="nobody")
    assert setting.take("STOP", 2_000, member_id="nobody").member_ids == []
