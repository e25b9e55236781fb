"""An ideal profile's versions: one draft, one published, rescoring, and what is refused."""

from __future__ import annotations

import pytest
from django.http import Http404

from activity.models import Event
from jobs.queue import work_off
from onboarding.enums import VersionState
from onboarding.fit import ProfileRefused
from onboarding.models import IdealProfile
from onboarding.recruiting import published_profile
from onboarding.services.profiles import begin_profile, change_profile, discard_profile, publish_profile
from onboarding.services.prospects import drop_prospect
from prm.kernel.errors import Conflict, Forbidden
from tests.cast import Cast
from tests.onboarding.recruits import DEFINITION, prospect, publish

pytestmark = pytest.mark.django_db

WEB = {"criteria": [DEFINITION["criteria"][2]]}


def test_publishing_replaces_the_version_before(cast: Cast) -> None:
    first = publish(cast)
    second = publish(cast, WEB)
    assert published_profile(cast.northwind.program) == second
    first.refresh_from_db()
    assert (first.state, second.number) == (VersionState.REPLACED, 2)
    assert {event.kind for event in Event.objects.filter(kind__startswith="ideal_profile.")} == {
        "ideal_profile.begun",
        "ideal_profile.published",
        "ideal_profile.replaced",
    }


def test_publishing_scores_what_is_pursued_and_leaves_the_rest(cast: Cast) -> None:
    kept, dropped = prospect(cast), prospect(cast, "Other")
    drop_prospect(actor=cast.actor("northwind_manager"), prospect=dropped)
    assert kept.score is None
    profile = publish(cast)
    work_off()
    kept.refresh_from_db()
    dropped.refresh_from_db()
    assert (kept.score, kept.profile, dropped.score) == (90, profile, None)
    assert sum(reason["earned"] for reason in kept.reasons) == 90
    publish(cast, WEB)
    work_off()
    kept.refresh_from_db()
    assert (kept.score, kept.reasons[0]["sentence"]) == (0, "Not stated.")


def test_a_job_of_a_version_that_was_replaced_writes_nothing(cast: Cast) -> None:
    kept = prospect(cast)
    publish(cast)
    latest = publish(cast, WEB)
    work_off()
    kept.refresh_from_db()
    assert kept.profile == latest


def test_a_new_draft_begins_with_what_is_published_and_there_is_one(cast: Cast) -> None:
    publish(cast)
    actor, program = cast.actor("northwind_manager"), cast.northwind.program
    draft = begin_profile(actor=actor, program=program)
    assert (draft.definition, draft.number) == (DEFINITION, 2)
    with pytest.raises(Conflict):
        begin_profile(actor=actor, program=program)
    discard_profile(actor=actor, profile=draft, revision=0)
    assert begin_profile(actor=actor, program=program).number == 2


def test_a_draft_may_be_wrong_but_is_not_published(cast: Cast) -> None:
    actor = cast.actor("northwind_manager")
    draft = begin_profile(actor=actor, program=cast.northwind.program)
    before = Event.objects.count()
    with pytest.raises(ProfileRefused, match="at least one criterion"):
        publish_profile(actor=actor, profile=draft, revision=0)
    draft.refresh_from_db()
    assert (draft.state, Event.objects.count()) == (VersionState.DRAFT, before)


def test_a_stale_change_is_refused_and_writes_nothing(cast: Cast) -> None:
    actor = cast.actor("northwind_manager")
    draft = begin_profile(actor=actor, program=cast.northwind.program)
    change_profile(actor=actor, profile=draft, definition=WEB, revision=0)
    with pytest.raises(Conflict):
        change_profile(actor=actor, profile=draft, definition=DEFINITION, revision=0)
    draft.refresh_from_db()
    assert (draft.definition, draft.revision) == (WEB, 1)


def test_who_may_not_publish(cast: Cast) -> None:
    draft = begin_profile(actor=cast.actor("northwind_manager"), program=cast.northwind.program, definition=DEFINITION)
    with pytest.raises(Forbidden):
        publish_profile(actor=cast.actor("northwind_approver"), profile=draft, revision=0)
    for stranger in ("halden_manager", "brightpath_administrator"):
        with pytest.raises(Http404):
            publish_profile(actor=cast.actor(stranger), profile=draft, revision=0)
    assert IdealProfile.objects.get().state == VersionState.DRAFT
