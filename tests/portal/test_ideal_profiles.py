"""Ideal profiles in the console: built without JavaScript, previewed, compared, weights asked for and taken over."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from onboarding.enums import VersionState
from onboarding.models import IdealProfile, WeightFit
from onboarding.services.profiles import begin_profile, change_profile
from tests.cast import Cast
from tests.onboarding.recruits import DEFINITION, publish

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(cast: Cast, client: Client) -> Client:
    """Return Northwind's manager's browser."""
    client.force_login(cast.people["northwind_manager"])
    return client


def draft_of(cast: Cast) -> IdealProfile:
    """Begin a draft."""
    return begin_profile(actor=cast.actor("northwind_manager"), program=cast.northwind.program, definition=DEFINITION)


def test_a_profile_is_built_from_nothing_and_published(cast: Cast, manager: Client) -> None:
    manager.post(reverse("console:ideal-profile-new"), {"program": cast.northwind.program.pk})
    draft = IdealProfile.objects.get()
    page = manager.get(reverse("console:ideal-profile", args=[draft.pk])).content.decode()
    assert "A profile needs at least one criterion." in page
    add = reverse("console:ideal-criterion-add", args=[draft.pk])
    manager.post(
        f"{add}?of=industries",
        {
            "name": "Branches",
            "weight": "12,5",
            "values": ["energy", "food"],
            "needed": "2",
            "partial": "on",
            "revision": "0",
        },
    )
    draft.refresh_from_db()
    assert draft.definition["criteria"] == [
        {
            "slug": "branches",
            "name": "Branches",
            "kind": "industries",
            "weight": "12.5",
            "values": ["energy", "food"],
            "needed": 2,
            "partial": True,
        }
    ]
    manager.post(reverse("console:ideal-profile-publish", args=[draft.pk]), {"revision": "1"})
    draft.refresh_from_db()
    assert draft.state == VersionState.PUBLISHED


def test_a_criterion_is_changed_moved_and_taken_out(cast: Cast, manager: Client) -> None:
    draft = draft_of(cast)
    edit = reverse("console:ideal-criterion", args=[draft.pk, 0])
    assert "Managed service provider" in manager.get(edit).content.decode()
    manager.post(edit, {"name": "Kind", "weight": "8", "values": ["msp"], "revision": "0"})
    move = reverse("console:ideal-profile-move", args=[draft.pk])
    manager.post(move, {"do": "down 0", "revision": "1"})
    manager.post(move, {"do": "remove 2", "revision": "2"})
    draft.refresh_from_db()
    assert [each["slug"] for each in draft.definition["criteria"]] == ["where", "kind"]
    assert draft.definition["criteria"][1]["values"] == ["msp"]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"weight": "0"}, "A weight is above zero"),
        ({"values": []}, "This field is required"),
        ({"name": ""}, "required"),
    ],
)
def test_bad_input_is_told_and_nothing_typed_is_lost(
    cast: Cast, manager: Client, typed: dict[str, object], words: str
) -> None:
    draft = draft_of(cast)
    data = {"name": "Kinds of ours", "weight": "8", "values": ["msp"], "revision": "0", **typed}
    answer = manager.post(reverse("console:ideal-criterion", args=[draft.pk, 0]), data)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    draft.refresh_from_db()
    assert draft.definition == DEFINITION


def test_a_stale_form_comes_back_with_what_was_typed(cast: Cast, manager: Client) -> None:
    draft = draft_of(cast)
    less = {"criteria": DEFINITION["criteria"][:2]}
    change_profile(actor=cast.actor("northwind_manager"), profile=draft, definition=less, revision=0)
    data = {"name": "Typed meanwhile", "weight": "8", "values": ["msp"], "revision": "0"}
    answer = manager.post(reverse("console:ideal-criterion", args=[draft.pk, 0]), data)
    assert answer.status_code == 409
    assert "Typed meanwhile" in answer.content.decode()
    draft.refresh_from_db()
    assert draft.definition == less


def test_todays_partners_are_scored_beside_the_published_version(cast: Cast, manager: Client) -> None:
    publish(cast)
    draft = begin_profile(
        actor=cast.actor("northwind_manager"),
        program=cast.northwind.program,
        definition={"criteria": [DEFINITION["criteria"][1]]},
    )
    page = manager.get(reverse("console:ideal-partners", args=[draft.pk])).content.decode()
    assert "<b>100</b>" in page  # in Germany: all that the draft asks
    assert "(+70)" in page  # 30 by the version that is published
    assert "Isle" not in page  # retired here
    compared = manager.get(reverse("console:ideal-compare", args=[draft.pk])).content.decode()
    assert "not there" in compared


def test_weights_are_shown_beside_the_present_ones_and_taken_over(cast: Cast, manager: Client) -> None:
    profile = publish(cast)
    weights = reverse("console:ideal-weights", args=[profile.pk])
    manager.post(weights, {"months": "24"})
    assert WeightFit.objects.get().job is not None
    fit = WeightFit.objects.create(
        vendor=cast.northwind.vendor,
        profile=profile,
        sample=40,
        explained="0.4200",
        penalty=1,
        weights={"kind": 850, "where": 0},
        finished_at=timezone.now() - timedelta(minutes=1),
    )
    page = manager.get(weights).content.decode()
    assert "explains 42 % of the differences" in page
    assert "+2.50" in page
    assert "all alike" in page
    manager.post(reverse("console:ideal-take-over", args=[profile.pk, fit.pk]))
    draft = IdealProfile.objects.get(state=VersionState.DRAFT)
    assert [(each.slug, each.weight) for each in draft.shape.criteria] == [("kind", 8.5), ("web", 1)]


def test_who_is_no_manager_gets_403_and_strangers_404(cast: Cast, client: Client) -> None:
    draft = draft_of(cast)
    url = reverse("console:ideal-profile", args=[draft.pk])
    for persona, status in (("northwind_approver", 403), ("halden_manager", 404)):
        client.force_login(cast.people[persona])
        assert client.get(url).status_code == status
