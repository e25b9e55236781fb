"""The builder of journeys: beginning, stages and steps by forms, faults at their step, preview, publishing."""

from __future__ import annotations

import json

import pytest
from django.urls import reverse

from onboarding.enums import VersionState
from onboarding.journeys import parse
from onboarding.journeys.starting import starters
from onboarding.models import JourneyVersion
from onboarding.services import begin_journey
from portal.charts.journeys import journey_flow
from tests.onboarding.journeys import journey_of, step


@pytest.fixture
def draft(cast):
    """A draft of Northwind's."""
    return begin_journey(
        actor=cast.actor("northwind_manager"),
        program=cast.northwind.program,
        partner_type="",
        name="Onboarding",
        definition=journey_of(step("one"), step("two", after=["one"])),
    )


def url_of(name, version, *further):
    """Return an address of the builder."""
    return reverse(f"console:{name}", args=[version.pk, *further])


def steps_of(version):
    """Return the steps of the first stage as they are kept."""
    version.refresh_from_db()
    return version.definition["stages"][0]["steps"]


def test_a_journey_begins_from_a_starter_in_one_click(cast, browse):
    client = browse("northwind_manager")
    given = {"program": cast.northwind.program.pk, "partner_type": "reseller", "name": "Resellers"}

    answer = client.post(reverse("console:journey-new"), {**given, "start": "starter:reseller"})

    version = JourneyVersion.objects.get()
    assert answer["Location"] == url_of("journey", version)
    assert version.definition == starters()["reseller"].journey
    assert "Trade register extract" in client.get(answer["Location"]).content.decode()


def test_beginning_where_there_is_a_draft_leads_to_it(cast, browse, draft):
    given = {"program": cast.northwind.program.pk, "partner_type": "", "name": "Another", "start": "empty"}

    page = browse("northwind_manager").post(reverse("console:journey-new"), given)

    assert page.status_code == 409
    assert url_of("journey", draft) in page.content.decode()


def test_a_step_is_added_by_its_kinds_form_and_changed_by_it(browse, draft):
    client = browse("northwind_manager")
    add = url_of("journey-step-add", draft, 0)

    chosen = client.get(add).content.decode()
    client.post(
        f"{add}?kind=form",
        {
            "revision": 0,
            "name": "Bank details",
            "side": "partner",
            "owner": "administrator",
            "minutes": "5",
            "waits": "chosen",
            "after": ["one"],
            "due_days": "7",
            "due_from": "step",
            "remind": "3, 6",
            "escalate": "10",
            "every": "all",
            "op_type": "is",
            "when_type": ["reseller"],
            "set_fields_label_0": "IBAN",
            "set_fields_kind_0": "text",
            "set_fields_required_0": "on",
        },
    )

    assert "kind=form" in chosen
    assert steps_of(draft)[2] == {
        "slug": "bank-details",
        "kind": "form",
        "name": "Bank details",
        "side": "partner",
        "owner": "administrator",
        "minutes": 5,
        "after": ["one"],
        "due": {"days": 7},
        "remind": [3, 6],
        "escalate": 10,
        "when": {"all": [{"fact": "type", "is": ["reseller"]}]},
        "settings": {"fields": [{"field": "own:iban", "kind": "text", "label": "IBAN", "required": True, "help": ""}]},
    }
    shown = client.get(url_of("journey-part", draft, "stages.0.steps.2")).content.decode()
    assert 'value="Bank details"' in shown
    assert 'value="3, 6"' in shown
    assert 'value="own:iban"' in shown


def test_what_was_typed_wrongly_stays_and_nothing_changes(browse, draft):
    page = browse("northwind_manager").post(
        url_of("journey-part", draft, "stages.0.steps.0"),
        {
            "revision": 0,
            "name": "One",
            "side": "partner",
            "waits": "stage",
            "remind": "soon",
            "due_from": "step",
            "every": "all",
        },
    )

    assert page.status_code == 422
    assert 'value="soon"' in page.content.decode()
    assert steps_of(draft)[0] == step("one")


def test_a_stale_form_is_told_so_and_keeps_what_was_typed(browse, draft):
    client, url = browse("northwind_manager"), url_of("journey-part", draft, "stages.0.steps.0")
    typed = {"revision": 0, "name": "First", "side": "partner", "waits": "stage", "due_from": "step", "every": "all"}
    client.post(url, typed)

    page = client.post(url, {**typed, "name": "Mine"})

    assert page.status_code == 409
    assert 'value="Mine"' in page.content.decode()
    assert steps_of(draft)[0]["name"] == "First"


def test_parts_are_moved_and_taken_out_and_a_fault_stands_at_its_step(browse, draft):
    client, move = browse("northwind_manager"), url_of("journey-move", draft)

    client.post(move, {"revision": 0, "do": "down stages.0.steps.0"})
    moved = [each["slug"] for each in steps_of(draft)]
    client.post(move, {"revision": 1, "do": "remove stages.0.steps.1"})
    page = client.get(url_of("journey", draft)).content.decode()

    assert moved == ["two", "one"]
    assert [each["slug"] for each in steps_of(draft)] == ["two"]
    assert page.count("waits for “one”, which isn’t in this journey") == 2
    assert 'href="#stages-0-steps-0"' in page


def test_a_place_that_is_not_there_is_a_conflict_and_no_error(browse, draft):
    client = browse("northwind_manager")

    for do in ("up stages.7", "remove stages.0.steps.9", "down x", "burn stages.0"):
        assert client.post(url_of("journey-move", draft), {"revision": 0, "do": do}).status_code == 409
    assert client.get(url_of("journey-part", draft, "stages.0.steps.9")).status_code == 404


def test_a_stage_is_added_with_what_it_opens(browse, draft):
    client = browse("northwind_manager")

    client.post(url_of("journey-stage-add", draft), {"revision": 0, "name": "Ready", "text": "", "opens": "Deals."})

    draft.refresh_from_db()
    assert draft.definition["stages"][1] == {"slug": "ready", "name": "Ready", "opens": "Deals.", "steps": []}


def test_publishing_says_what_happens_and_refuses_what_cannot_work(browse, draft):
    client = browse("northwind_manager")

    client.post(url_of("journey-publish", draft), {"revision": 0})

    draft.refresh_from_db()
    assert draft.state == VersionState.PUBLISHED

    broken = JourneyVersion.objects.create(
        vendor_id=draft.vendor_id, template=draft.template, number=2, definition=journey_of(step("a", after=["gone"]))
    )
    page = client.post(url_of("journey-publish", broken), {"revision": 0})
    broken.refresh_from_db()
    assert page.status_code == 422
    assert broken.state == VersionState.DRAFT


def test_data_that_is_no_journey_is_refused_with_each_place(browse, draft):
    text = json.dumps({"stages": [{"slug": "a", "name": "A", "steps": [{"slug": "x"}]}]})

    page = browse("northwind_manager").post(url_of("journey-data", draft), {"revision": 0, "text": text})

    assert page.status_code == 422
    assert "stages.0.steps.0.kind" in page.content.decode()
    assert steps_of(draft)[0] == step("one")


def test_the_preview_leaves_out_what_a_type_does_not_need(cast, browse, draft):
    when = {"all": [{"fact": "type", "is": ["msp"]}]}
    JourneyVersion.objects.filter(pk=draft.pk).update(definition=journey_of(step("one"), step("two", when=when)))
    client = browse("northwind_manager")

    assert (
        "Not needed for this type"
        in client.get(url_of("journey-preview", draft), {"type": "reseller"}).content.decode()
    )
    assert (
        "Not needed for this type" not in client.get(url_of("journey-preview", draft), {"type": "msp"}).content.decode()
    )


def test_versions_side_by_side_mark_what_differs(cast, browse, draft):
    other = JourneyVersion.objects.create(
        vendor_id=draft.vendor_id,
        template=draft.template,
        number=2,
        state=VersionState.REPLACED,
        published_at=draft.created_at,
        definition=journey_of(step("one", minutes=5), step("three")),
    )

    text = browse("northwind_manager").get(url_of("journey-compare", draft), {"with": other.pk}).content.decode()

    assert "<mark>" in text
    assert "Three" in text


def test_the_drawing_has_a_box_per_step_and_no_line_that_follows_from_others():
    definition = parse(
        journey_of(step("a"), step("b", after=["a"]), step("c", after=["a", "b"]), step("d", after=["a"]))
    )

    flow = journey_flow(definition)

    assert len(flow.boxes) == 4
    assert len(flow.edges) == 3
    assert {box.x for box in flow.boxes[1::2]} == {flow.boxes[1].x}


def test_a_circle_is_not_drawn():
    assert journey_flow(parse(journey_of(step("a", after=["b"]), step("b", after=["a"])))) is None


def test_another_vendors_draft_is_not_there(browse, draft):
    client = browse("halden_manager")

    assert client.get(url_of("journey", draft)).status_code == 404
    assert client.post(url_of("journey-publish", draft), {"revision": 0}).status_code == 404
    draft.refresh_from_db()
    assert draft.state == VersionState.DRAFT
