"""The menu: what stands in it, and which entry is marked as the place where one is."""

import pytest

from portal import navigation
from portal.navigation import Entry, Group, dock, menu


@pytest.fixture
def places(monkeypatch):
    """Addresses of a small product, one page of it not built yet."""
    addresses = {"home": "/portal/", "deals": "/portal/deals/", "register": "/portal/deals/register/", "later": ""}
    groups = (
        Group(None, (Entry("home", "Home", "home", exact=True), Entry("deals", "Deals", "deal"))),
        Group("More", (Entry("later", "Later", "clock"), Entry("register", "Register", "plus", frozenset({"sales"})))),
    )
    monkeypatch.setattr(navigation, "address_of", addresses.get)
    monkeypatch.setattr(navigation, "AREAS", {"portal": groups})


def current(groups):
    return [item["label"] for group in groups for item in group["items"] if item["current"]]


@pytest.mark.parametrize(
    ("path", "label"),
    [
        ("/portal/", ["Home"]),
        ("/portal/deals/", ["Deals"]),
        ("/portal/deals/7/", ["Deals"]),
        ("/portal/deals/register/", ["Register"]),
        ("/settings/", []),
    ],
)
def test_menu_marks_the_nearest_entry(places, path, label):
    assert current(menu("portal", path, role="sales")) == label


def test_menu_leaves_out_what_is_not_built_or_not_allowed(places):
    labels = [item["label"] for group in menu("portal", "/portal/", role="marketing") for item in group["items"]]
    assert labels == ["Home", "Deals"]


def test_menu_shows_counts(places):
    items = menu("portal", "/portal/", counts={"deals": 14})[0]["items"]
    assert [item["count"] for item in items] == [0, 14]


def test_menu_of_an_unknown_area_is_empty():
    assert menu("public", "/") == []


@pytest.mark.parametrize("area", ["portal", "desk"])
def test_dock_has_at_most_four_items_beside_more(area):
    assert len(dock(area, "/")) <= 4


def test_dock_without_the_right_offers_no_registration():
    assert "plus" not in [item["icon"] for item in dock("portal", "/", can_register=False)]
