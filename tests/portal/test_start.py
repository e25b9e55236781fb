"""The start page, and how a real installation begins."""

from __future__ import annotations

import io
import re
import sys

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from activity.models import Event
from dealreg.terms import terms_for
from partners.models import Enrollment, Partner, Seat, Vendor
from partners.seats import actor_of, people_with_seats
from people.models import Person
from portal.demo.signins import GROUPS, TRIALS
from prm.kernel.actors import Role, Via
from standing.models import Tier

PASSWORD = "three quiet herons"


@pytest.fixture
def typed(monkeypatch):
    """Give a command a line on its standard input."""
    return lambda text: monkeypatch.setattr(sys, "stdin", io.StringIO(text + "\n"))


def make_vendor(**changes: str) -> str:
    said = io.StringIO()
    options = {"slug": "harbour", "code": "HB", "manager": "ida@harbour.example", **changes}
    call_command("create_vendor", "Harbour Pumps", stdout=said, **options)
    return said.getvalue()


def test_start_page_in_demo_mode_has_a_form_for_everyone_one_can_be(client, db, settings):
    settings.DEMO = True
    page = client.get("/").content.decode()
    wanted = [person.email for group in GROUPS for person in group.people] + [trial.person.email for trial in TRIALS]
    assert sorted(re.findall(r'name="login" value="([^"]+)"', page)) == sorted(wanted)
    assert page.count('name="csrfmiddlewaretoken"') == len(wanted)
    assert page.count('data-kind="primary"') == 1


def test_start_page_without_demo_shows_no_password(client, cast, settings):
    settings.DEMO = False
    page = client.get("/").content.decode()
    assert "partner-demo" not in page
    assert "create_operator" not in page
    assert "/accounts/login/" in page


def test_start_page_of_a_new_installation_says_how_to_begin(client, db, settings):
    settings.DEMO = False
    page = client.get("/").content.decode()
    assert "create_operator" in page
    assert "create_vendor" in page


def test_operator_is_made_and_signs_in(db, typed):
    typed(PASSWORD)
    call_command(
        "create_operator", "ruth@company.example", name="Ruth Osgood", password_stdin=True, stdout=io.StringIO()
    )
    client = Client()
    assert client.post("/accounts/login/", {"login": "ruth@company.example", "password": PASSWORD}).status_code == 302
    assert client.get("/")["Location"] == "/system/"


@pytest.mark.parametrize(
    ("email", "password", "reason"),
    [("no address", PASSWORD, "not a mail address"), ("ruth@company.example", "short", "too short")],
)
def test_operator_that_cannot_be_made_leaves_no_trace(db, typed, email, password, reason):
    typed(password)
    with pytest.raises(CommandError, match=reason):
        call_command("create_operator", email, password_stdin=True)
    assert not Person.objects.exists()


def test_operator_cannot_be_someone_with_a_seat(cast, typed):
    typed(PASSWORD)
    with pytest.raises(CommandError, match="Use another address"):
        call_command("create_operator", "manager@northwind.example", password_stdin=True)
    assert not Person.objects.get(email="manager@northwind.example").is_operator


def test_vendor_is_made_with_all_that_registrations_need(db):
    said = make_vendor()
    vendor = Vendor.objects.get()
    assert vendor.families.get().covers_all
    assert vendor.programs.get().policies.get().decision_hours == 48
    assert Tier.objects.filter(vendor=vendor).count() == 3
    seat = Seat.objects.get()
    assert (seat.person.email, seat.role, seat.vendor) == ("ida@harbour.example", Role.MANAGER, vendor)
    assert set(Event.objects.values_list("kind", flat=True)) == {"vendor.made", "scheme.activated"}
    assert "/accounts/password/reset/key/" in said


def test_printed_link_lets_the_manager_choose_a_password(db, client):
    link = re.search(r"https?://[^/]+(/\S+)", make_vendor())[1]
    form = client.get(link, follow=True)
    answer = client.post(form.request["PATH_INFO"], {"password1": PASSWORD, "password2": PASSWORD})
    assert answer.status_code == 302, answer.content[:3000]
    assert Client().post("/accounts/login/", {"login": "ida@harbour.example", "password": PASSWORD}).status_code == 302


def test_manager_with_a_password_keeps_it(cast):
    assert "/accounts/" not in make_vendor(manager="administrator@brightpath.example")


@pytest.mark.parametrize(
    "changes",
    [{"code": "toolong"}, {"slug": "not a slug"}, {"code": "NW"}, {"manager": "nowhere"}, {"time_zone": "Mars/Sea"}],
)
def test_vendor_that_cannot_be_made_leaves_no_trace(cast, changes):
    before = Vendor.objects.count(), Person.objects.count(), Event.objects.count()
    with pytest.raises(CommandError):
        make_vendor(**changes)
    assert (Vendor.objects.count(), Person.objects.count(), Event.objects.count()) == before


def make_partner(**changes: str) -> str:
    said = io.StringIO()
    options = {"vendor": "harbour", "country": "NO", "admin": "liv@fjord.example", **changes}
    call_command("create_partner", "Fjord Supplies", stdout=said, **options)
    return said.getvalue()


def test_partner_is_made_and_can_register_a_deal(db):
    make_vendor()
    said = make_partner()
    assert "/accounts/password/reset/key/" in said
    enrollment = Enrollment.objects.get()
    assert (enrollment.partner.slug, enrollment.is_live) == ("fjord-supplies", True)
    assert enrollment.standing.tier.name == "Registered"
    seat = Seat.objects.get(partner=enrollment.partner)
    person = people_with_seats().get(pk=seat.person_id)
    terms = terms_for(actor_of(person, seat.pk, via=Via.SESSION)[0])
    assert [(term.protection_days, term.discount) for term in terms] == [(90, 10)]
    assert Event.objects.filter(kind="partner.enrolled", vendor_id=enrollment.vendor_id).count() == 1


def test_partner_of_another_vendor_is_enrolled_as_it_stands(cast):
    make_vendor()
    make_partner(slug="isle", admin="administrator@isle.example")
    assert Enrollment.objects.filter(partner=cast.isle, vendor__slug="harbour").count() == 1
    assert Seat.objects.filter(person__email="administrator@isle.example").count() == 1


@pytest.mark.parametrize(
    "changes",
    [{"vendor": "nobody"}, {"country": "XX"}, {"admin": "nowhere"}, {"slug": "brightpath", "vendor": "northwind"}],
)
def test_partner_that_cannot_be_made_leaves_no_trace(cast, changes):
    make_vendor()
    before = Enrollment.objects.count(), Partner.objects.count(), Person.objects.count(), Event.objects.count()
    with pytest.raises(CommandError):
        make_partner(**changes)
    assert (
        Enrollment.objects.count(),
        Partner.objects.count(),
        Person.objects.count(),
        Event.objects.count(),
    ) == before
