"""Digests: each event told exactly once, one digest per slot, whatever clocks, people and dying workers do."""

from __future__ import annotations

import random
import re
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from activity.enums import Cadence, MailState, Withheld
from activity.mailing import digests, send_due
from activity.mailing.digests import queue_digest, queue_digests
from activity.models import DigestLine, Mail, Notification
from activity.services import change_preferences, reset_preferences
from dealreg.emails import APPROVED, COMMENTED, EXPIRED
from tests.activity.telling import happened, tell

ZONES = {
    "brightpath_sales": "Europe/Berlin",
    "brightpath_administrator": "America/New_York",
    "brightpath_marketing": "Australia/Lord_Howe",
    "kappel_sales": "Asia/Kolkata",
}
DAYS = 400
STEPS = 12
PER_DAY = 0.3
"""How many things happen to each person."""


class Died(BaseException):
    """A worker was killed."""


@pytest.fixture
def dying(monkeypatch):
    """Let workers die while they write a digest: before the mail's row, or after it."""
    state = {"next": 0.0}
    rng = random.Random(5)
    save = Mail.save

    def save_or_die(mail, *args, **kwargs):
        if mail.slot is None:
            return save(mail, *args, **kwargs)
        fate = rng.random()
        if fate < state["next"] / 2:
            raise Died
        save(mail, *args, **kwargs)
        if fate < state["next"]:
            raise Died
        return None

    monkeypatch.setattr(Mail, "save", save_or_die)
    return state


def run_digests(now):
    """Write what is due, as often as workers die over it."""
    for _ in range(50):
        try:
            return queue_digests(now)
        except Died:
            continue
    raise AssertionError("died too often")


def choose(cast, persona, cadence, hour=8):
    change_preferences(actor=cast.actor(persona), cadences={"deal.commented": cadence}, hour=hour)


@pytest.mark.slow
def test_over_400_days_each_event_is_told_exactly_once(cast, dying):
    rng, dying["next"] = random.Random(11), 0.1
    deals = {"brightpath": cast.register(), "kappel": cast.register("kappel_sales", "kappel_northwind")}
    for persona, zone in ZONES.items():
        type(cast.people[persona]).objects.filter(pk=cast.people[persona].pk).update(time_zone=zone)
        choose(cast, persona, Cadence.DAILY)
    chosen = dict.fromkeys(ZONES, Cadence.DAILY)
    expected: dict[str, str] = {}
    began: dict[str, datetime] = {}
    changes: dict[str, list[datetime]] = {persona: [] for persona in ZONES}
    start = datetime(2026, 1, 5, tzinfo=UTC)
    with time_machine.travel(start, tick=False) as clock:
        for step in range(DAYS * STEPS):
            now = start + timedelta(hours=step * 24 // STEPS, seconds=rng.randrange(3500))
            clock.move_to(now)
            for persona in ZONES:
                if rng.random() < PER_DAY / STEPS:
                    token = f"ev{len(expected):05d}x"
                    deal = deals[persona.split("_")[0]]
                    tell(cast, happened(deal), COMMENTED, persona, customer=token)
                    expected[token], began[token] = persona if chosen[persona] != Cadence.OFF else "", now
                if rng.random() < 1 / (STEPS * 12):
                    chosen[persona] = rng.choice(list(Cadence))
                    choose(cast, persona, chosen[persona], rng.choice([0, 1, 2, 3, 8, 8, 23]))
                    changes[persona].append(now)
            run_digests(now)
        clock.move_to(start + timedelta(days=DAYS + 2))
        run_digests(timezone.now())
    assert len(expected) > 350
    told: Counter[tuple[str, int]] = Counter()
    moments = {}
    for mail in Mail.objects.filter(template__in=["digest", "deal_commented"]):
        body = mail.text.partition("\n\n")[2]
        for token in set(re.findall(r"ev\d{5}x", mail.text)):
            told[token, mail.person_id] += 1
            assert body.count(token) <= 1 or mail.slot is None
            moments[token] = mail.slot or began[token]
    muted = set(DigestLine.objects.filter(withheld=Withheld.OFF).values_list("facts__customer", flat=True))
    wanted = {(token, cast.people[persona].pk) for token, persona in expected.items() if persona and token not in muted}
    assert muted <= {token for token, persona in expected.items() if persona}
    assert dict(told) == dict.fromkeys(wanted, 1)
    assert not DigestLine.objects.waiting().exists()
    assert Notification.objects.count() == len(expected)
    slots = list(Mail.objects.exclude(slot=None).values_list("person", "slot"))
    assert len(slots) == len(set(slots)) > 120
    late = [
        token
        for token, at in moments.items()
        if at - began[token] > timedelta(hours=25)
        and not any(began[token] <= change <= at for change in changes[expected[token]])
    ]
    assert late == []


@pytest.mark.parametrize(
    ("start", "at_three"),
    [(datetime(2026, 3, 15, tzinfo=UTC), ["2026-03-29"]), (datetime(2026, 10, 15, tzinfo=UTC), [])],
    ids=["into-summer", "out-of-it"],
)
def test_daily_digest_comes_once_a_day_at_the_hour_across_both_changes_of_the_clock(cast, start, at_three):
    deal = cast.register()
    choose(cast, "brightpath_sales", Cadence.DAILY, 2)
    with time_machine.travel(start, tick=False) as clock:
        for hour in range(24 * 25):
            clock.move_to(start + timedelta(hours=hour))
            if hour % 24 == 5:
                tell(cast, happened(deal), COMMENTED, "brightpath_sales")
            queue_digests(timezone.now())
    slots = [
        slot.astimezone(ZoneInfo("Europe/Berlin"))
        for slot in Mail.objects.order_by("slot").values_list("slot", flat=True)
    ]
    assert [slot.date() for slot in slots] == [start.date() + timedelta(days=1 + count) for count in range(len(slots))]
    assert len(slots) >= 24
    assert {slot.hour for slot in slots} == {2, *([3] if at_three else [])}
    assert [slot.date().isoformat() for slot in slots if slot.hour == 3] == at_three


def test_line_that_comes_too_late_for_its_slot_moves_to_the_next(cast):
    deal, person = cast.register(), cast.people["brightpath_sales"]
    choose(cast, "brightpath_sales", Cadence.HOURLY)
    with time_machine.travel(datetime(2026, 6, 1, 9, 10, tzinfo=UTC), tick=False) as clock:
        tell(cast, happened(deal), COMMENTED, "brightpath_sales", customer="First")
        tell(cast, happened(deal), COMMENTED, "brightpath_sales", customer="Second")
        late = DigestLine.objects.order_by("-pk")[0]
        DigestLine.objects.filter(pk=late.pk).update(due_at=late.due_at + timedelta(days=1))
        clock.move_to(datetime(2026, 6, 1, 10, 0, 5, tzinfo=UTC))
        assert queue_digest(person.pk, timezone.now()) == "written"
        DigestLine.objects.filter(pk=late.pk).update(due_at=late.due_at)
        assert queue_digest(person.pk, timezone.now()) == "moved"
        late.refresh_from_db()
        assert late.due_at == datetime(2026, 6, 1, 11, tzinfo=UTC)
        clock.move_to(datetime(2026, 6, 1, 11, 0, 5, tzinfo=UTC))
        assert queue_digests(timezone.now()) == 1
    assert ["First" in mail.text for mail in Mail.objects.exclude(slot=None).order_by("slot")] == [True, False]


def test_choosing_at_once_brings_what_waits_and_off_drops_it(cast):
    deal = cast.register()
    choose(cast, "brightpath_sales", Cadence.DAILY)
    tell(cast, happened(deal), COMMENTED, "brightpath_sales", customer="Waiting")
    choose(cast, "brightpath_sales", Cadence.IMMEDIATE)
    assert queue_digests(timezone.now()) == 1
    choose(cast, "brightpath_sales", Cadence.DAILY)
    tell(cast, happened(deal), COMMENTED, "brightpath_sales", customer="Dropped")
    choose(cast, "brightpath_sales", Cadence.OFF)
    assert queue_digests(timezone.now() + timedelta(days=2)) == 0
    assert DigestLine.objects.get(facts__customer="Dropped").withheld == Withheld.OFF
    reset_preferences(actor=cast.actor("brightpath_sales"))
    tell(cast, happened(deal), COMMENTED, "brightpath_sales", customer="Usual")
    assert Mail.objects.filter(template="deal_commented").count() == 1


def test_decisions_come_at_once_whatever_was_chosen(cast):
    deal = cast.register()
    for kind in ("deal.approved", "deal.expired"):
        Mail.objects.filter(kind=kind).delete()
    actor = cast.actor("brightpath_sales")
    change_preferences(actor=actor, cadences={"deal.expired": Cadence.OFF, "deal.commented": Cadence.OFF}, hour=8)
    tell(cast, happened(deal, "deal.approved"), APPROVED, "brightpath_sales")
    tell(cast, happened(deal, "deal.expired"), EXPIRED, "brightpath_sales")
    assert list(Mail.objects.values_list("kind", flat=True)) == ["deal.approved"]
    assert Notification.objects.count() == 2


def test_digest_says_what_happened_in_the_readers_language_with_a_link_each(cast):
    deal = cast.register()
    choose(cast, "brightpath_sales", Cadence.HOURLY)
    for customer in ("Alpha", "<b>Beta</b>"):
        tell(cast, happened(deal), COMMENTED, "brightpath_sales", customer=customer)
    assert queue_digests(timezone.now() + timedelta(hours=2)) == 1
    mail = Mail.objects.get(template="digest")
    assert mail.subject == "Mara Lindqvist commented on Alpha, and 1 more"
    assert "&lt;b&gt;Beta" in mail.html
    assert "<b>Beta</b>" not in mail.html
    assert mail.text.count("/portal/") == 2
    assert "/settings/notifications/" in mail.text
    assert "/mail/stop/" in mail.text


@pytest.mark.django_db(transaction=True)
def test_four_workers_at_once_write_one_digest(cast):
    deal, barrier, outcomes = cast.register(), threading.Barrier(4), []
    choose(cast, "brightpath_sales", Cadence.HOURLY)
    for _ in range(20):
        tell(cast, happened(deal), COMMENTED, "brightpath_sales")
    now = timezone.now() + timedelta(hours=2)

    def work():
        try:
            barrier.wait()
            outcomes.append(queue_digests(now))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert sorted(outcomes) == [0, 0, 0, 1]
    assert Mail.objects.filter(template="digest").count() == 1
    assert DigestLine.objects.filter(mail__template="digest").count() == 20


def test_digest_is_sent_like_every_mail(cast, mailoutbox):
    deal = cast.register()
    choose(cast, "brightpath_sales", Cadence.HOURLY)
    tell(cast, happened(deal), COMMENTED, "brightpath_sales")
    queue_digests(timezone.now() + timedelta(hours=2))
    assert send_due() == 1
    assert Mail.objects.get(template="digest").state == MailState.SENT
    assert "List-Unsubscribe" in mailoutbox[0].extra_headers


def test_long_digest_is_cut_and_says_how_many_more(cast, monkeypatch):
    monkeypatch.setattr(digests, "MOST_LINES", 3)
    deal = cast.register()
    choose(cast, "brightpath_sales", Cadence.HOURLY)
    for number in range(5):
        tell(cast, happened(deal), COMMENTED, "brightpath_sales", customer=f"Number {number}")
    queue_digests(timezone.now() + timedelta(hours=2))
    text = Mail.objects.get(template="digest").text
    assert "And 2 more." in text
    assert "Number 2" in text
    assert "Number 3" not in text
