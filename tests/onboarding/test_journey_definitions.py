"""Journeys as data: what is read, what is refused and with which sentence, and how versions are written."""

from __future__ import annotations

from typing import Any

import pytest

from activity.models import Event
from onboarding.enums import VersionState
from onboarding.journeys import check, parse
from onboarding.journeys.duration import expected_days
from onboarding.journeys.editing import shifted
from onboarding.journeys.faults import JourneyRefused
from onboarding.journeys.starting import starters
from onboarding.models import JourneyTemplate, JourneyVersion
from onboarding.services import begin_journey, change_journey, discard_journey, faults_of, publish_journey
from prm.kernel.errors import Conflict, Forbidden
from tests.onboarding.journeys import journey_of, step


def refusal(definition: Any) -> list[tuple[str, str]]:
    """Return every fault of a definition: its place and sentence."""
    with pytest.raises(JourneyRefused) as refused:
        check(parse(definition))
    return [(fault.place, fault.message) for fault in refused.value.faults]


def only(definition: Any) -> tuple[str, str]:
    """Return the one fault of a definition."""
    (fault,) = refusal(definition)
    return fault


@pytest.mark.parametrize("slug", list(starters()))
def test_a_starter_works_as_it_is(slug):
    definition = parse(starters()[slug].journey)

    check(definition)

    assert expected_days(definition) > 20
    assert "first-deal" in definition.step


def test_a_step_without_after_waits_for_the_whole_stage_before_and_the_first_stage_for_nothing():
    definition = parse(
        {
            "stages": [
                {"slug": "a", "name": "A", "steps": [step("one"), step("two")]},
                {
                    "slug": "b",
                    "name": "B",
                    "steps": [step("three"), step("four", after=["one"]), step("five", after=[])],
                },
            ]
        }
    )

    assert definition.waits == {
        "one": (), "two": (), "three": ("one", "two"), "four": ("one",), "five": (),
    }  # fmt: skip


def test_a_circle_is_named_step_by_step():
    place, sentence = only(journey_of(step("a"), step("b", after=["c"]), step("c", after=["b"])))

    assert place == "stages.0.steps.1.after"
    assert sentence.startswith("These steps wait for each other in a circle: “B” → “C” → “B”.")


def test_a_step_that_waits_for_itself_is_a_circle():
    assert "“A” → “A”" in only(journey_of(step("a", after=["a"])))[1]


def test_a_step_after_an_unknown_one_is_refused_with_its_name():
    place, sentence = only(journey_of(step("a", after=["gone"])))

    assert place == "stages.0.steps.0.after"
    assert sentence == "“A” waits for “gone”, which isn’t in this journey: it would never open."


def test_no_stage_and_a_stage_without_steps_are_refused():
    assert only({}) == ("stages", "A journey needs at least one stage with a step in it.")
    assert only({"stages": [{"slug": "a", "name": "Empty", "steps": []}]})[1].startswith(
        "The stage “Empty” has no step"
    )


def test_a_name_that_is_there_twice_is_refused_at_each_place():
    faults = refusal(journey_of(step("a"), step("a")))

    assert [place for place, _sentence in faults] == ["stages.0.steps.0", "stages.0.steps.1"]


def test_an_unknown_kind_names_those_that_there_are():
    place, sentence = only(journey_of(step("a", "sorcery")))

    assert place == "stages.0.steps.0.kind"
    assert "“sorcery”" in sentence
    assert "task" in sentence


def test_a_kind_on_the_wrong_side_is_refused():
    assert only(journey_of(step("a", "approval", side="partner")))[0] == "stages.0.steps.0.side"


def test_a_missing_setting_is_refused_at_its_place():
    place, sentence = only(journey_of(step("a", "agreement")))

    assert place == "stages.0.steps.0.settings.template"
    assert "missing" in sentence


def test_an_owner_of_the_other_side_is_refused():
    assert only(journey_of(step("a", side="partner", owner="finance")))[0] == "stages.0.steps.0.owner"


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ({"fact": "moon", "is": ["full"]}, "Nothing called “moon” is known"),
        ({"fact": "type", "is": ["wizard"]}, "is never “wizard”"),
        ({"fact": "type", "at_least": 3}, "is no number"),
        ({"fact": "fit", "is": ["70"]}, "is a number"),
    ],
)
def test_a_condition_that_cannot_be_asked_is_refused(condition, words):
    place, sentence = only(journey_of(step("a"), step("b", when={"all": [condition]})))

    assert place == "stages.0.steps.1.when"
    assert words in sentence


def test_a_journey_of_conditions_alone_might_be_nothing_and_is_refused():
    assert "would be over at once" in only(journey_of(step("a", when={"all": [{"fact": "type", "is": ["msp"]}]})))[1]


def test_what_is_unreadable_is_refused_with_every_place():
    faults = dict(refusal(journey_of(step("a", due={"days": 0}, colour="red", minutes="ten"))))

    assert set(faults) == {
        "stages.0.steps.0.due.days", "stages.0.steps.0.colour", "stages.0.steps.0.minutes",
    }  # fmt: skip


@pytest.mark.parametrize(
    "definition", [None, [], "stages", {"stages": "x"}, {"stages": [1]}, {"stages": [{"steps": 3}]}]
)
def test_what_is_no_journey_at_all_is_refused_rather_than_breaking(definition):
    assert refusal(definition)


def test_conditions_hold_by_value_by_any_of_a_list_and_by_size():
    definition = parse(
        journey_of(
            step("a"),
            step("b", when={"any": [{"fact": "services", "is": ["training"]}, {"fact": "fit", "at_least": 70}]}),
            step("c", when={"all": [{"fact": "type", "is_not": ["msp"]}]}),
        )
    )
    when = definition.step["b"].when

    assert when.holds({"services": ["resale", "training"]})
    assert when.holds({"services": [], "fit": 70})
    assert not when.holds({"services": ["resale"], "fit": 69.5})
    assert not when.holds({})
    assert definition.step["c"].when.holds({"type": "reseller"})
    assert not definition.step["c"].when.holds({"type": "msp"})


def test_the_longest_way_through_counts_waits_and_days_from_the_start():
    definition = parse(
        journey_of(
            step("a", due={"days": 5}),
            step("b", "wait", after=["a"], settings={"days": 10}),
            step("c", after=["b"], due={"days": 12, "from": "start"}),
            step("d", after=[], due={"days": 9}),
        )
    )

    assert expected_days(definition) == 15


def test_a_step_at_the_edge_moves_over_to_the_stage_beside_it():
    data = {
        "stages": [
            {"slug": "a", "name": "A", "steps": [step("one"), step("two")]},
            {"slug": "b", "name": "B", "steps": [step("three")]},
        ]
    }

    moved = shifted(data, "stages.0.steps.1", 1)

    assert [[each["slug"] for each in stage["steps"]] for stage in moved["stages"]] == [["one"], ["two", "three"]]
    assert len(data["stages"][0]["steps"]) == 2


# -- Versions


def begun(cast, definition=None, **more):
    """Begin a draft for Northwind."""
    given = {"partner_type": "", "name": "Onboarding", "definition": definition or journey_of(step("a")), **more}
    return begin_journey(actor=cast.actor("northwind_manager"), program=cast.northwind.program, **given)


def test_publishing_replaces_the_version_before_and_leaves_it_as_it_was(cast):
    manager = cast.actor("northwind_manager")
    first = publish_journey(actor=manager, version=begun(cast), revision=0)
    second = begun(cast, journey_of(step("b")))

    publish_journey(actor=manager, version=second, revision=0)

    first.refresh_from_db()
    assert (first.state, first.number, first.definition) == (VersionState.REPLACED, 1, journey_of(step("a")))
    assert JourneyVersion.objects.get(pk=second.pk).number == 2
    assert Event.objects.filter(kind="journey_version.published").count() == 2


def test_a_draft_that_cannot_work_is_kept_but_not_published_and_nothing_changes(cast):
    version = begun(cast, journey_of(step("a", after=["gone"])))
    events = Event.objects.count()

    with pytest.raises(JourneyRefused):
        publish_journey(actor=cast.actor("northwind_manager"), version=version, revision=0)

    version.refresh_from_db()
    assert version.state == VersionState.DRAFT
    assert Event.objects.count() == events


def test_an_agreement_step_needs_a_published_text_of_the_same_program(cast):
    version = begun(cast, journey_of(step("sign", "agreement", settings={"template": "partner-agreement"})))

    (fault,) = faults_of(version)

    assert fault.place == "stages.0.steps.0.settings.template"
    assert "nothing to sign" in fault.message


def test_somebody_elses_change_meanwhile_is_a_conflict(cast):
    manager, version = cast.actor("northwind_manager"), begun(cast)
    change_journey(actor=manager, version=version, definition=journey_of(step("b")), revision=0)

    with pytest.raises(Conflict):
        change_journey(actor=manager, version=version, definition=journey_of(step("c")), revision=0)

    version.refresh_from_db()
    assert version.definition == journey_of(step("b"))


def test_a_published_version_never_changes(cast):
    manager = cast.actor("northwind_manager")
    version = publish_journey(actor=manager, version=begun(cast), revision=0)

    with pytest.raises(Conflict):
        change_journey(actor=manager, version=version, definition=journey_of(step("b")), revision=version.revision)


def test_a_second_draft_is_refused_and_the_first_one_is_shown(cast):
    first = begun(cast)

    with pytest.raises(Conflict) as refused:
        begun(cast)

    assert refused.value.fresh == first


def test_only_managers_write_journeys(cast):
    with pytest.raises(Forbidden):
        begin_journey(
            actor=cast.actor("northwind_approver"), program=cast.northwind.program, partner_type="", name="Mine"
        )

    assert not JourneyTemplate.objects.exists()


def test_discarding_the_only_draft_takes_its_template_with_it(cast):
    version = begun(cast)

    discard_journey(actor=cast.actor("northwind_manager"), version=version, revision=0)

    assert not JourneyTemplate.objects.exists()
    assert Event.objects.filter(kind="journey_version.discarded").exists()
