"""The tier page in a browser: slider and field follow each other, the result follows both; also without scripts."""

from __future__ import annotations

from decimal import Decimal

import pytest
from playwright.sync_api import expect

from standing.models import Credential
from tests.cast import Cast
from tests.ladders import award_as, brightpath, compute_as, put_into_force


@pytest.fixture
def stood(everyone: Cast) -> str:
    """Let Brightpath stand at Silver, and return its page's address."""
    Credential.objects.create(vendor=everyone.northwind.vendor, name="Cell Designer", slug="cell-designer")
    scheme = put_into_force(everyone.northwind)
    figures = {
        "points": 150,
        "revenue.won": 200_000,
        "people.certified": 1,
        "satisfaction": 60,
        "certificates.held": [],
    }
    compute_as(scheme, brightpath(everyone), figures)
    award_as(scheme, brightpath(everyone), 2)
    everyone.register(value=Decimal(100_000), lines=())
    return f"/portal/standing/{brightpath(everyone).pk}/"


def test_partner_tries_what_makes_gold(visit, stood: str):
    visitor = visit("brightpath_sales")
    page = visitor.open(stood)
    expect(page.get_by_role("heading", level=1)).to_have_text("You are Silver. 4 things are missing for Gold")
    visitor.check("standing")
    result = page.locator("#tried")
    expect(result).to_contain_text("The shortest way")
    people = page.get_by_role("textbox", name="Certified people")
    people.fill("1")
    expect(page.get_by_role("slider", name="Certified people")).to_have_value("1")
    expect(result).to_contain_text("Not Gold yet.")
    page.get_by_role("slider", name="Won revenue").fill("50000")
    expect(page.get_by_role("textbox", name="Won revenue")).to_have_value("50000")
    page.get_by_role("checkbox", name="Cell Designer").check()
    expect(result).to_contain_text("That makes Gold.")
    people.fill("many")
    expect(result).to_contain_text("“many” is not an amount.")
    visitor.check("standing-refused")


def test_partner_tries_it_without_scripts(visit, stood: str):
    visitor = visit("brightpath_sales", scripts=False)
    page = visitor.open(stood)
    page.get_by_role("link", name="Try it").click()
    expect(page.locator("#tried")).to_contain_text("That makes Gold.")
    page.get_by_role("textbox", name="Certified people").fill("many")
    page.get_by_role("button", name="Work it out").click()
    expect(page.locator("#tried")).to_contain_text("“many” is not an amount.")
    expect(page.get_by_role("textbox", name="Certified people")).to_have_value("many")
