"""The console's forms: every class writes by a service, with an event, and refuses with all that was typed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.contrib.admin import ModelAdmin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Product, ProductFamily, UsageMetric
from activity.console import ScopedAdmin, ScopedInline, site
from activity.models import Event
from dealreg.models import LeadRules, Policy
from partners.enums import EnrollmentStatus
from partners.models import Enrollment, ExchangeRate, Program
from standing.models import Credential, Tier

ADMINS = list(site._registry.items())
CHANGEABLE = [(model, each) for model, each in ADMINS if each.change_permission is not None]
WRITERS = {
    "save_model",
    "save_formset",
    "save_related",
    "save_form",
    "delete_model",
    "delete_queryset",
    "log_addition",
    "log_change",
    "get_actions",
    "response_action",
}
ACTIONS_THAT_LEAD_ON = {"assign_manager"}
"""Actions on selected rows that only lead to a page, where a service is called."""


def named(item: Any) -> str:
    return item._meta.label if hasattr(item, "_meta") else type(item).__name__


@pytest.fixture
def manager(browse):
    return browse("northwind_manager")


def rows_of(model: Any, cast: Any) -> Any:
    return model.objects.visible_to(cast.actor("northwind_manager")).order_by("pk")


def posted(response: Any) -> dict[str, Any]:
    """Return what a browser would send back of the page's form as it is."""
    forms = [response.context["adminform"].form]
    data: dict[str, Any] = {}
    for inline in response.context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    for form in forms:
        for bound in form:
            value = bound.value()
            if value is False or value is None:
                continue
            data[bound.html_name] = "on" if value is True else bound.field.prepare_value(value)
        if hasattr(form, "seen_name"):
            data[form.seen_name] = form.seen_text
    return data


def open_form(client: Any, row: Any) -> tuple[str, dict[str, Any]]:
    url = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
    return url, posted(client.get(url))


CHANGES: dict[str, dict[str, Any]] = {
    "partners.Program": {"name": "Renamed"},
    "partners.Enrollment": {"manager": "northwind_finance"},
    "accounts.ProductFamily": {"name": "Renamed"},
    "accounts.Product": {"name": "Renamed"},
    "accounts.UsageMetric": {"name": "Renamed"},
    "standing.Credential": {"name": "Renamed"},
    "partners.ExchangeRate": {"rate": "0.5"},
    "dealreg.Policy": {"protection_days": "77"},
    "dealreg.LeadRules": {"most_open": "77"},
}


def written(queries: Any) -> set[str]:
    """Return the tables that statements wrote to."""
    found = set()
    for query in queries:
        words = query["sql"].replace('"', "").split()
        if words[0] == "UPDATE":
            found.add(words[1])
        elif words[0] in {"INSERT", "DELETE"}:
            found.add(words[2])
        elif words[0] == "WITH" and "INSERT" in words:
            found.add("activity_event")
    return {table for table in found if not table.startswith(("django_session", "activity_delivery"))}


def _write_what_the_cast_lacks(cast: Any) -> None:
    vendor = cast.northwind.vendor
    UsageMetric.objects.create(vendor=vendor, name="Active users", slug="active-users", unit="users")
    Credential.objects.create(vendor=vendor, name="Safety", slug="safety")
    LeadRules.objects.create(vendor=vendor, program=cast.northwind.program)
    ExchangeRate.objects.create(vendor=vendor, currency="USD", day=timezone.localdate(), rate=1)


def test_the_walk_below_knows_every_class_that_can_be_changed():
    assert {model._meta.label for model, _admin in CHANGEABLE} == set(CHANGES)


@pytest.mark.parametrize("model", [model for model, _admin in CHANGEABLE], ids=named)
def test_every_change_in_the_console_is_an_event_and_writes_one_table_besides(cast, manager, model):
    Policy.objects.update(valid_from=timezone.localdate() + timedelta(days=9))
    _write_what_the_cast_lacks(cast)
    row = rows_of(model, cast).first()
    url, data = open_form(manager, row)
    [(field, value)] = CHANGES[model._meta.label].items()
    data[field] = str(cast.people[value].pk) if field == "manager" else value
    with CaptureQueriesContext(connection) as taken:
        response = manager.post(url, data)
    assert response.status_code == 302, response.context["adminform"].form.errors
    assert written(taken) == {model._meta.db_table, "activity_event"}
    event = Event.objects.get()
    assert (event.subject_type, event.subject_id) == (model._meta.label_lower, row.pk)
    assert list(event.before) == list(event.after) == [field]
    assert event.before != event.after
    assert event.person == cast.people["northwind_manager"]


@pytest.mark.parametrize("model", [model for model, _admin in CHANGEABLE], ids=named)
def test_saving_a_page_as_it_is_changes_and_records_nothing(cast, manager, model):
    Policy.objects.update(valid_from=timezone.localdate() + timedelta(days=9))
    _write_what_the_cast_lacks(cast)
    row = rows_of(model, cast).first()
    url, data = open_form(manager, row)
    with CaptureQueriesContext(connection) as taken:
        assert manager.post(url, data).status_code == 302
    assert written(taken) == set()
    assert not Event.objects.exists()


@pytest.mark.parametrize("model", [model for model, each in ADMINS if each.change_permission is None], ids=named)
def test_what_only_shows_takes_no_change(cast, manager, model):
    cast.register()
    before = Event.objects.count()
    row = rows_of(model, cast).first()
    if row is None:
        pytest.skip("the cast has none")
    url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[row.pk])
    assert manager.get(url).status_code == 200
    with CaptureQueriesContext(connection) as taken:
        assert manager.post(url, {"name": "Renamed"}).status_code == 403
    assert written(taken) == set()
    assert Event.objects.count() == before


def test_no_class_of_the_console_writes_by_itself():
    for _model, each in ADMINS:
        assert isinstance(each, ScopedAdmin)
        own = {name for base in type(each).__mro__ if base not in ScopedAdmin.__mro__ for name in vars(base)}
        assert not own & WRITERS, each
        assert set(each.actions) <= ACTIONS_THAT_LEAD_ON, each
        assert not each.list_editable, each
        for inline in each.inlines:
            assert issubclass(inline, ScopedInline)
            assert not set(vars(inline)) & WRITERS
    assert ScopedAdmin.save_model is not ModelAdmin.save_model
    assert site._actions == {}


def test_a_stale_form_is_refused_with_what_changed_and_keeps_what_was_typed(cast, manager):
    url, data = open_form(manager, cast.northwind.robots)
    ProductFamily.objects.filter(pk=cast.northwind.robots.pk).update(name="Cells")
    response = manager.post(url, {**data, "name": "Robot arms"})
    page = response.content.decode()
    assert response.status_code == 409
    assert "Somebody was faster" in page
    assert "Robots" in page
    assert "Cells" in page
    assert 'value="Robot arms"' in page
    assert ProductFamily.objects.get(pk=cast.northwind.robots.pk).name == "Cells"
    assert not Event.objects.exists()
    again = manager.post(url, {**posted(response), "name": "Robot arms"})
    assert again.status_code == 302
    assert Event.objects.get().before == {"name": "Cells"}


@pytest.mark.parametrize(
    ("address", "data", "field", "kept"),
    [
        ("accounts_productfamily_add", {"name": "Twice", "code": "robots"}, "code", "Twice"),
        ("partners_program_add", {"name": "Second", "slug": "partners", "summary": "Long words"}, "slug", "Long words"),
        ("accounts_productfamily_add", {"name": "", "code": "new"}, "name", "new"),
    ],
)
def test_a_refused_form_says_so_at_the_field_and_keeps_what_was_typed(cast, manager, address, data, field, kept):
    before = (ProductFamily.objects.count(), Program.objects.count())
    response = manager.post(reverse(f"admin:{address}"), data)
    assert response.status_code == 422
    assert field in response.context["adminform"].form.errors
    assert kept in response.content.decode()
    assert (ProductFamily.objects.count(), Program.objects.count()) == before
    assert not Event.objects.exists()


def test_a_short_name_follows_from_the_name_where_none_was_typed(cast, manager):
    manager.post(reverse("admin:partners_program_add"), {"name": "North Stars", "slug": "", "is_open": "on"})
    program = Program.objects.get(slug="north-stars")
    assert program.vendor == cast.northwind.vendor
    assert Event.objects.get().kind == "console.added"


def lines(**fields: str) -> dict[str, str]:
    return {"prices-TOTAL_FORMS": "1", "prices-INITIAL_FORMS": "0", **{f"prices-0-{k}": v for k, v in fields.items()}}


def test_a_product_and_its_first_price_are_two_events(cast, manager):
    data = {"family": cast.northwind.robots.pk, "name": "Arm", "sku": "A-1", "is_active": "on"}
    price = lines(currency="EUR", amount="12.50", valid_from="2026-01-01")
    response = manager.post(reverse("admin:accounts_product_add"), {**data, **price})
    assert response.status_code == 302
    product = Product.objects.get(sku="A-1")
    assert str(product.prices.get().amount) == "12.50"
    assert [event.subject_type for event in Event.objects.order_by("id")] == ["accounts.product", "accounts.price"]


def test_a_wrong_line_refuses_the_whole(cast, manager):
    data = {"family": cast.northwind.robots.pk, "name": "Arm", "sku": "A-1", "is_active": "on"}
    response = manager.post(
        reverse("admin:accounts_product_add"), {**data, **lines(currency="EUR", amount="x", valid_from="2026-01-01")}
    )
    assert response.status_code == 422
    assert not Product.objects.filter(sku="A-1").exists()
    assert not Event.objects.exists()


def test_a_price_is_replaced_in_one_go_and_both_are_told(cast, manager):
    url, data = open_form(manager, cast.northwind.robot)
    data |= {"prices-0-DELETE": "on", "prices-1-currency": "EUR", "prices-1-amount": "1"}
    data |= {"prices-1-valid_from": "2024-01-01"}
    assert manager.post(url, data).status_code == 302
    assert [str(price.amount) for price in cast.northwind.robot.prices.all()] == ["1.00"]
    assert [event.kind for event in Event.objects.order_by("id")] == ["console.removed", "console.added"]


def test_a_price_that_somebody_else_changed_meanwhile_is_not_overwritten(cast, manager):
    url, data = open_form(manager, cast.northwind.robot)
    cast.northwind.robot.prices.update(amount="5")
    response = manager.post(url, {**data, "prices-0-amount": "6"})
    assert response.status_code == 409
    assert str(cast.northwind.robot.prices.get().amount) == "5.00"
    assert not Event.objects.exists()


def test_rules_in_force_only_show_and_a_new_version_starts_from_them(cast, manager):
    url = reverse("admin:dealreg_policy_change", args=[cast.northwind.policy.pk])
    assert "stays as it is" in manager.get(url).content.decode()
    assert manager.post(url, {"protection_days": "1"}).status_code == 403
    add = reverse("admin:dealreg_policy_add")
    page = manager.get(f"{add}?after={cast.northwind.policy.pk}")
    data = posted(page) | {"reference": "2030-1", "clauses": "2.1 First come.\n3.1 Ask first."}
    today = timezone.localdate(timezone=ZoneInfo(cast.people["northwind_manager"].time_zone))
    yesterday = today - timedelta(days=1)
    refused = manager.post(add, {**data, "valid_from": yesterday.isoformat()})
    assert (refused.status_code, Policy.objects.filter(reference="2030-1").count()) == (422, 0)
    assert manager.post(add, {**data, "valid_from": today.isoformat()}).status_code == 302
    made = Policy.objects.get(reference="2030-1")
    assert made.clauses == {"2.1": "First come.", "3.1": "Ask first."}
    assert made.protection_days == cast.northwind.policy.protection_days


def test_another_vendors_rules_are_not_copied(cast, manager):
    Policy.objects.filter(pk=cast.halden.policy.pk).update(protection_days=333)
    page = manager.get(f"{reverse('admin:dealreg_policy_add')}?after={cast.halden.policy.pk}")
    assert "333" not in page.content.decode()


def test_clauses_without_a_number_are_sent_back(cast, manager):
    data = {"program": cast.northwind.program.pk, "reference": "2030-1", "clauses": "no number here"}
    response = manager.post(reverse("admin:dealreg_policy_add"), data)
    assert response.status_code == 422
    assert "clauses" in response.context["adminform"].form.errors


def test_an_enrollments_form_changes_its_manager_and_never_its_status(cast, manager):
    enrollment = cast.enrollments["kappel_northwind"]
    url, data = open_form(manager, enrollment)
    manager.post(url, {**data, "manager": cast.people["northwind_manager"].pk, "status": "retired"})
    enrollment.refresh_from_db()
    assert (enrollment.manager, enrollment.status) == (cast.people["northwind_manager"], EnrollmentStatus.ACTIVE)
    assert [event.kind for event in Event.objects.all()] == ["enrollment.manager"]
    for outsider in ("halden_manager", "kappel_sales"):
        assert manager.post(url, {**data, "manager": cast.people[outsider].pk}).status_code == 422


def test_a_step_asks_for_a_reason_and_takes_it(cast, manager):
    url = reverse("console:enrollment-move", args=[cast.enrollments["kappel_northwind"].pk, "suspend"])
    assert "Access ends at once" in manager.get(url).content.decode()
    assert manager.post(url, {"reason": " "}).status_code == 422
    assert manager.post(url, {"reason": "Unpaid"}).status_code == 302
    assert Enrollment.objects.get(pk=cast.enrollments["kappel_northwind"].pk).status == EnrollmentStatus.SUSPENDED
    assert manager.get(url).status_code == 409
    assert manager.get(url.replace("suspend", "promote")).status_code == 404


def test_several_enrollments_get_their_manager_at_once_or_none_does(cast, manager):
    ids = [cast.enrollments[name].pk for name in ("brightpath_northwind", "kappel_northwind")]
    listing = reverse("admin:partners_enrollment_changelist")
    response = manager.post(listing, {"action": "assign_manager", "_selected_action": ids, "index": "0"})
    assert manager.post(response.url, {"manager": cast.people["halden_manager"].pk}).status_code == 422
    assert not Enrollment.objects.filter(manager__isnull=False).exists()
    assert manager.post(response.url, {"manager": cast.people["northwind_finance"].pk}).status_code == 302
    assert {str(row.manager) for row in Enrollment.objects.filter(pk__in=ids)} == {"Northwind Finance"}
    assert Event.objects.filter(kind="enrollment.manager").count() == 2


def test_others_enrollments_are_left_out_of_what_was_selected(cast, manager):
    url = f"{reverse('console:enrollment-assign')}?id={cast.enrollments['isle_halden'].pk}"
    assert "Isle" not in manager.get(url).content.decode()
    manager.post(url, {"manager": cast.people["northwind_finance"].pk})
    assert not Event.objects.exists()


def test_rules_of_engagement_belong_to_the_seats_vendor_whatever_was_sent(cast, manager):
    data = {
        "program": cast.northwind.program.pk,
        "reference": "2031-1",
        "valid_from": "2031-01-01",
        "protection_days": "90",
        "discount": "10",
        "decision_hours": "48",
        "reminder_days": "14",
        "hourly_registrations": "40",
        "extension_days": "30",
        "extensions_most": "2",
        "evidence_days": "30",
        "offer_days": "5",
        "appeal_days": "14",
        "appeal_hours": "40",
        "clauses": "2.1 First come.",
        "vendor": cast.halden.vendor.pk,
    }
    assert manager.post(reverse("admin:dealreg_policy_add"), data).status_code == 302
    assert Policy.objects.get(reference="2031-1", program=cast.northwind.program).vendor == cast.northwind.vendor
    other = manager.post(reverse("admin:dealreg_policy_add"), {**data, "program": cast.halden.program.pk})
    assert other.status_code == 422
    assert Policy.objects.filter(reference="2031-1").count() == 1


def test_tiers_follow_from_the_scheme_and_are_only_shown(cast, manager):
    tier = Tier.objects.get(vendor=cast.northwind.vendor)
    assert manager.get(reverse("admin:standing_tier_add")).status_code == 403
    url = reverse("admin:standing_tier_change", args=[tier.pk])
    assert manager.get(url).status_code == 200
    assert manager.post(url, {"name": "Renamed"}).status_code == 403
    tier.refresh_from_db()
    assert tier.name == "Silver"
