"""The console's start page and its audit trail."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from activity.models import Event
from dealreg.models import Deal
from dealreg.portfolio import Need, portfolio
from dealreg.services import approve_deal
from partners.models import Enrollment
from partners.services.enrollments import assign_manager, move_enrollment
from tests.cast import make_partner


@pytest.fixture
def manager(browse):
    return browse("northwind_manager")


@pytest.fixture
def mine(cast):
    """Make Northwind's manager the partner manager of everyone there."""
    Enrollment.objects.filter(vendor=cast.northwind.vendor).update(manager=cast.people["northwind_manager"])
    Enrollment.objects.update(enrolled_at=timezone.now() - timedelta(days=10))


def home(client, **query) -> str:
    return client.get(reverse("console:home"), query).content.decode()


def needs(cast, **options) -> list[tuple[str, Need]]:
    found = portfolio(actor=cast.actor("northwind_manager"), manager_id=None, **options)
    return [(str(member.enrollment.partner), member.place.need) for member in found.members]


def approved(cast, days: float, **changes) -> Deal:
    deal = cast.register(**changes)
    approve_deal(actor=cast.actor("northwind_manager"), deal=deal, message="Yes.")
    until = timezone.now() + timedelta(days=days)
    Deal.objects.filter(pk=deal.pk).update(protected_until=until)
    return deal


def test_who_needs_attention_stands_first(cast, mine):
    others = {}
    for name, days in (("Quiet", 90), ("Fresh", 1)):
        partner = make_partner(name, name.lower())
        others[name] = Enrollment.objects.create(
            vendor=cast.northwind.vendor,
            program=cast.northwind.program,
            partner=partner,
            enrolled_at=timezone.now() - timedelta(days=days),
        )
    assert needs(cast)[:2] == [("Quiet", Need.QUIET), ("Fresh", Need.NONE)]
    approved(cast, 12)
    assert needs(cast)[0] == ("Brightpath", Need.ENDING)
    late = cast.register("kappel_sales", "kappel_northwind", customer_name="Elm", customer_domain="elm.example")
    assert needs(cast)[0] == ("Kappel", Need.WAITING)
    Deal.objects.filter(pk=late.pk).update(due_at=timezone.now() - timedelta(hours=5))
    assert needs(cast)[0] == ("Kappel", Need.OVERDUE)
    assert [name for name, _need in needs(cast)][:3] == ["Kappel", "Brightpath", "Quiet"]


def test_retired_partners_and_other_vendors_are_no_part_of_it(cast, mine):
    cast.register("isle_sales", "isle_halden")
    assert {name for name, _need in needs(cast)} == {"Brightpath", "Kappel"}


def test_the_page_says_why_with_figures(cast, mine, manager):
    deal = cast.register()
    Deal.objects.filter(pk=deal.pk).update(due_at=timezone.now() - timedelta(hours=5, minutes=1))
    page = home(manager)
    assert "1 decision is overdue" in page
    assert "1 decision overdue by 5 h" in page
    assert deal.customer_name in page


def test_mine_are_those_that_i_manage_and_all_is_a_click_away(cast, manager):
    assert "You look after no partner yet" in home(manager)
    everyone = home(manager, all="1")
    assert "Brightpath" in everyone
    assert "Kappel" in everyone
    assert "Isle" not in everyone
    enrollment = cast.enrollments["kappel_northwind"]
    assign_manager(
        actor=cast.actor("northwind_manager"), enrollment=enrollment, manager=cast.people["northwind_manager"]
    )
    cast.register(customer_name="Ashen", customer_domain="ashen.example")
    page = home(manager)
    assert "Kappel" in page
    assert "Ashen" not in page
    assert "Nothing waits for you" in page


def test_the_pipeline_is_summed_by_currency_the_vendors_first(cast, mine, manager):
    cast.register()
    Deal.objects.update(value=1000)
    other = cast.register(customer_name="Oak", customer_domain="oak.example")
    Deal.objects.filter(pk=other.pk).update(currency="CHF", value=70)
    [member] = [
        each
        for each in portfolio(actor=cast.actor("northwind_manager"), manager_id=None).members
        if str(each.enrollment.partner) == "Brightpath"
    ]
    assert [(int(amount), currency) for amount, currency in member.pipeline] == [(1000, "EUR"), (70, "CHF")]


def test_what_the_vendors_own_people_did_stands_below(cast, mine, manager):
    cast.register()
    move_enrollment(
        actor=cast.actor("northwind_manager"),
        enrollment=cast.enrollments["kappel_northwind"],
        transition="suspend",
        reason="Unpaid since May",
    )
    page = home(manager)
    assert "suspended the enrollment: Unpaid since May" in page
    assert "submitted the registration" not in page


def test_a_vendor_without_partners_is_told_so(cast, manager):
    Enrollment.objects.filter(vendor=cast.northwind.vendor).delete()
    assert "No partners yet" in home(manager, all="1")


@pytest.mark.parametrize("page", ["2", "x", "0", "-1", "99999999"])
def test_odd_pages_are_no_fault(cast, mine, manager, page):
    assert manager.get(reverse("console:home"), {"page": page}).status_code == 200


@pytest.mark.parametrize("persona", ["northwind_approver", "brightpath_administrator", "operator", "nobody"])
def test_it_is_for_partner_managers(cast, browse, persona):
    assert browse(persona).get(reverse("console:home")).status_code == 403


# -- The audit trail


def trail(client, **query) -> str:
    return client.get(reverse("console:event-list"), query).content.decode().split('id="results"')[1]


@pytest.fixture
def happened(cast) -> Deal:
    deal = cast.register()
    cast.register("isle_sales", "isle_halden", customer_name="Vermilion", customer_domain="vermilion.example")
    assign_manager(
        actor=cast.actor("northwind_manager"),
        enrollment=cast.enrollments["kappel_northwind"],
        manager=cast.people["northwind_finance"],
    )
    approve_deal(actor=cast.actor("northwind_approver"), deal=deal, message="Yes.")
    return deal


def test_the_trail_tells_before_and_after_in_words(cast, happened, manager):
    page = trail(manager)
    assert "changed the partner manager" in page
    assert "Northwind Finance" in page
    assert "Approved" in page
    assert "Vermilion" not in page
    assert happened.get_desk_url() in page


@pytest.mark.parametrize(
    ("query", "there", "not_there"),
    [
        ({"kind": "enrollment.manager"}, "changed the partner manager", "submitted the registration"),
        ({"person": "northwind_approver"}, "approved", "changed the partner manager"),
        ({"q": "deal"}, "approved", "changed the partner manager"),
        ({"record": "kappel"}, "changed the partner manager", "approved"),
        ({"until": "2020-01-01"}, "Nothing fits", "approved"),
        ({"since": "2020-01-01"}, "approved", "Nothing fits"),
        ({"until": "9999-12-31"}, "approved", "Nothing fits"),
        ({"since": "0001-01-01"}, "approved", "Nothing fits"),
        ({"record": "nonsense"}, "Nothing fits", "approved"),
    ],
)
def test_the_trail_is_narrowed(cast, happened, manager, query, there, not_there):
    known = {
        "northwind_approver": str(cast.people["northwind_approver"].pk),
        "deal": happened.reference.lower(),
        "kappel": f"partners.enrollment:{cast.enrollments['kappel_northwind'].pk}",
    }
    page = trail(manager, **{name: known.get(value, value) for name, value in query.items()})
    assert there in page
    assert not_there not in page


def test_another_vendors_record_has_no_events_here(cast, happened, manager):
    other = Event.objects.filter(vendor_id=cast.halden.vendor.pk).first()
    page = trail(manager, record=f"{other.subject_type}:{other.subject_id}")
    assert "Nothing fits" in page


def test_the_trail_is_exported_with_formulas_guarded(cast, happened, manager):
    Event.objects.filter(kind="enrollment.manager").first()
    response = manager.get(reverse("console:event-list"), {"export": "csv"})
    body = b"".join(response.streaming_content).decode()
    assert "Partner manager: – → Northwind Finance" in body
    assert "Vermilion" not in body


def test_a_records_page_tells_what_happened_to_it(cast, happened, manager):
    url = reverse("admin:partners_enrollment_change", args=[cast.enrollments["kappel_northwind"].pk])
    page = manager.get(url).content.decode()
    assert "changed the partner manager" in page
    assert f"record=partners.enrollment:{cast.enrollments['kappel_northwind'].pk}" in page
