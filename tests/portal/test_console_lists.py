"""The console's lists: facets with numbers, search, order, pages, export, empty states; nothing of another vendor's."""

from __future__ import annotations

import pytest
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse

from accounts.models import Account
from activity.console import site
from activity.console.facets import Facet
from dealreg.models import Deal
from partners.models import Enrollment
from people.models import Person
from tests.cast import make_partner

LISTS = [f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist" for model in site._registry]


@pytest.fixture
def manager(browse):
    return browse("northwind_manager")


def facets(response) -> dict[str, dict[str, int | None]]:
    cl = response.context["cl"]
    return {
        str(spec.title): {str(choice["display"]): choice["count"] for choice in spec.choices(cl)}
        for spec in cl.filter_specs
    }


def text(response) -> str:
    return response.content.decode()


def test_facets_count_the_rows_behind_each_value_and_leave_out_what_has_none(cast, manager):
    found = facets(manager.get(reverse("admin:partners_enrollment_changelist")))
    assert found["status"] == {"All": None, "Active": 2, "Retired": 1}


def test_a_facet_counts_within_the_other_filters_and_keeps_the_value_in_force(cast, manager):
    url = reverse("admin:partners_enrollment_changelist")
    page = manager.get(url, {"status__exact": "suspended", "q": "kappel"})
    assert facets(page)["status"] == {"All": None, "Active": 1, "Suspended": 0}
    assert "Nothing fits" in text(page)


def test_a_facet_over_related_rows_offers_the_vendors_own_only(cast, manager):
    cast.northwind.program.__class__.objects.create(vendor=cast.northwind.vendor, name="Second", slug="second")
    found = facets(manager.get(reverse("admin:dealreg_policy_changelist")))
    assert "Halden Cloud Partners" not in found["program"]
    assert found["program"]["Northwind Robotics Partners"] == 1


def test_a_related_facet_filters(cast, manager):
    url, person = reverse("admin:partners_enrollment_changelist"), cast.people["northwind_finance"]
    Enrollment.objects.filter(pk=cast.enrollments["kappel_northwind"].pk).update(manager=person)
    page = manager.get(url, {"manager__id__exact": person.pk})
    assert [row.pk for row in page.context["cl"].result_list] == [cast.enrollments["kappel_northwind"].pk]
    assert facets(page)["partner manager"]["Northwind Finance"] == 1


def test_a_facet_over_too_many_rows_offers_values_without_numbers(cast, manager, monkeypatch):
    monkeypatch.setattr("activity.console.facets.COUNTED_UPTO", 1)
    found = facets(manager.get(reverse("admin:partners_enrollment_changelist")))
    assert set(found["status"].values()) == {None}
    assert "Suspended" in found["status"]


@pytest.mark.parametrize("query", ["status__exact=nonsense", "program__id__exact=x", "p=x", "p=999", "o=99", "e=1"])
def test_an_odd_query_string_is_no_fault(cast, manager, query):
    response = manager.get(f"{reverse('admin:partners_enrollment_changelist')}?{query}", follow=True)
    assert response.status_code == 200


def test_search_and_order(cast, manager):
    url = reverse("admin:partners_enrollment_changelist")
    assert "Brightpath" not in text(manager.get(url, {"q": "kapp"})).split('id="results"')[1]
    ordered = [str(row.partner) for row in manager.get(url, {"o": "-1"}).context["cl"].result_list]
    assert ordered == ["Kappel", "Isle", "Brightpath"]


@pytest.mark.parametrize("name", LISTS)
def test_every_list_exports_what_it_shows_and_nothing_of_another_vendors(cast, browse, name):
    cast.register()
    cast.register("isle_sales", "isle_halden", customer_name="Vermilion", customer_domain="vermilion.example")
    response = browse("northwind_manager").get(reverse(name), {"export": "csv"})
    body = b"".join(response.streaming_content).decode()
    assert response["Content-Type"].startswith("text/csv")
    assert "Vermilion" not in body
    assert "halden" not in body.lower()
    heads = body.splitlines()[0]
    assert heads.startswith("\ufeff")
    assert len(heads.split(",")) >= 2


def test_an_export_follows_the_filters_and_guards_formulas(cast, manager):
    Account.objects.create(
        vendor=cast.northwind.vendor, name='=HYPERLINK("http://evil")', normalised_name="evil", country="DE"
    )
    Account.objects.create(vendor=cast.northwind.vendor, name="Calm", normalised_name="calm", country="FR")
    response = manager.get(reverse("admin:accounts_account_changelist"), {"export": "csv", "country__exact": "DE"})
    body = b"".join(response.streaming_content).decode()
    assert "'=HYPERLINK" in body
    assert "Calm" not in body
    assert "Germany" in body


@pytest.mark.parametrize("persona", ["northwind_approver", "brightpath_administrator", "operator"])
def test_only_partner_managers_export(cast, browse, persona):
    response = browse(persona).get(reverse("admin:partners_enrollment_changelist"), {"export": "csv"})
    assert response.status_code in {302, 403}
    assert not response.streaming


def test_an_empty_list_says_what_to_do(cast, manager):
    assert not Deal.objects.exists()
    page = text(manager.get(reverse("admin:dealreg_deal_changelist")))
    assert "No deals yet" in page
    assert "What your partners register appears here." in page
    cast.northwind.robot.__class__.objects.all().delete()
    page = text(manager.get(reverse("admin:accounts_product_changelist")))
    assert page.count(reverse("admin:accounts_product_add")) == 2


def test_pages_are_of_25_rows(cast, manager):
    for number in range(30):
        partner = make_partner(f"P{number:02}", f"p-{number}")
        Enrollment.objects.create(vendor=cast.northwind.vendor, program=cast.northwind.program, partner=partner)
    url = reverse("admin:partners_enrollment_changelist")
    page = manager.get(url)
    assert len(page.context["cl"].result_list) == 25
    assert "Page 1 of 2" in text(page)
    assert len(manager.get(url, {"p": "2"}).context["cl"].result_list) == 8


def test_a_list_longer_than_its_pages_says_so(cast, manager, monkeypatch):
    monkeypatch.setattr("activity.console.lists.MOST_ROWS", 2)
    page = text(manager.get(reverse("admin:partners_enrollment_changelist")))
    assert "2+ enrollments" in page


def test_no_page_of_the_console_loads_djangos_styles_or_scripts(cast, manager):
    for name in LISTS:
        page = text(manager.get(reverse(name)))
        assert "/static/admin/" not in page, name
    for address in ("admin:accounts_product_add", "admin:dealreg_policy_add", "admin:standing_tier_add"):
        page = text(manager.get(reverse(address)))
        assert "/static/admin/" not in page, address
        assert "jsi18n" not in page


def test_every_filter_is_a_facet():
    for each in site._registry.values():
        for item in each.get_list_filter(None):
            assert isinstance(item, tuple)
            assert issubclass(item[1], Facet)


def test_htmx_gets_the_rows_and_the_facets_alone(cast, manager):
    url = reverse("admin:partners_enrollment_changelist")
    page = text(manager.get(url, {"q": "kapp"}, headers={"HX-Request": "true"}))
    assert "<html" not in page
    assert "<style" not in page
    assert 'id="results"' in page
    assert 'id="facets" hx-swap-oob="true"' in page
    assert "Brightpath" not in page


@pytest.mark.parametrize(
    ("list_name", "asked"),
    [
        ("partners_partner", "enrollments__gt"),
        ("partners_partner", "enrollments__id__gt"),
        ("partners_partner", "invitations__gt"),
        ("partners_partner", "revision__gt"),
        ("partners_seat", "tokens__gt"),
        ("partners_seat", "person__password__startswith"),
        ("partners_enrollment", "partner__enrollments__gt"),
    ],
)
def test_lists_follow_no_relation_that_no_facet_asks(cast, manager, list_name, asked):
    # Brightpath works with Halden too: the filter would tell.
    page = manager.get(reverse(f"admin:{list_name}_changelist"), {asked: "0"})
    assert page.status_code == 400
    assert "Brightpath" not in text(page)


def test_djangos_redirect_by_content_type_is_not_there(cast, manager):
    deal = cast.register("brightpath_sales", "brightpath_halden")
    for model in (*site._registry, Person):
        kind = ContentType.objects.get_for_model(model)
        assert manager.get(f"/admin/r/{kind.pk}/{deal.pk}/").status_code == 404
    assert manager.get("/admin/autocomplete/").status_code == 404
