"""Double opt-in: who is asked, how often, and what counts as an answer."""

from __future__ import annotations

import re

import pytest

from ariia.domain.address import address_hash
from ariia.domain.channel import Channel
from ariia.domain.consent.confirmation import LINK_DAYS, ConfirmationRequest, LinkState
from ariia.domain.consent.confirmation_link import confirmation_claims
from ariia.domain.consent.refusal import ExclusionReason, refusal
from ariia.domain.creation import Creation
from ariia.domain.errors import ConflictError, InvalidError, NotFoundError, RateLimitError
from ariia.domain.members.member import Consent, ConsentStatus, Member, Suppression
from ariia.domain.rules.quiet_hours import QuietHours
from ariia.services.consent.stop_words import StopWords
from ariia.services.members.opt_outs import OptOuts
from tests.builders import NOW, TENANT
from tests.unit.confirmations.confirmation_desk import GRANTED, MAIL, ConfirmationDesk

PENDING, YES, NO = ConsentStatus.PENDING, ConsentStatus.GRANTED, ConsentStatus.DENIED
DAY_SECONDS = 86_400
CONFIRMED_ELSEWHERE = {"double_opt_in": {"confirmed_at": "2026-03-01T09:05:00Z"}}


@pytest.fixture
def desk() -> ConfirmationDesk:
    return ConfirmationDesk()


def test_a_grant_waits_is_asked_for_and_counts_once_confirmed(desk: ConfirmationDesk) -> None:
    desk.sign_up()
    asked_at = desk.clock.now()

    assert desk.word().status is PENDING
    assert refusal(desk.member(), Channel.EMAIL) is ExclusionReason.NO_CONSENT
    desk.live(1)
    assert desk.asked == [MAIL]
    assert desk.page.look(desk.token()).state is LinkState.OPEN
    assert desk.word().status is PENDING, "looking changes nothing"

    desk.clock.advance(3_600)
    view = desk.page.confirm(desk.token(), "1-en")

    assert (view.state, view.tenant_name) == (LinkState.CONFIRMED, "Studio")
    assert refusal(desk.member(), Channel.EMAIL) is None
    granted = desk.word()
    assert (granted.status, granted.source, granted.at, granted.by) == (YES, "double_opt_in", desk.clock.now(), None)
    shown = granted.proof["double_opt_in"]
    assert set(shown) == {"asked_at", "confirmed_at", "text"}, "no address, no browser: the link was followed"
    assert shown["text"] == "1-en"
    assert granted.proof["request"]["source"] == "form"
    assert granted.proof["request"]["proof"] == {"form": "F-17"}
    assert abs(int(confirmation_claims(desk.keys.key(), desk.token()).asked_at) - asked_at) < 60_000
    assert desk.page.confirm(desk.token(), "1-en").state is LinkState.CONFIRMED
    assert desk.word() == granted, "a second click is no second yes"


def test_without_the_setting_nobody_waits(desk: ConfirmationDesk) -> None:
    desk.choose()
    desk.sign_up()
    desk.live(5)

    assert (desk.word().status, desk.asked, desk.schedules.waiting) == (YES, [], {})


def test_who_agreed_before_the_setting_stays_in_whatever_is_sent_again(desk: ConfirmationDesk) -> None:
    desk.choose()
    desk.sign_up(at="2026-03-01")
    desk.choose(double_opt_in=True)
    desk.sign_up()
    desk.sign_up(at="2026-04-01")
    desk.set({"status": "granted"})
    desk.live(5)

    assert (desk.word().status, desk.asked) == (YES, [])


def test_the_same_wish_again_is_asked_for_once(desk: ConfirmationDesk) -> None:
    first = desk.sign_up()
    for _ in range(3):
        desk.clock.advance(20)
        assert desk.sign_up() == first
        desk.set({"status": "granted"})
    desk.live(10)

    assert desk.asked == [MAIL]
    assert desk.schedules.waiting == {}, "what is settled is looked after no more"


def test_a_newer_wish_is_asked_for_again_three_times_a_day_at_most(desk: ConfirmationDesk) -> None:
    for minute in range(5):
        desk.sign_up(at=desk.clock.now())
        desk.live(4)
        assert len(desk.asked) == min(minute + 1, 3)
    desk.clock.advance(DAY_SECONDS)
    desk.sign_up(at=desk.clock.now())
    desk.live(4)

    assert desk.asked == [MAIL] * 4
    assert desk.page.confirm(desk.token(), "1-en").state is LinkState.CONFIRMED


def test_an_address_is_asked_three_times_a_day_whoever_is_said_to_have_it(desk: ConfirmationDesk) -> None:
    for number in range(6):
        desk.sign_up(f"m{number}")
    desk.live(5)

    assert desk.asked == [MAIL] * 3
    assert desk.schedules.waiting == {}


def test_a_member_is_asked_three_times_a_day_however_their_address_changes(desk: ConfirmationDesk) -> None:
    for number in range(5):
        desk.sign_up(email=f"anna{number}@example.com")
        desk.live(4)

    assert desk.asked == [f"anna{number}@example.com" for number in range(3)]


@pytest.mark.parametrize("dated", [{}, {"at": "2026-03-01T09:05:00Z"}])
def test_a_grant_with_the_proof_of_an_earlier_double_opt_in_counts_at_once(
    desk: ConfirmationDesk, dated: dict[str, str]
) -> None:
    desk.sign_up(proof=CONFIRMED_ELSEWHERE, **dated)
    desk.live(5)

    assert (desk.word().status, desk.asked) == (YES, [])
    assert desk.member().confirmed is not None


@pytest.mark.parametrize("shown", [True, {}, {"confirmed_at": "soon"}, {"confirmed_at": "2127-01-01"}])
def test_a_proof_that_does_not_say_when_is_refused(desk: ConfirmationDesk, shown: object) -> None:
    with pytest.raises(InvalidError) as refused:
        desk.sign_up(proof={"double_opt_in": shown})
    assert [one.field for one in refused.value.problems] == ["consent.email.proof"]


def test_a_new_address_has_confirmed_nothing(desk: ConfirmationDesk) -> None:
    desk.sign_up()
    desk.live(1)
    old = desk.token()
    desk.page.confirm(old, "1-en")

    desk.put(email="other@example.com")

    assert desk.word().status is PENDING
    desk.live(1)
    assert desk.asked == [MAIL, "other@example.com"]
    assert desk.page.confirm(old, "1-en").state is LinkState.VOID
    assert desk.word().status is PENDING
    assert desk.page.confirm(desk.token(), "1-en").state is LinkState.CONFIRMED


def test_a_new_address_must_confirm_even_what_is_granted_with_it(desk: ConfirmationDesk) -> None:
    desk.choose()
    desk.sign_up()
    desk.choose(double_opt_in=True)
    desk.sign_up(email="other@example.com", at=desk.clock.now())
    desk.live(1)

    assert (desk.word().status, desk.asked) == (PENDING, ["other@example.com"])


def test_who_goes_back_to_the_address_that_they_confirmed_is_not_asked(desk: ConfirmationDesk) -> None:
    desk.sign_up()
    desk.live(1)
    desk.page.confirm(desk.token(), "1-en")
    desk.put(email=None)
    desk.put(email="Anna@Example.com")
    desk.live(1)

    assert (desk.word().status, desk.asked) == (YES, [MAIL])


def test_a_grant_without_an_address_is_asked_for_when_there_is_one(desk: ConfirmationDesk) -> None:
    desk.put(consent=GRANTED)
    desk.live(5)
    assert (desk.word().status, desk.asked) == (PENDING, [])

    desk.put(email=MAIL)
    desk.live(1)

    assert desk.asked == [MAIL]


def test_other_channels_wait_for_nobody(desk: ConfirmationDesk) -> None:
    desk.put(phone="+4930123456", consent={"sms": {"status": "granted"}})

    assert desk.member().consent["sms"].status is YES


def test_what_a_client_itself_calls_pending_is_asked_for(desk: ConfirmationDesk) -> None:
    desk.sign_up(status="pending")
    desk.live(1)

    assert desk.asked == [MAIL]


def test_no_link_outlives_an_opt_out_whatever_was_granted_since(desk: ConfirmationDesk) -> None:
    desk.sign_up()
    desk.live(1)
    old = desk.token()
    desk.clock.advance(60)
    desk.leave()
    assert desk.page.confirm(old, "1-en").state is LinkState.VOID
    assert desk.word().status is NO

    desk.clock.advance(60)
    desk.sign_up(at=desk.clock.now())
    assert desk.page.confirm(old, "1-en").state is LinkState.VOID
    assert desk.word().status is PENDING
    desk.live(1)
    assert desk.page.confirm(desk.token(), "1-en").state is LinkState.CONFIRMED


def test_an_opt_out_of_somebody_who_shares_the_mailbox_ends_the_link_too(desk: ConfirmationDesk) -> None:
    desk.sign_up()
    desk.sign_up("ben")
    desk.live(1)
    desk.clock.advance(60)
    desk.leave("ben")
    desk.clock.advance(60)
    desk.set({"status": "pending"}, "anna")

    assert desk.page.look(desk.token()).state is LinkState.VOID


def test_a_link_is_good_for_thirty_days(desk: ConfirmationDesk) -> None:
    desk.sign_up()
    desk.live(1)
    desk.clock.advance(LINK_DAYS * DAY_SECONDS - 120)
    assert desk.page.look(desk.token()).state is LinkState.OPEN
    desk.clock.advance(120)

    assert desk.page.confirm(desk.token(), "1-en").state is LinkState.EXPIRED
    assert desk.word().status is PENDING


def test_a_link_of_somebody_else_or_of_another_kind_leads_nowhere(desk: ConfirmationDesk) -> None:
    desk.sign_up()
    desk.live(1)
    payload, _, signature = desk.token().partition(".")
    for wrong in (f"{payload}.{signature[:-1]}x", f"{payload[:-2]}xx.{signature}", "", "nonsense"):
        with pytest.raises(NotFoundError):
            desk.page.confirm(wrong, "1-en")
    desk.world.members.delete(desk.member())
    with pytest.raises(NotFoundError):
        desk.page.confirm(desk.token(), "1-en")


def test_a_complaint_about_the_question_ends_the_link(desk: ConfirmationDesk) -> None:
    desk.sign_up()
    desk.live(1)
    desk.world.members.suppress(TENANT, "email", address_hash(Channel.EMAIL, MAIL), Suppression("complaint", NOW))

    assert desk.page.confirm(desk.token(), "1-en").state is LinkState.VOID
    assert desk.word().status is PENDING


def test_whoever_says_no_before_the_mail_leaves_does_not_get_it(desk: ConfirmationDesk) -> None:
    desk.sign_up()
    desk.clock.advance(10)
    desk.fire()
    assert desk.world.queue.waiting, "it is on its way"
    desk.leave()
    desk.live(10)

    assert desk.asked == []
    assert [entry.detail for entry in desk.world.entries().values()] == ["no_consent"]
    assert desk.schedules.waiting == {}


def test_a_suppressed_address_is_not_asked(desk: ConfirmationDesk) -> None:
    desk.world.members.suppress(TENANT, "email", address_hash(Channel.EMAIL, MAIL), Suppression("hard_bounce", NOW))
    desk.sign_up()
    desk.live(10)

    assert (desk.word().status, desk.asked, desk.schedules.waiting) == (PENDING, [], {})


def test_the_old_address_is_not_asked_when_it_changed_before_the_mail_left(desk: ConfirmationDesk) -> None:
    desk.world.rates.save_rate(Channel.EMAIL, desk.world.quota.current())
    desk.choose(double_opt_in=True, quiet_hours={"email": QuietHours("00:00", "23:59")})
    desk.sign_up()
    desk.live(2)
    desk.put(email="other@example.com")
    desk.choose(double_opt_in=True)
    desk.live(24 * 60, step_seconds=300)

    assert desk.asked == ["other@example.com"]


def test_a_question_that_got_lost_on_its_way_is_not_put_to_the_next_address(desk: ConfirmationDesk) -> None:
    desk.sign_up()
    desk.clock.advance(10)
    desk.fire()
    desk.world.queue.waiting.clear()
    desk.put(email="other@example.com")
    desk.live(30)

    assert desk.asked == ["other@example.com"]


def test_of_two_wishes_that_wait_only_the_later_is_asked_for(desk: ConfirmationDesk) -> None:
    desk.domains.domains.clear()
    desk.sign_up(at=desk.clock.now())
    desk.clock.advance(60)
    desk.sign_up(at=desk.clock.now())
    desk.domains.domains.add((TENANT, "studio.example"))
    desk.live(90)

    assert desk.asked == [MAIL]


def test_a_schedule_that_fires_before_the_member_is_stored_comes_again(desk: ConfirmationDesk) -> None:
    save = desk.world.members.save

    def save_slowly(members: list[Member]) -> list[str]:
        desk.clock.advance(20)
        assert desk.fire() == 1
        return save(members)

    desk.world.members.save = save_slowly  # type: ignore[method-assign, assignment]
    desk.sign_up()
    desk.live(5)

    assert desk.asked == [MAIL]


def test_a_question_that_cant_be_looked_at_keeps_no_other_waiting(
    desk: ConfirmationDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("anna", "ben")
    for name in names:
        desk.sign_up(name, f"{name}@example.com")
    payloads = [payload for _, payload in desk.schedules.waiting.values()]
    asked = {one["member_id"]: ConfirmationRequest(**one) for each in payloads for one in each["requests"]}
    allow = desk.mails._limits.allow
    monkeypatch.setattr(
        desk.mails._limits, "allow", lambda tenant, one: 1 / 0 if one.member_id == "anna" else allow(tenant, one)
    )
    with pytest.raises(ZeroDivisionError):
        desk.mails.look(TENANT, [asked[name] for name in names])
    desk.world.work_off()
    assert desk.asked == ["ben@example.com"]
    assert desk.schedules.waiting, "Anna's question is looked at again"


def test_what_the_tenant_switches_off_meanwhile_is_asked_no_more(desk: ConfirmationDesk) -> None:
    desk.sign_up()
    desk.choose()
    desk.live(10)

    assert (desk.asked, desk.schedules.waiting) == ([], {})


def test_quiet_hours_hold_the_question_back(desk: ConfirmationDesk) -> None:
    desk.choose(double_opt_in=True, quiet_hours={"email": QuietHours("00:00", "23:00")})
    desk.sign_up()
    desk.live(10)
    assert desk.asked == []
    looks = len(desk.schedules.waiting)

    desk.live(24 * 60, step_seconds=300)

    assert (looks, desk.asked, desk.schedules.waiting) == (1, [MAIL], {})


def test_without_a_verified_sender_it_waits_until_there_is_one(desk: ConfirmationDesk) -> None:
    desk.domains.domains.clear()
    desk.sign_up()
    desk.live(30)
    assert desk.asked == []

    desk.domains.domains.add((TENANT, "studio.example"))
    desk.live(60)

    assert desk.asked == [MAIL]


def test_three_days_later_nobody_waits_for_the_mail(desk: ConfirmationDesk) -> None:
    desk.domains.domains.clear()
    desk.sign_up()
    desk.live(73 * 60, step_seconds=600)
    desk.domains.domains.add((TENANT, "studio.example"))
    desk.live(5 * 60, step_seconds=600)

    assert (desk.asked, desk.schedules.waiting) == ([], {})


def test_it_is_tracked_by_nobody_counts_nowhere_and_says_only_what_it_must(desk: ConfirmationDesk) -> None:
    desk.put(language="de-AT", first_name="Anna", email=MAIL, consent=GRANTED)
    desk.live(1)

    [call] = desk.world.provider.calls
    assert call.configuration_set == "test-untracked"
    assert call.skeleton.subject.startswith("Bitte bestätigen")
    assert re.search(r"<a ses:no-track href=", call.skeleton.html)
    assert call.recipients[0].headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    container = desk.world.campaigns.get(TENANT, call.tags["campaign"])
    assert container is not None
    assert not container.traits.counts_against_caps


def test_the_back_office_asks_again(desk: ConfirmationDesk) -> None:
    desk.sign_up()
    desk.live(3)
    first = desk.again.ask(TENANT, "anna", Channel.EMAIL, Creation("k1", "print"))
    desk.clock.advance(1)
    repeated = desk.again.ask(TENANT, "anna", Channel.EMAIL, Creation("k1", "print"))
    desk.live(5)

    assert (first.replayed, repeated.replayed, repeated.entity) == (False, True, first.entity)
    assert desk.asked == [MAIL, MAIL]
    desk.again.ask(TENANT, "anna", Channel.EMAIL)
    with pytest.raises(RateLimitError) as refused:
        desk.again.ask(TENANT, "anna", Channel.EMAIL)
    assert 0 < refused.value.retry_after <= DAY_SECONDS
    desk.live(5)
    assert len(desk.asked) == 3


def test_asking_again_says_why_it_can_not(desk: ConfirmationDesk) -> None:
    def why() -> str:
        with pytest.raises(ConflictError) as refused:
            desk.again.ask(TENANT, "anna", Channel.EMAIL)
        return refused.value.message

    with pytest.raises(NotFoundError):
        desk.again.ask(TENANT, "anna", Channel.EMAIL)
    desk.put(consent=GRANTED)
    assert "no e-mail address" in why()
    desk.sign_up()
    with pytest.raises(InvalidError):
        desk.again.ask(TENANT, "anna", Channel.SMS)
    desk.domains.domains.clear()
    assert "default_sender" in why()
    desk.leave()
    assert "not pending" in why()
    desk.choose()
    assert "double_opt_in is off" in why()
    assert desk.asked == []


def test_start_by_mail_undoes_an_opt_out_only_with_a_confirmation(desk: ConfirmationDesk) -> None:
    desk.sign_up()
    desk.live(1)
    desk.page.confirm(desk.token(), "1-en")
    desk.clock.advance(60)
    desk.leave()
    desk.clock.advance(60)
    words = StopWords(desk.world.members, desk.consent, OptOuts(desk.world.members, desk.clock))

    said = words.take(TENANT, Channel.EMAIL, "START", at=desk.clock.now(), event_id="e1", by="bridge", member_id="anna")

    assert (said.member_ids, desk.word().status) == ([], PENDING)
    desk.live(1)
    assert desk.asked == [MAIL, MAIL]


def test_who_comes_back_by_their_own_link_is_believed_once_they_confirmed_that_address(
    desk: ConfirmationDesk,
) -> None:
    desk.sign_up()
    desk.live(1)
    desk.page.confirm(desk.token(), "1-en")
    desk.clock.advance(60)
    desk.leave()
    desk.clock.advance(60)
    said = Consent(YES, "preferences", desk.clock.now())
    assert desk.consent.grant(TENANT, "anna", Channel.EMAIL, said, own_link=True).consent["email"] == said

    desk.put("ben", email="ben@example.com", consent={"email": {"status": "denied"}})
    desk.clock.advance(60)
    said = Consent(YES, "preferences", desk.clock.now())
    assert desk.consent.grant(TENANT, "ben", Channel.EMAIL, said, own_link=True).consent["email"].status is PENDING
    desk.live(1)
    assert desk.asked == [MAIL, "ben@example.com"]


def test_a_no_between_look_and_click_wins(desk: ConfirmationDesk) -> None:
    """The member is read again under the version that is written."""
    desk.sign_up()
    desk.live(1)
    desk.clock.advance(1)
    save, said = desk.world.members.save, list[bool]()

    def save_after_a_no(*arguments: list[object]) -> list[str]:
        if not said:
            said.append(True)
            desk.leave()
        return save(*arguments)  # type: ignore[arg-type]

    desk.world.members.save = save_after_a_no  # type: ignore[method-assign, assignment]

    assert desk.page.confirm(desk.token(), "1-en").state is LinkState.VOID
    assert desk.word().status is NO
