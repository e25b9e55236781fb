"""The desk's list of partners: kept to a stage of life, and sorted by tier and last registration."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from partners.enums import EnrollmentStatus, LifeStage
from partners.models import Enrollment

PARTNERS = reverse("desk:partner-list")


def rows(client, query=""):
    return client.get(f"{PARTNERS}?{query}").context["rows"]


def shown(client, query=""):
    return [row.partner.name for row in rows(client, query)]


@pytest.fixture
def stages(cast):
    """Brightpath sells, Kappel has been silent for long, Isle has left."""
    cast.register()
    Enrollment.objects.filter(pk=cast.enrollments["kappel_northwind"].pk).update(
        enrolled_at=timezone.now() - timedelta(days=100)
    )
    return cast


def test_a_stages_partners_are_those_that_the_list_shows_in_it(stages, browse):
    client = browse("northwind_manager")
    told = {row.partner.name: row.stage.stage for row in rows(client)}
    assert set(told.values()) == {LifeStage.GROW, LifeStage.AT_RISK, LifeStage.RETIRED}
    for stage in LifeStage:
        assert shown(client, f"stage={stage}") == sorted(name for name, each in told.items() if each == stage)


@pytest.mark.parametrize(("days", "stage"), [(29, LifeStage.ONBOARD), (32, LifeStage.AT_RISK)])
def test_onboarding_that_lasts_too_long_is_at_risk(stages, browse, days, stage):
    enrolled = Enrollment.objects.filter(pk=stages.enrollments["kappel_northwind"].pk)
    enrolled.update(status=EnrollmentStatus.ONBOARDING, enrolled_at=timezone.now() - timedelta(days=days))
    client = browse("northwind_manager")
    kappel = stages.kappel.name
    assert {row.partner.name: row.stage.stage for row in rows(client)}[kappel] == stage
    assert kappel in shown(client, f"stage={stage}")


def test_who_has_no_tier_or_never_registered_comes_last_in_both_directions(stages, browse):
    client = browse("northwind_manager")
    for order in ("tier", "-tier", "last", "-last"):
        assert shown(client, f"order={order}")[0] == stages.brightpath.name
