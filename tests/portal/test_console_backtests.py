"""Trials in the console: begun, watched, read, exported, compared; small query counts; nobody else's rows."""

from __future__ import annotations

import copy
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from jobs import queue
from jobs.models import Job
from partners.models import Enrollment
from prm.kernel.opaque import veil
from standing.models import BackTest, BackTestMove, Scheme
from standing.services import make_scheme, try_scheme
from tests.api_client import Api, token_of
from tests.cast import make_partner
from tests.ladders import award_as, brightpath, put_into_force
from tests.standing.conftest import SIMPLE

SCOPES = ("programs:read", "programs:write")


@pytest.fixture
def manager(browse):
    return browse("northwind_manager")


@pytest.fixture
def scheme(cast) -> Scheme:
    """A draft, beside the scheme in force under which Brightpath holds Silver."""
    award_as(put_into_force(cast.northwind, SIMPLE), brightpath(cast), 2)
    return make_scheme(
        actor=cast.actor("northwind_manager"),
        program=cast.northwind.program,
        partner_type="",
        name="Next year",
        definition=SIMPLE,
    )


@pytest.fixture
def trial(cast, scheme) -> BackTest:
    """A finished trial: Brightpath goes down, Kappel comes in."""
    return finished(cast, scheme)


def finished(cast, scheme, months=3) -> BackTest:
    made = try_scheme(actor=cast.actor("northwind_manager"), scheme=scheme, months=months)
    queue.work_off()
    return BackTest.objects.get(pk=made.pk)


def text(response) -> str:
    return response.content.decode()


def test_a_trial_is_begun_with_a_button_watched_and_read(cast, manager, scheme):
    page = manager.get(reverse("console:backtests", args=[scheme.pk]))
    assert "Nothing tried yet" in text(page)
    begun = manager.post(reverse("console:backtests", args=[scheme.pk]), {"months": "6"})
    trial = BackTest.objects.get()
    assert (begun.status_code, begun["Location"], trial.months) == (302, trial.get_absolute_url(), 6)
    running = text(manager.get(trial.get_absolute_url()))
    assert "Cancel" in running
    assert "In short" not in running
    queue.work_off()
    done = text(manager.get(trial.get_absolute_url()))
    assert "The ladder before and after" in done
    assert "Brightpath" in done
    assert Job.objects.get().definition.link(Job.objects.get())[1] == trial.get_absolute_url()


def test_the_result_says_who_moves_why_and_how_costs_are_counted(manager, trial):
    page = text(manager.get(trial.get_absolute_url()))
    assert "Missing today: Points, last 12 months: 100 more" in page
    assert "Won revenue of the last 12 months × the tier’s discount" in page
    assert "Without a price, and not in the sum: Support" in page
    assert 'role="img" aria-labelledby="ladder-t ladder-d"' in page
    assert "1 partner moves up" not in page
    assert "0 partners move up, 1 moves down, 0 keep their tier." in page


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", {"Brightpath", "Kappel"}),
        ("direction=down", {"Brightpath"}),
        ("direction=up", set()),
        ("tier=registered", {"Brightpath", "Kappel"}),
        ("tier=gold", set()),
        ("q=kapp", {"Kappel"}),
    ],
)
def test_moves_are_filtered(manager, trial, query, names):
    rows = manager.get(f"{trial.get_absolute_url()}?{query}").context["rows"]
    assert {row.move.partner.name.split()[0] for row in rows} == names


def test_moves_are_sorted_by_cost_and_exported_with_their_reason(cast, manager, trial):
    BackTestMove.objects.filter(enrollment=brightpath(cast)).update(cost=-50)
    rows = manager.get(f"{trial.get_absolute_url()}?order=cost").context["rows"]
    assert [row.move.cost for row in rows] == [-50, 0]
    exported = b"".join(manager.get(f"{trial.get_absolute_url()}?export=csv").streaming_content).decode()
    assert "Missing today: Points, last 12 months: 100 more" in exported
    assert exported.count("\n") == 3


def test_a_scheme_that_cant_work_shows_every_reason_and_tries_nothing(cast, manager):
    impossible = copy.deepcopy(SIMPLE)
    impossible["tiers"][1]["needs"] = {"figure": {"measure": "deals.won", "months": 12}, "between": [50, 40]}
    scheme = make_scheme(
        actor=cast.actor("northwind_manager"), program=cast.northwind.program, partner_type="", name="Bad",
        definition=impossible,
    )  # fmt: skip
    page = manager.post(reverse("console:backtests", args=[scheme.pk]), {"months": "12"})
    assert page.status_code == 422
    assert 'class="wrong" role="alert"' in text(page)
    assert '<option value="12" selected>' in text(page), "nothing typed is lost"
    assert not BackTest.objects.exists()


def test_a_second_trial_while_one_runs_is_refused_on_the_page(cast, manager, scheme):
    try_scheme(actor=cast.actor("northwind_manager"), scheme=scheme)
    page = manager.post(reverse("console:backtests", args=[scheme.pk]), {"months": "24"})
    assert page.status_code == 409
    assert "A trial of this program is running" in text(page)
    assert BackTest.objects.count() == 1


def test_two_trials_stand_side_by_side_with_the_partners_that_they_see_otherwise(cast, manager, scheme, trial):
    BackTestMove.objects.filter(back_test=trial, enrollment=brightpath(cast)).update(slug="gold", name="Gold")
    other = finished(cast, scheme, 2)
    url = reverse("console:backtest-compare", args=[scheme.pk])
    page = manager.get(url, {"trial": [trial.pk, other.pk]})
    (row,) = page.context["differs"]
    assert (row.partner.name, row.one, row.other) == ("Brightpath", "Gold", "Registered")
    for asked in ({}, {"trial": [trial.pk]}, {"trial": ["x", other.pk]}):
        assert "Choose two" in text(manager.get(url, asked))


def test_who_isnt_among_a_trials_moves_keeps_its_tier_in_the_comparison(cast, manager, scheme, trial):
    other = finished(cast, scheme, 2)
    BackTestMove.objects.filter(back_test=other, enrollment=brightpath(cast)).delete()
    page = manager.get(reverse("console:backtest-compare", args=[scheme.pk]), {"trial": [trial.pk, other.pk]})
    (row,) = page.context["differs"]
    assert (row.one, row.other) == ("Registered", "Silver")


def test_a_trial_of_another_version_isnt_found_under_this_one(cast, manager, scheme, trial):
    other = Scheme.objects.exclude(pk=scheme.pk).get(vendor=cast.northwind.vendor)
    assert manager.get(reverse("console:backtest", args=[other.pk, trial.pk])).status_code == 404


@pytest.mark.parametrize("name", ["backtest", "backtests"])
def test_pages_cost_the_same_queries_for_few_rows_and_many(
    cast, manager, scheme, trial, name, django_assert_max_num_queries
):
    url = trial.get_absolute_url() if name == "backtest" else reverse("console:backtests", args=[scheme.pk])
    with django_assert_max_num_queries(12) as few:
        manager.get(url)
    for number in range(20):
        partner = make_partner(f"Other {number}", f"other-{number}")
        enrollment = Enrollment.objects.create(
            vendor=cast.northwind.vendor, program=cast.northwind.program, partner=partner
        )
        move = BackTestMove.objects.filter(back_test=trial).first()
        move.pk, move.enrollment, move.partner = None, enrollment, partner
        move.save()
        if number < 10:
            BackTest.objects.create(
                vendor=trial.vendor, program=trial.program, scheme=scheme, name="Again", definition=trial.definition,
                months=3, on=trial.on, figures=trial.figures, finished_at=timezone.now(),
            )  # fmt: skip
    with django_assert_max_num_queries(12) as many:
        manager.get(url)
    assert len(many) == len(few)


# -- The API


def test_a_trial_is_begun_and_read_over_the_api(cast, scheme):
    api = Api(token_of(cast, "northwind_manager", scopes=SCOPES))
    begun = api.post("scheme-trials/", {"scheme": scheme.pk, "months": 3}, 201)
    assert (begun.json()["state"], begun.json()["result"]) == ("queued", None)
    assert api.post("scheme-trials/", {"scheme": scheme.pk}, 409).json()["code"] == "trial_running"
    queue.work_off()
    path = f"scheme-trials/{begun.json()['id']}/"
    read = api.get(path).json()
    assert (read["state"], read["months_done"], read["currency"]) == ("done", 3, "EUR")
    assert read["result"]["flows"] == [["", "registered", 1], ["silver", "registered", 1]]
    rows = {row["partner"]["name"]: row for row in api.get(f"{path}moves/").json()["results"]}
    assert rows["Brightpath"]["why"] == "Missing today: Points, last 12 months: 100 more"
    assert (rows["Brightpath"]["tier"], rows["Brightpath"]["tier_then"]) == ("silver", "registered")
    assert len(api.get(f"{path}moves/", direction="down").json()["results"]) == 1
    api.get(f"{path}moves/", 422, direction="sideways")


def test_the_api_hides_another_vendors_trials_and_refuses_its_schemes(cast, scheme, trial):
    api = Api(token_of(cast, "halden_manager", scopes=SCOPES))
    assert api.get("scheme-trials/").json()["results"] == []
    api.get(f"scheme-trials/{veil(trial.pk, 'backtest')}/", 404)
    assert api.post("scheme-trials/", {"scheme": scheme.pk}, 422).json()["code"] == "unknown_scheme"
    assert BackTest.objects.count() == 1


def test_a_moved_partner_costs_what_its_page_says(cast, manager, trial):
    BackTestMove.objects.filter(enrollment=brightpath(cast)).update(cost=Decimal("1234.56"), revenue=9000)
    BackTest.objects.filter(pk=trial.pk).update(created_at=timezone.now() - timedelta(days=1))
    row = next(row for row in manager.get(trial.get_absolute_url()).context["rows"] if row.move.cost)
    assert (row.cost, row.revenue) == ("+€1,235", "€9,000")
