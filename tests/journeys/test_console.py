"""A partner manager works the console by keyboard: day, partner, a product with a price, rules, audit trail."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import Product
from activity.console import site
from activity.models import Event
from dealreg.models import Deal
from partners.models import Enrollment


def press(page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_a_partner_manager_works_the_console_by_keyboard(everyone, visit):
    manager = everyone.people["northwind_manager"]
    Enrollment.objects.filter(vendor=everyone.northwind.vendor).update(manager=manager)
    deal = everyone.register()
    Deal.objects.filter(pk=deal.pk).update(due_at=timezone.now() - timedelta(hours=3))
    visitor = visit("northwind_manager")

    page = visitor.open("/admin/")
    expect(page.get_by_role("heading", level=1)).to_have_text("1 decision is overdue")
    expect(page.get_by_role("row", name="Brightpath")).to_contain_text("1 decision overdue by 3 h")
    press(page, "Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    visitor.check("console-home")

    page = visitor.open("/admin/partners/enrollment/")
    press(page, "/")
    expect(page.get_by_label("Search", exact=True).last).to_be_focused()
    page.keyboard.type("kapp")
    expect(page.locator("#results tbody tr")).to_have_count(1)
    expect(page.locator("#announce")).to_have_text("1 enrollment")
    page.get_by_role("heading", level=1).click()
    press(page, "j", "Enter")
    page.wait_for_url("**/change/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Kappel")
    visitor.check("console-enrollment")
    page.get_by_role("link", name="Suspend").focus()
    press(page, "Enter")
    expect(page.get_by_text("Access ends at once")).to_be_visible()
    visitor.check("console-suspend")
    page.get_by_label("Reason").focus()
    page.keyboard.type("Invoices are unpaid")
    press(page, "Tab", "Enter")
    page.wait_for_url("**/change/")
    expect(page.get_by_text("suspended the enrollment: Invoices are unpaid")).to_be_visible()
    assert Enrollment.objects.get(pk=everyone.enrollments["kappel_northwind"].pk).status == "suspended"

    page = visitor.open("/admin/partners/enrollment/")
    page.locator("details.facet summary", has_text="Status").focus()
    press(page, "Enter")
    expect(page.get_by_role("link", name="Suspended")).to_be_visible()
    press(page, "Escape")
    expect(page.get_by_role("link", name="Suspended")).to_be_hidden()


def test_a_product_with_prices_is_made_with_and_without_scripts(everyone, visit):
    visitor = visit("northwind_manager")
    page = visitor.open("/admin/accounts/product/add/")
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Add product family").click()
    window = opened.value
    window.get_by_label("Name").fill("Grippers")
    with window.expect_event("close"):
        window.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("combobox", name="Family")).to_have_value("Grippers")
    page.get_by_label("Name", exact=True).fill("SoftGrip 2")
    page.get_by_label("SKU").fill("SG-2")
    page.get_by_role("button", name="Add another price").click()
    rows = page.locator("[data-line]:visible")
    expect(rows).to_have_count(2)
    for number, amount in enumerate(("4200", "x")):
        rows.nth(number).get_by_label("Currency").fill("EUR")
        rows.nth(number).get_by_label("Price").fill(amount)
        rows.nth(number).get_by_label("Valid from").fill(f"2026-0{number + 1}-01")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#error-summary")).to_be_focused()
    assert not Product.objects.filter(sku="SG-2").exists()
    visitor.check("console-product-refused")
    page.locator("[data-line]:visible").nth(1).get_by_label("Price").fill("3900")
    page.get_by_role("button", name="Save and stay").click()
    page.wait_for_url("**/change/")
    product = Product.objects.get(sku="SG-2")
    assert product.family.name == "Grippers"
    assert sorted(str(price.amount) for price in product.prices.all()) == ["3900.00", "4200.00"]
    assert Event.objects.filter(kind="console.added").count() == 4

    plain = visit("northwind_manager", scripts=False)
    page = plain.open(f"/admin/accounts/product/{product.pk}/change/")
    row = page.locator("[data-line]").last
    row.get_by_label("Currency").fill("USD")
    row.get_by_label("Price").fill("5000")
    row.get_by_label("Valid from").fill("2026-01-01")
    page.get_by_role("button", name="Save and stay").click()
    assert product.prices.filter(currency="USD").exists()


def test_pages_of_the_console_that_are_no_models_are_sound(everyone, visit):
    everyone.register()
    visitor = visit("northwind_manager")
    for name, address in {
        "console-events": "/admin/events/",
        "console-all": "/admin/?all=1",
        "console-assign": f"/admin/enrollments/assign/?id={everyone.enrollments['kappel_northwind'].pk}",
        "console-policy-next": f"/admin/dealreg/policy/add/?after={everyone.northwind.policy.pk}",
    }.items():
        visitor.open(address)
        visitor.check(name)


@pytest.mark.parametrize("part", range(4))  # so that no process has them all to itself in the end
def test_every_page_of_a_model_in_the_console_is_sound(everyone, visit, part):
    everyone.register()
    visitor = visit("northwind_manager")
    for model, each in list(site._registry.items())[part::4]:
        base = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        row = model.objects.visible_to(everyone.actor("northwind_manager")).order_by("pk").first()
        visitor.open(base)
        visitor.check(f"console-{model._meta.model_name}-list")
        if row is not None:
            visitor.open(f"{base}{row.pk}/change/")
            visitor.check(f"console-{model._meta.model_name}")
        if each.change_permission is not None and each.has_add_permission(_request(everyone)):
            visitor.open(f"{base}add/")
            visitor.check(f"console-{model._meta.model_name}-add")


def _request(everyone):
    return type("Request", (), {"actor": everyone.actor("northwind_manager")})()
