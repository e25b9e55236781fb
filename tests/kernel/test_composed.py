"""Querysets composed once find what they find when composed anew, for whoever asks, and refuse what would be frozen."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db.models.functions import TruncDay
from django.utils import timezone

from dealreg.models import Deal, Policy
from partners.models import Enrollment, Partner, Seat, Vendor
from people.models import Person
from prm.kernel.actors import Kind, system
from prm.kernel.composed import NotComposable, among, composed

pytestmark = pytest.mark.django_db


@composed
def enrollments(actor, *, status="active"):
    """Return enrollments in sight."""
    return Enrollment.objects.visible_to(actor).filter(status=status).select_related("partner").order_by("pk")


@composed
def named(slug):
    """Return the vendors with a short name."""
    return Vendor.objects.filter(slug=slug).values_list("name", flat=True)


def test_a_composed_queryset_finds_what_it_finds_anew_for_every_persona(cast, django_assert_num_queries):
    found = set()
    for persona in cast.people:
        actor = cast.actor(persona)
        anew = list(enrollments.__wrapped__(actor))
        assert enrollments(actor) == anew, persona
        assert enrollments(actor) == anew, persona
        found.add(tuple(row.pk for row in anew))
    assert len(found) > 2, "all see the same: that would prove nothing"
    actor = cast.actor("northwind_approver")
    with django_assert_num_queries(1):
        rows = enrollments(actor)
        assert [row.partner.name for row in rows], "the joined rows come with it"


def test_a_composed_queryset_keeps_shapes_apart(cast):
    actor = cast.actor("northwind_approver")
    assert {row.status for row in enrollments(actor)} == {"active"}
    assert {row.status for row in enrollments(actor, status="terminated")} <= {"terminated"}


def test_a_composed_queryset_gives_values_and_takes_texts(cast):
    slugs = list(Vendor.objects.order_by("pk").values_list("slug", "name"))
    assert len(slugs) > 1
    for slug, name in slugs:
        assert named(slug) == [name]
    assert named("'; DROP TABLE partners_vendor; --") == []


def test_a_composed_queryset_takes_moments(cast):
    later = composed(lambda since: Seat.objects.filter(created_at__gt=since))
    moment = timezone.now() - timedelta(days=9999)
    assert len(later(moment)) == Seat.objects.count() > 0
    assert later(timezone.now() + timedelta(days=1)) == []


def test_a_composed_queryset_takes_days_and_lists_of_any_length(cast):
    people = composed(lambda ids: Person.objects.filter(among("pk", ids)).order_by("pk"))
    everyone = list(Person.objects.order_by("pk"))
    assert people([person.pk for person in everyone]) == everyone
    assert people([everyone[1].pk]) == [everyone[1]]
    assert people([]) == []
    started = composed(lambda day: Seat.objects.filter(created_at__date__gt=day))
    with pytest.raises(NotComposable):
        started(date(2000, 1, 1))  # a day of a moment hangs on the time zone
    policies = composed(lambda day: Policy.objects.filter(valid_from__lte=day).order_by("pk"))
    assert policies(date(9000, 1, 1)) == list(Policy.objects.filter(valid_from__isnull=False).order_by("pk")) != []
    assert policies(date(1000, 1, 1)) == []


def test_an_actor_who_sees_nothing_finds_nothing(cast):
    assert enrollments(system(None)) == []
    assert cast.actor("northwind_approver").kind == Kind.VENDOR
    assert enrollments(cast.actor("northwind_approver"))


@pytest.mark.parametrize(
    "build",
    [
        lambda vendor: Deal.objects.filter(vendor_id=vendor, due_at__lt=timezone.now()),
        lambda vendor: Deal.objects.filter(vendor_id=vendor).order_by(TruncDay("due_at")),
        lambda vendor: Deal.objects.filter(vendor_id=vendor)[:vendor],
        lambda vendor: Deal.objects.filter(vendor_id=vendor + 1),
        lambda vendor: Deal.objects.filter(pk__gt=5),
        lambda vendor: Deal.objects.filter(vendor_id=vendor, customer_name__icontains=str(vendor)),
    ],
    ids=["now", "time zone", "limit", "reckoned", "unused", "within a text"],
)
def test_what_would_be_frozen_is_refused(build):
    with pytest.raises(NotComposable):
        composed(build)(7)


def test_a_value_of_a_kind_that_no_query_takes_is_refused():
    with pytest.raises(NotComposable, match="NoneType"):
        composed(lambda partner: Partner.objects.filter(pk=partner))(None)


def test_stand_ins_never_reach_the_database(cast):
    moments = composed(lambda person, since: Person.objects.filter(pk=person, date_joined__gt=since))
    person = Person.objects.order_by("pk")[0]
    assert moments(person.pk, datetime(2000, 1, 1, tzinfo=UTC)) == [person]
