"""The parts in a real browser: the command palette by keyboard, saved views, the style guide; axe finds nothing."""

from __future__ import annotations

import pytest
from django.test import override_settings
from playwright.sync_api import expect

from tests.cast import Cast


def test_palette_is_opened_searched_and_left_by_keyboard(visit, everyone: Cast):
    deal = everyone.register(customer_name="Castellan Foods GmbH")
    visitor = visit("northwind_approver")
    page = visitor.open("/desk/deals/")
    opener = page.get_by_role("link", name="Search or jump")
    opener.focus()
    page.keyboard.press("Control+k")
    field = page.get_by_role("combobox", name="Search or jump")
    expect(field).to_be_focused()
    expect(page.get_by_role("option", name="Queue")).to_be_visible()
    page.keyboard.type("castel")
    first = page.get_by_role("option", name=deal.reference)
    expect(first).to_have_attribute("aria-selected", "true")
    expect(field).to_have_attribute("aria-activedescendant", "hit-deals-1")
    visitor.check("palette")
    field.focus()
    page.keyboard.press("ArrowDown")
    expect(first).to_have_attribute("aria-selected", "false")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/desk/deals/{deal.reference}/")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("option", name="Deals", exact=True).first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#palette")).to_be_hidden()


def test_pages_visited_lately_are_forgotten_at_sign_out(visit, everyone: Cast):
    visitor = visit("brightpath_sales")
    page = visitor.open("/portal/deals/")
    page.goto(page.url.replace("/portal/deals/", "/portal/team/"))
    page.keyboard.press("Control+k")
    expect(page.get_by_role("group", name="Visited lately")).to_contain_text("Deals")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="your account").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_load_state()
    assert page.evaluate("Object.keys(localStorage).filter((name) => name.startsWith('recent:'))") == []


@pytest.mark.parametrize("query", ["", "?theme=dark&dir=rtl&hue=30"])
def test_style_guide_has_no_faults(visit, query):
    with override_settings(DEMO=True):
        visitor = visit("")
        visitor.open(f"/styleguide/{query}")
        visitor.check("styleguide" + ("-dark-rtl" if query else ""))


def test_view_is_kept_deleted_and_undone(visit, everyone: Cast):
    everyone.register()
    visitor = visit("brightpath_sales")
    page = visitor.open("/portal/deals/?open=1")
    page.get_by_text("Keep this filter").click()
    page.get_by_label("Name of the view").fill("Open ones")
    page.get_by_role("button", name="Keep", exact=True).click()
    expect(page.get_by_role("link", name="Open ones")).to_be_visible()
    page.get_by_role("link", name="Change views").click()
    visitor.check("views")
    page.get_by_role("button", name="Delete Open ones").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("textbox", name="Name of “Open ones”")).to_be_visible()


def test_branding_page_has_no_faults_and_recolours_its_preview(visit, everyone: Cast):
    visitor = visit("northwind_manager")
    page = visitor.open("/admin/branding/")
    before = page.locator("[data-preview] .btn").first.evaluate("button => getComputedStyle(button).backgroundColor")
    page.get_by_label("Hue").fill("120")
    after = page.locator("[data-preview] .btn").first.evaluate("button => getComputedStyle(button).backgroundColor")
    assert before != after
    expect(page.locator("#verdict")).to_contain_text("Readable everywhere")
    visitor.check("branding")
