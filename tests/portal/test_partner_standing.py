"""The tier page: right figures in the right words, what if, dates, and nothing of anybody else."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from standing.enums import ReviewState
from standing.models import (
    Calculation,
    Credential,
    PointEntry,
    Specialisation,
    TierOverride,
    TierReview,
)
from tests.ladders import RICH, award_as, brightpath, compute_as, put_into_force, tier_of

FIGURES = {"points": 150, "revenue.won": 200_000, "people.certified": 1, "satisfaction": 60, "certificates.held": []}
TODAY = timezone.localdate()


@pytest.fixture
def scheme(cast):
    Credential.objects.create(vendor=cast.northwind.vendor, name="Cell Designer", slug="cell-designer")
    scheme = put_into_force(cast.northwind)
    compute_as(scheme, brightpath(cast), FIGURES)
    award_as(scheme, brightpath(cast), 2, why="Points, last 12 months: 150 points")
    return scheme


def page_of(cast, name="portal:standing"):
    return reverse(name, args=[brightpath(cast).pk])


def read(client, url, status=200, **more):
    answer = client.get(url, **more)
    assert answer.status_code == status
    return answer.content.decode()


def plain(html):
    """What a reader sees, on one line."""
    text = re.sub(r"<(script|style|title|desc).*?</\1>", " ", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


def test_page_says_where_one_stands_and_what_each_requirement_lacks(cast, browse, scheme):
    text = plain(read(browse("brightpath_sales"), page_of(cast)))
    for shown in (
        "You are Silver. 4 things are missing for Gold",
        "Points, last 12 months: 150 points",
        "What Gold takes 0 of 4 met",
        "1 of 2",
        "1 more",
        "Cell Designer",
        "€200,000 of €250,000",
        "€50,000 more",
        "Services track",
        "Partners that carry a region.",
        "50 of 70 needed",
        "Named engineer",
        "Next review",
        "31 Jan",
    ):
        assert escape(shown) in text or shown in text, shown


def test_ladder_is_drawn_with_title_description_and_the_same_figures_as_a_table(cast, browse, scheme):
    html = read(browse("brightpath_sales"), page_of(cast))
    assert re.search(r'<svg class="plot stairs"[^>]*role="img"[^>]*aria-labelledby="ladder-t ladder-d"', html)
    assert "Registered: all met. Silver: all met. Gold: 0 of 4 met." in html
    assert '<th scope="row">Gold</th><td class="num">0 of 4 met</td>' in html


def test_score_adds_up_by_categories(cast, browse, scheme):
    text = plain(read(browse("brightpath_sales"), page_of(cast)))
    assert re.search(r"Sales.*?Revenue: 40 of 60.*?40 60 Skills.*?People: 10 of 40.*?10 40 .*?Together 50", text)


def test_another_partners_page_and_ledger_are_not_there(cast, browse, scheme):
    for name in ("portal:standing", "portal:standing-points"):
        assert browse("kappel_sales").get(page_of(cast, name)).status_code == 404
        own = cast.enrollments["kappel_northwind"].pk
        assert browse("kappel_sales").get(reverse(name, args=[own])).status_code == 200
    assert browse("northwind_manager").get(page_of(cast)).status_code == 403


def test_page_without_figures_says_so(cast, browse):
    assert "haven’t been worked out yet" in read(browse("brightpath_sales"), page_of(cast))


def test_programs_are_listed_with_the_step_that_helps_most_and_a_single_one_is_opened(cast, browse, scheme):
    text = plain(read(browse("brightpath_sales"), reverse("portal:standing-list")))
    assert "Northwind Robotics Silver" in text
    assert "To Gold" in text
    assert "helps most" in text
    assert "Halden Cloud" in text
    answer = browse("kappel_sales").get(reverse("portal:standing-list"))
    assert answer["Location"] == reverse("portal:standing", args=[cast.enrollments["kappel_northwind"].pk])


# -- Cost


def long_definition(count):
    needs = [
        {"figure": {"measure": "revenue.won", "months": 12}, "at_least": 1000 * (number + 1), "name": f"Need {number}"}
        for number in range(count)
    ]
    tiers = [RICH["tiers"][0], {"slug": "next", "name": "Next", "needs": {"all": needs}}]
    return {"rules": RICH["rules"], "tiers": tiers}


@pytest.mark.parametrize("count", [1, 30])
def test_page_costs_the_same_few_queries_for_one_and_thirty_requirements(
    cast, browse, django_assert_num_queries, count
):
    scheme = put_into_force(cast.northwind, long_definition(count))
    compute_as(scheme, brightpath(cast), {"revenue.won": 500})
    award_as(scheme, brightpath(cast), 1)
    client, url = browse("brightpath_sales"), page_of(cast)
    read(client, url)
    # session, person, unread; enrollment, pipeline, override, reviews, specialisations, spans, balance
    with django_assert_num_queries(10):
        assert read(client, url).count("Need ") >= count


@pytest.mark.parametrize("count", [1, 30])
def test_ledger_costs_the_same_few_queries_for_one_and_thirty_entries(
    cast, browse, scheme, django_assert_num_queries, count
):
    for number in range(count):
        enter(cast, scheme, key=f"deal:{cast.register(customer_name=f'K{number} AG', customer_domain='').pk}")
    client, url = browse("brightpath_sales"), page_of(cast, "portal:standing-points")
    read(client, url)
    with django_assert_num_queries(7 if count == 1 else 8):  # a second page asks for the whole count
        read(client, url)


# -- Reviews, overrides, specialisations


def tenant(cast):
    row = brightpath(cast)
    return {"enrollment": row, "vendor_id": row.vendor_id, "partner_id": row.partner_id}


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (ReviewState.WARNED, "Silver isn’t secured: 20 days to the review"),
        (ReviewState.GRACE, "You can still keep Silver until"),
        (ReviewState.PROPOSED, "Northwind Robotics decides whether Silver stays"),
        (ReviewState.RECOVERED, ""),
    ],
)
def test_open_review_is_told_with_what_would_prevent_it(cast, browse, scheme, state, words):
    Calculation.objects.all().delete()
    compute_as(scheme, brightpath(cast), {**FIGURES, "points": 60})
    TierReview.objects.create(
        **tenant(cast),
        state=state,
        due_on=TODAY + timedelta(days=20),
        grace_until=TODAY + timedelta(days=50),
        from_tier=tier_of(scheme, 2),
        to_tier=tier_of(scheme, 1),
    )
    text = plain(read(browse("brightpath_sales"), page_of(cast)))
    assert ("This would prevent it:" in text) is bool(words)
    assert words in text
    assert "You are Silver. One thing is missing to keep it" in text
    assert "40 more" in text


def test_tier_given_by_hand_is_told_with_reason_end_and_what_the_figures_would_bring(cast, browse, scheme):
    ends = TODAY + timedelta(days=90)
    TierOverride.objects.create(
        **tenant(cast),
        tier=tier_of(scheme, 3),
        reason="Opens the north",
        given_by=cast.people["northwind_manager"],
        starts_on=TODAY,
        ends_on=ends,
    )
    text = plain(read(browse("brightpath_sales"), page_of(cast)))
    assert "Northwind Robotics gave you Gold until" in text
    assert "“Opens the north” By your figures it would be Silver." in text


def test_specialisations_show_what_is_held_until_when_and_what_is_open(cast, browse, scheme):
    text = plain(read(browse("brightpath_sales"), page_of(cast)))
    assert re.search(r"Food and beverage.*?2 more.*?Open", text)
    Specialisation.objects.create(
        **tenant(cast), slug="food", name="Food and beverage", since=TODAY, expires_on=TODAY + timedelta(days=365)
    )
    text = plain(read(browse("brightpath_sales"), page_of(cast)))
    assert re.search(r"Food and beverage.*?Something is missing to prolong it.*?Held", text)


# -- What if


def test_what_if_makes_gold_and_says_what_it_brings_in_money(cast, browse, scheme):
    cast.register(value=Decimal(100_000), lines=())
    query = {"revenue-won-12m": "50,000", "people-certified": "1", "certificates-held": "cell-designer"}
    text = plain(read(browse("brightpath_sales"), page_of(cast), data=query))
    assert "That makes Gold." in text
    assert "5 points more discount and 30 days more protection" in text
    assert "On an open pipeline like today’s €100,000, 5 points of discount are €5,000." in text
    assert "Score 70 (20 more)." in text


def test_what_if_that_is_not_enough_says_what_is_still_missing(cast, browse, scheme):
    text = plain(read(browse("brightpath_sales"), page_of(cast), data={"revenue-won-12m": "50000"}))
    assert "Not Gold yet." in text
    assert "Certified people: 1 more" in text


def test_what_if_beyond_a_cap_says_that_more_adds_nothing(cast, browse, scheme):
    client = browse("brightpath_sales")
    full = "“Revenue” counts at most 60 points"
    assert full not in plain(read(client, page_of(cast), data={"revenue-won-12m": "50000"}))
    text = plain(read(client, page_of(cast), data={"revenue-won-12m": "400000"}))
    assert "What limits it:" in text
    assert full in text


def test_page_suggests_the_shortest_way_with_a_link_that_tries_it(cast, browse, scheme):
    client = browse("brightpath_sales")
    html = read(client, page_of(cast))
    assert "The shortest way" in html
    link = re.search(r'href="([^"]*certificates-held=cell-designer[^"]*)">Try it', html)[1].replace("&amp;", "&")
    assert "That makes Gold." in read(client, link)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("12,oo", "“12,oo” is not an amount."),
        ("-5", "can&#x27;t be below zero"),
        ("99999999", "At most €500,000 can be tried."),
        ("<b>", "“&lt;b&gt;” is not an amount."),
        ("1" * 60, "at most 40 characters"),
    ],
)
def test_what_cannot_be_tried_is_said_and_kept_as_typed(cast, browse, scheme, typed, words):
    client = browse("brightpath_sales")
    html = read(client, page_of(cast), status=422, data={"revenue-won-12m": typed, "people-certified": "1"})
    assert words in html
    assert f'value="{escape(typed)}"' in html
    assert 'name="people-certified" value="1"' in html
    part = read(client, page_of(cast), 422, data={"revenue-won-12m": typed}, headers=HTMX)
    assert words in part
    assert "<h1" not in part


HTMX = {"HX-Request": "true", "HX-Target": "tried"}


def test_htmx_gets_the_result_alone(cast, browse, scheme):
    client = browse("brightpath_sales")
    answer = client.get(page_of(cast), {"people-certified": "1"}, headers=HTMX)
    assert answer.content.decode().lstrip().startswith('<div id="tried"')
    assert "HX-Request" in answer["Vary"]


def test_values_that_nobody_asks_for_are_refused(cast, browse, scheme):
    html = read(browse("brightpath_sales"), page_of(cast), status=422, data={"certificates-held": "other"})
    assert "“other” isn’t asked for here." in html


# -- The ledger


def enter(cast, scheme, **fields):
    given = {"kind": "award", "rule": "won", "points": 12, "amount": 12_000, "day": TODAY, **fields}
    return PointEntry.objects.create(**tenant(cast), scheme=scheme, **given)


def test_ledger_explains_each_entry_and_links_to_the_deal(cast, browse, scheme):
    deal = cast.register()
    enter(cast, scheme, key=f"deal:{deal.pk}", ends=TODAY + timedelta(days=30))
    enter(cast, scheme, key=f"deal:{deal.pk}", kind="correction", points=-2, amount=None)
    enter(
        cast,
        None,
        key="by-hand:1",
        rule="by-hand",
        kind="manual",
        points=5,
        amount=None,
        note="For the fair",
        person=cast.people["northwind_manager"],
    )
    html = read(browse("brightpath_sales"), page_of(cast, "portal:standing-points"))
    assert deal.get_absolute_url() in html
    text = plain(html)
    for shown in (
        "15 points count today",
        "12 of them end within 90 days.",
        "1 point for each €1,000; they count for 12 months.",
        "€12,000",
        "+12",
        "-2",
        "Corrects what was booked for it before.",
        "For the fair",
    ):
        assert shown in text, shown


def test_ledger_is_filtered_and_exported(cast, browse, scheme):
    enter(cast, scheme, key="deal:1", points=12)
    enter(cast, scheme, key="deal:2", rule="approved", category="pipeline", points=10, day=TODAY - timedelta(days=40))
    client, url = browse("brightpath_sales"), page_of(cast, "portal:standing-points")
    assert "1 entry" in read(client, url, data={"rule": "approved"})
    assert "1 entry" in read(client, url, data={"day_from": TODAY.isoformat()})
    assert "1 entry" in read(client, url, data={"category": "pipeline"})
    lines = b"".join(client.get(url, {"export": "csv"}).streaming_content).decode().splitlines()
    assert len(lines) == 3


def test_points_that_fade_are_counted_as_far_as_they_are_left(cast, browse, scheme):
    enter(cast, scheme, key="deal:1", points=12, fades_months=12, day=TODAY - timedelta(days=95))
    text = plain(read(browse("brightpath_sales"), page_of(cast, "portal:standing-points")))
    assert "9 points count today" in text
    assert "fades over 12 months" in text
