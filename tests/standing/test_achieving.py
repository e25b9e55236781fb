"""Certificates from outside: once each, with the person, and as they were known on any past day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from activity.models import Event
from activity.relay import drain
from partners.services import change_seat
from prm.kernel.errors import Forbidden
from standing.achieving import AchievementRow
from standing.enums import Problem, WaitingState
from standing.intake import Result, take_in, undo_run
from standing.models import Achievement, Credential, Holding, WaitingFact
from tests.facts import count, facts

TODAY = timezone.localdate()
LAST_YEAR = TODAY - timedelta(days=365)


@pytest.fixture
def credentials(cast):
    vendor = cast.northwind.vendor
    Credential.objects.create(vendor=vendor, name="Cell Designer", slug="cell-designer", level="advanced", months=24)
    Credential.objects.create(vendor=vendor, name="Safety", slug="safety", level="foundational")
    Credential.objects.create(vendor=vendor, name="Basics", slug="basics", kind="course")
    Credential.objects.create(vendor=cast.halden.vendor, name="Cloud", slug="cloud")


def row(number="1", **changes):
    fields = {
        "source": "lms",
        "external_id": number,
        "credential": "cell-designer",
        "holder_name": "Tess Engineer",
        "holder_email": "technical@brightpath.example",
        "earned_on": LAST_YEAR,
    }
    return AchievementRow(**{**fields, **changes})


def take(cast, *rows, persona="northwind_manager", **more):
    return take_in(actor=cast.actor(persona), kind="certificates", rows=rows, **more)


def results(outcomes):
    return [outcome.result for outcome in outcomes]


def at_brightpath(cast):
    return cast.enrollments["brightpath_northwind"].pk


def test_known_person_counts_at_its_partner_whatever_the_file_names(cast, credentials):
    assert results(take(cast, row(partner="kappel"))) == [Result.BOOKED]
    (fact,) = facts("certificate.held", cast.northwind.vendor)
    assert fact["enrollment_id"] == at_brightpath(cast)
    assert (fact["day"], fact["n"], fact["tag_level"]) == (LAST_YEAR, 1, "advanced")
    assert fact["ends"] == date(LAST_YEAR.year + 2, LAST_YEAR.month, LAST_YEAR.day)
    assert fact["who"] == f"person:{cast.people['brightpath_technical'].pk}"
    assert facts("certificate.held", cast.halden.vendor) == []


def test_unknown_person_counts_where_the_file_says(cast, credentials):
    take(cast, row(holder_email="new@elsewhere.example", partner="Kappel"))
    (fact,) = facts("certificate.held", cast.northwind.vendor)
    assert fact["enrollment_id"] == cast.enrollments["kappel_northwind"].pk
    assert fact["who"] == "mail:new@elsewhere.example"


def test_person_of_another_vendors_partner_only_is_unknown_to_this_vendor(cast, credentials):
    cast.enrollments["isle_northwind"].delete()
    outcomes = take(cast, row(holder_email="sales@isle.example"))
    assert outcomes[0].problems == (Problem.PARTNER,)
    assert not Achievement.objects.exists()


def test_same_row_again_changes_nothing_and_another_one_corrects(cast, credentials):
    take(cast, row())
    assert results(take(cast, row())) == [Result.UNCHANGED]
    assert Holding.objects.count() == 1
    assert results(take(cast, row(earned_on=TODAY))) == [Result.CORRECTED]
    rows = facts("certificate.held", cast.northwind.vendor)
    assert sorted((fact["day"], fact["n"]) for fact in rows) == [(LAST_YEAR, -1), (LAST_YEAR, 1), (TODAY, 1)]
    assert len({fact["key"] for fact in rows}) == 1


def test_cancelled_row_takes_the_certificate_back_once(cast, credentials):
    take(cast, row())
    assert results(take(cast, row(cancelled=True))) == [Result.CANCELLED]
    assert results(take(cast, row(cancelled=True))) == [Result.UNCHANGED]
    assert count("certificate.held", cast.northwind.vendor) == 0
    assert Holding.objects.count() == 2


def test_two_certificates_of_one_person_count_once_as_people(cast, credentials):
    take(cast, row("1"), row("2", credential="safety"), row("3", credential="basics"))
    held = facts("certificate.held", cast.northwind.vendor)
    assert len(held) == 2
    assert len({fact["who"] for fact in held}) == 1
    assert {fact["who"] for fact in facts("certificate.kinds", cast.northwind.vendor)} == {"cell-designer", "safety"}
    assert count("course.completed", cast.northwind.vendor) == 1


def test_certificate_leaves_with_its_holder(cast, credentials):
    take(cast, row())
    seat = cast.seats["brightpath_technical"]
    change_seat(
        actor=cast.actor("brightpath_administrator"), seat=seat, role=seat.role, reach=seat.reach, is_active=False
    )
    drain()
    rows = facts("certificate.held", cast.northwind.vendor)
    standing = {(fact["day"], fact["ends"]): 0 for fact in rows}
    for fact in rows:
        standing[fact["day"], fact["ends"]] += fact["n"]
    assert {span for span, n in standing.items() if n} == {(LAST_YEAR, TODAY)}
    assert Event.objects.filter(kind="achievements.moved", enrollment_id=at_brightpath(cast)).count() == 1


def test_row_without_partner_or_credential_waits_and_is_booked_when_it_comes_right(cast, credentials):
    unknown = row("9", holder_email="x@nowhere.example", partner="Nobody Ltd")
    outcomes = take(cast, unknown, row("10", credential="unheard-of"))
    assert [outcome.problems for outcome in outcomes] == [(Problem.PARTNER,), (Problem.CREDENTIAL,)]
    assert WaitingFact.objects.filter(state=WaitingState.OPEN, vendor=cast.northwind.vendor).count() == 2
    assert not Holding.objects.exists()
    take(cast, row("9", holder_email="x@nowhere.example", partner="brightpath"))
    assert WaitingFact.objects.get(external_id="9").state == WaitingState.BOOKED


def test_partner_of_another_vendor_is_found_by_nobody_else(cast, credentials):
    outcome = take(cast, row(credential="cloud", holder_email="", partner="kappel"), persona="halden_manager")[0]
    assert (outcome.result, outcome.problems) == (Result.WAITING, (Problem.PARTNER,))


def test_undone_import_is_taken_back_by_counter_entries(cast, credentials):
    run = "11111111-1111-4111-8111-111111111111"
    take(cast, row("1"))
    take(cast, row("2", credential="safety"), run=run)
    assert undo_run(actor=cast.actor("northwind_manager"), kind="certificates", run=run) == 1
    assert count("certificate.held", cast.northwind.vendor) == 1
    assert Holding.objects.count() == 3


def test_who_may_not_record_facts_is_refused_and_nothing_is_written(cast, credentials):
    for persona in ("northwind_approver", "brightpath_administrator", "operator"):
        with pytest.raises(Forbidden):
            take(cast, row(), persona=persona)
    assert not Achievement.objects.exists()
    assert not Event.objects.filter(kind="achievements.booked").exists()


def test_holding_can_be_neither_changed_nor_deleted(cast, credentials):
    take(cast, row())
    for forbidden in (lambda: Holding.objects.update(day=TODAY), lambda: Holding.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            forbidden()
    assert Holding.objects.get().day == LAST_YEAR
