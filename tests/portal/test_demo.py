"""The demo's data: complete, alike every time, and as the services would have left it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import Client, override_settings
from django.utils import timezone

from accounts.models import Account, MatchKey
from activity.models import Delivery, Event, Mail, Notification
from activity.registry import EVENTS, HANDLERS
from dealreg.engagement import check
from dealreg.enums import Outcome, Part, ProtectionState, Status
from dealreg.models import Conflict, Deal, DealDraft, DealLine, Policy, Protection, Ruling
from dealreg.reports import line_for, suggestion_for
from dealreg.rulings import known_of, replayed
from dealreg.services import escalate_overdue, expire_protections, remind_expiring
from partners.enums import EnrollmentStatus, PartnerType
from partners.models import Enrollment, Partner, Seat, Vendor
from people.models import Person
from portal.demo.loading import load
from portal.demo.signins import GROUPS, PASSWORD
from portal.demo.told import TELLINGS
from prm.kernel.actors import system
from standing.models import Calculation, PointEntry, Specialisation, TierReview
from standing.reports import place_of
from standing.trying import way_to

FAST = {"PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"]}
SIGN_INS = [person.email for group in GROUPS for person in group.people]


@dataclass
class Loaded:
    """What the first of two loads made; the second is in the database."""

    first: list[tuple[object, ...]]


def test_every_decision_by_rule_replays_equal_from_its_stored_facts(demo):
    found = list(replayed())
    assert len(found) > 50
    assert [each.ruling.pk for each in found if not each.is_equal] == []
    by_rule = Deal.objects.exclude(ruling=None)
    assert by_rule.count() >= 5
    assert not by_rule.exclude(decided_by=None).exists()
    assert not by_rule.filter(decision_clause="").exists()
    for vendor in Vendor.objects.all():
        policy = Policy.objects.filter(vendor=vendor, valid_from__isnull=False).latest("valid_from")
        check(policy.shape, known_of(system(vendor.pk), policy))
        assert {ruling.policy_id for ruling in vendor_rulings(vendor)} == {policy.pk}


NEVER_HAPPENS = {
    "deal.appeal_overdue",
    "deal.displaced",
    "deal.offer_lapsed",
    "deal.team_declined",
    "deal.team_left",
    "team.closed",
}
"""Events that somebody would be told of, and that don't happen in the demo."""


def vendor_rulings(vendor):
    """A vendor's rulings."""
    return Ruling.objects.filter(vendor=vendor)


def deals() -> list[tuple[object, ...]]:
    return list(
        Deal.objects.order_by("reference").values_list("reference", "customer_name", "value", "status", "submitted_at")
    )


@pytest.fixture(scope="module")
def demo(django_db_setup, django_db_blocker, tmp_path_factory):
    """The demo, loaded twice: once forgotten, once kept for this module."""
    now, folder = timezone.now(), tmp_path_factory.mktemp("media")
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=folder, **FAST), transaction.atomic():
        with transaction.atomic():
            load(now)
            first = deals()
            transaction.set_rollback(True)
        load(now)
        connection.check_constraints()
        yield Loaded(first)
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def in_demo(demo, db):
    """Give each test the demo, and undo what it does."""


def test_two_loads_are_alike(demo):
    assert deals() == demo.first


def test_loading_again_changes_nothing_and_says_how_to_sign_in(django_assert_max_num_queries):
    before = Deal.objects.count(), Event.objects.count(), Person.objects.count()
    with django_assert_max_num_queries(2):
        said = call_command("load_demo")
    assert (Deal.objects.count(), Event.objects.count(), Person.objects.count()) == before
    assert "sales@brightpath.example" in said
    assert PASSWORD in said


def test_database_with_other_vendors_is_refused():
    Vendor.objects.filter(slug="northwind").update(slug="another")
    before = Deal.objects.count()
    with pytest.raises(CommandError, match="other vendors"):
        call_command("load_demo")
    assert Deal.objects.count() == before


@pytest.mark.parametrize("email", SIGN_INS)
def test_person_on_the_start_page_signs_in(email):
    client = Client()
    answer = client.post("/accounts/login/", {"login": email, "password": PASSWORD})
    assert answer.status_code == 302, answer.content[:2000]
    assert client.session["_auth_user_id"] == str(Person.objects.get(email=email).pk)


@pytest.mark.parametrize("slug", ["northwind", "halden"])
def test_vendor_shows_every_status_and_outcome(slug):
    found = Counter(Deal.objects.filter(vendor__slug=slug).values_list("status", flat=True))
    assert set(found) == set(Status.values)
    assert set(Deal.objects.filter(vendor__slug=slug).values_list("outcome", flat=True)) == set(Outcome.values)
    assert set(Deal.objects.filter(vendor__slug=slug).values_list("part", flat=True)) == set(Part.values)
    assert set(Protection.objects.filter(vendor__slug=slug).values_list("state", flat=True)) == set(
        ProtectionState.values
    )


def test_numbers_are_those_of_a_living_program():
    northwind = Deal.objects.filter(vendor__slug="northwind")
    assert 850 <= northwind.count() <= 950
    assert northwind.undecided().count() == 38
    assert 450 <= Deal.objects.filter(vendor__slug="halden").count() <= 550
    assert Partner.objects.count() == 41  # one of them twice
    assert set(Partner.objects.values_list("type", flat=True)) == set(PartnerType.values)
    assert Partner.objects.values("country").distinct().count() >= 18
    statuses = set(Enrollment.objects.values_list("status", flat=True))
    assert statuses == set(EnrollmentStatus.values) - {EnrollmentStatus.APPLICANT}
    assert Account.objects.filter(origin="customer").count() == 705  # five of them twice
    assert not Account.objects.standing().exclude(pk__in=MatchKey.objects.values("account_id")).exists()


def test_brightpath_has_work_of_every_kind():
    own = Deal.objects.filter(partner__slug="brightpath")
    assert 12 <= own.open().count() <= 16
    assert own.waiting_for_partner().get().customer_name.startswith("Orbit Logistics")
    assert own.filter(status=Status.DECLINED, decided_at__gt=timezone.now() - timedelta(days=10)).exists()
    assert own.filter(outcome=Outcome.WON, closed_on__gt=timezone.localdate() - timedelta(days=60)).exists()
    assert own.filter(files__name__endswith=".pdf").count() == 3
    mara = Person.objects.get(email="sales@brightpath.example")
    assert DealDraft.objects.filter(person=mara).count() == 4
    assert Notification.objects.filter(person=mara, read_at=None).exists()
    assert Mail.objects.filter(person=mara).exists()
    assert Seat.objects.filter(person__email="sofie@aalto.example").count() == 2


def test_every_event_is_known_and_nothing_is_left_to_deliver():
    kinds = set(Event.objects.values_list("kind", flat=True))
    assert kinds <= set(EVENTS)
    assert kinds >= set(TELLINGS)
    assert not Delivery.objects.exists()
    assert not Event.objects.filter(occurred_at__gt=timezone.now()).exists()
    told = {
        handler.event
        for handler in HANDLERS.values()
        if handler.name.startswith("dealreg.tell_") and ":" not in handler.name
    }
    assert told - NEVER_HAPPENS == told & kinds
    assert not NEVER_HAPPENS & kinds
    assert told & kinds <= set(Notification.objects.values_list("event__kind", flat=True))
    assert set(TELLINGS) <= told | {"deal.appeal_upheld"}


def test_each_deal_begins_with_its_submission_and_ends_in_its_status():
    first, last = {}, {}
    for event in Event.objects.filter(subject_type="dealreg.deal").order_by("id"):
        first.setdefault(event.subject_id, event.kind)
        if "status" in event.after:
            last[event.subject_id] = event.after["status"]
    assert set(first.values()) == {"deal.submitted"}
    assert last == dict(Deal.objects.values_list("pk", "status"))


def test_workers_find_nothing_that_is_late():
    assert (expire_protections(), escalate_overdue(), remind_expiring()) == (0, 0, 0)


def test_protection_follows_from_approval():
    running = Deal.objects.protected().filter(outcome=Outcome.OPEN, part=Part.SELL)
    assert running.count() > 100
    for deal in running.prefetch_related("protections"):
        assert {protection.family_id for protection in deal.protections.all()} == set(deal.families)
        assert {protection.state for protection in deal.protections.all()} == {ProtectionState.LIVE}
    whole = Protection.objects.live().filter(family__covers_all=True)
    for protection in whole:
        assert Protection.objects.live().filter(account=protection.account).count() == 1


def test_values_are_those_of_the_lines():
    for deal in Deal.objects.filter(partner__slug="brightpath").prefetch_related("lines"):
        if lines := list(deal.lines.all()):
            assert deal.value == sum(line.quantity * line.unit_price for line in lines)
    assert DealLine.objects.count() > Deal.objects.count()


def test_queue_holds_every_kind_of_decision():
    waiting = Deal.objects.filter(vendor__slug="northwind").undecided()
    now = timezone.now()
    assert waiting.waiting_for_vendor().filter(due_at__lt=now).exists()
    assert waiting.waiting_for_vendor().filter(due_at__gt=now + timedelta(hours=20)).exists()
    advice = set()
    for deal in waiting.select_related("account"):
        score = max(Conflict.objects.filter(deal=deal).values_list("score", flat=True), default=0)
        advice.add(suggestion_for(deal, line_for(deal), score).advice)
    assert advice == {"approve", "decline", "ask", "compare", "wait"}


def test_brightpath_is_near_gold_at_northwind_and_warned_at_halden():
    own = {row.enrollment.vendor.slug: row for row in Calculation.objects.filter(partner__slug="brightpath")}
    northwind = place_of(own["northwind"].enrollment)
    assert northwind.standing.tier.name == "Silver"
    assert 1 <= len(northwind.missing(northwind.aim)) <= 3
    assert way_to(northwind.shape, northwind.values, northwind.aim)
    assert PointEntry.objects.filter(enrollment=northwind.enrollment, kind="manual").exists()
    halden = place_of(own["halden"].enrollment)
    assert halden.falls_short
    assert TierReview.objects.open().filter(enrollment=halden.enrollment, state="warned").exists()
    assert Specialisation.objects.filter(partner__slug="brightpath").exists()
