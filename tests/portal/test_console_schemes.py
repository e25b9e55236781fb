"""Tier schemes in the console: begin, build by forms, refuse with all that was typed, compare, publish, take back."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from activity.models import Event
from standing.enums import SchemeState
from standing.models import Scheme, Tier
from standing.services import make_scheme
from tests.standing.conftest import SIMPLE, scheme_of, win  # noqa: F401  (fixtures)


@pytest.fixture
def manager(browse):
    return browse("northwind_manager")


@pytest.fixture
def draft(cast) -> Scheme:
    return make_scheme(
        actor=cast.actor("northwind_manager"),
        program=cast.northwind.program,
        partner_type="",
        name="Next year",
        definition=SIMPLE,
    )


def opened(client: Any, url: str) -> dict[str, str]:
    """Return what a browser would send back of the page's form as it is."""
    response = client.get(url)
    assert response.status_code == 200, url
    return sent_by(response)


def sent_by(response: Any) -> dict[str, Any]:
    context, found = response.context, {}
    for form in [context["form"], *([context["need"]] if context.get("need") else [])]:
        for bound in form:
            value = bound.value()
            if value is True:
                value = "on"
            if value not in {None, False} if not isinstance(value, list) else value:
                found[bound.html_name] = value
    return {**found, "revision": context["revision"], "seen": context.get("seen", "")}


def part(scheme: Scheme, place: str) -> Any:
    scheme.refresh_from_db()
    found = scheme.definition
    for key in place.split("."):
        found = found[int(key) if key.isdecimal() else key]
    return found


def test_a_version_begins_from_a_template_or_from_the_one_before(cast, manager):
    program = cast.northwind.program
    form = {"program": program.pk, "partner_type": "", "name": "Partners 2027", "start": "template:reseller"}
    made = manager.post(reverse("console:scheme-new"), form)
    scheme = Scheme.objects.get()
    assert made.url == scheme.get_absolute_url()
    assert (scheme.number, scheme.state, len(scheme.shape.tiers)) == (1, "draft", 3)
    manager.post(reverse("console:scheme-new"), {**form, "name": "Again", "start": f"version:{scheme.pk}"})
    assert Scheme.objects.get(number=2).definition == scheme.definition
    page = manager.get(reverse("console:schemes")).content.decode()
    assert "Again" in page
    assert "Draft" in page


def test_a_file_that_is_no_scheme_is_refused_with_every_fault_and_nothing_is_made(cast, manager):
    form = {"program": cast.northwind.program.pk, "partner_type": "", "name": "From a file", "start": "file"}
    wrong = SimpleUploadedFile("x.json", json.dumps({"tiers": [{"slug": "A B", "name": ""}], "more": 1}).encode())
    refused = manager.post(reverse("console:scheme-new"), {**form, "file": wrong})
    assert refused.status_code == 422
    text = refused.content.decode()
    assert all(place in text for place in ("tiers.0.slug", "tiers.0.name", "scheme.more"))
    assert 'value="From a file"' in text
    assert not Scheme.objects.exists()


def test_a_rule_is_built_by_choosing_a_source_and_filling_in_a_form(draft, manager):
    add = reverse("console:scheme-part-add", args=[draft.pk, "rules"])
    chosen = manager.get(add).content.decode()
    assert "?of=deal.won" in chosen
    assert "Can be narrowed down by" in chosen
    sent = opened(manager, f"{add}?of=deal.registered")
    sent |= {
        "name": "Registered robots",
        "points": "2,5",
        "cap": "40",
        "cap_period": "month",
        "where_country": "DE, AT",
    }
    sent |= {"times_tag_0": "country", "times_values_0": "AT", "times_factor_0": "2"}
    done = manager.post(f"{add}?of=deal.registered", sent)
    assert done.status_code == 302, done.context["form"].errors
    assert part(draft, "rules.2") == {
        "slug": "registered-robots", "name": "Registered robots", "source": "deal.registered", "points": "2.5",
        "where": {"country": ["DE", "AT"]}, "cap": 40, "cap_period": "month", "expires_months": 12,
        "times": [{"where": {"country": ["AT"]}, "factor": 2}],
    }  # fmt: skip
    again = opened(manager, reverse("console:scheme-part", args=[draft.pk, "rules.2"]))
    assert (again["points"], again["times_factor_0"]) == ("2.5", "2")
    page = manager.get(draft.get_absolute_url()).content.decode()
    assert "2.5 points each" in page
    assert "At most 40 points a month" in page


def test_a_form_that_is_wrong_comes_back_as_typed_and_changes_nothing(draft, manager):
    url = reverse("console:scheme-part", args=[draft.pk, "rules.0"])
    sent = opened(manager, url) | {"name": "Another", "points": "many", "lasting": "expires", "lasting_months": ""}
    refused = manager.post(url, sent)
    assert refused.status_code == 422
    assert set(refused.context["form"].errors) == {"points", "lasting_months"}
    assert 'value="many"' in refused.content.decode()
    assert part(draft, "rules.0.name") == "Won revenue"
    assert not Event.objects.filter(kind="scheme.changed").exists()


def test_a_fault_of_the_scheme_stands_at_its_field(draft, manager):
    url = reverse("console:scheme-part", args=[draft.pk, "rules.0"])
    refused = manager.post(url, opened(manager, url) | {"category": "no_underscore"})
    assert refused.status_code == 422
    assert list(refused.context["form"].errors) == ["category"]


def test_requirements_are_a_nested_list_of_all_and_any(draft, manager):
    silver = reverse("console:scheme-need-add", args=[draft.pk, "tiers.1.needs"])
    sent = opened(manager, f"{silver}?how=or&of=figure:revenue.won") | {"op": "at_least", "low": "250.000"}
    assert manager.post(f"{silver}?how=or&of=figure:revenue.won", sent).status_code == 302
    points = SIMPLE["tiers"][1]["needs"]
    won = {"figure": {"measure": "revenue.won", "months": 12}, "at_least": 250_000}
    assert part(draft, "tiers.1.needs") == {"any": [points, won]}
    inner = reverse("console:scheme-need-add", args=[draft.pk, "tiers.1.needs.any.1"])
    sent = opened(manager, f"{inner}?how=and&of=figure:deals.win_rate") | {"op": "between", "low": "20", "high": "90"}
    manager.post(f"{inner}?how=and&of=figure:deals.win_rate", sent)
    assert part(draft, "tiers.1.needs.any.1.all.1.between") == [20, 90]
    page = manager.get(draft.get_absolute_url()).content.decode()
    assert "One of these" in page
    assert "Won revenue, last 12 months: at least €250,000" in page
    move = reverse("console:scheme-move", args=[draft.pk])
    manager.post(move, {"do": "turn tiers.1.needs", "revision": draft.revision})
    draft.refresh_from_db()
    manager.post(move, {"do": "remove tiers.1.needs.all.1.all.0", "revision": draft.revision})
    rate = {"figure": {"measure": "deals.win_rate", "months": 12}, "between": [20, 90]}
    assert part(draft, "tiers.1.needs") == {"all": [points, rate]}


def test_tiers_are_moved_and_taken_out_and_that_can_be_undone(draft, manager):
    move = reverse("console:scheme-move", args=[draft.pk])
    manager.post(move, {"do": "up tiers.2", "revision": 0})
    assert [each["slug"] for each in part(draft, "tiers")] == ["registered", "gold", "silver"]
    manager.post(move, {"do": "remove tiers.1", "revision": draft.revision})
    assert [each["slug"] for each in part(draft, "tiers")] == ["registered", "silver"]
    manager.post(reverse("console:scheme-undo", args=[draft.pk, draft.revision]))
    assert [each["slug"] for each in part(draft, "tiers")] == ["registered", "gold", "silver"]


def test_a_tier_keeps_its_slug_and_its_requirements_when_its_name_and_benefits_change(draft, manager):
    url = reverse("console:scheme-part", args=[draft.pk, "tiers.1"])
    sent = opened(manager, url) | {"name": "Silver partner", "brings_discount": "17,5", "brings_support_level": ""}
    manager.post(url, sent)
    assert part(draft, "tiers.1") == {
        "slug": "silver", "name": "Silver partner", "needs": SIMPLE["tiers"][1]["needs"],
        "brings": [{"kind": "discount", "value": "17.5"}],
    }  # fmt: skip


def test_who_is_second_keeps_what_was_typed_and_may_save_it_if_its_own_part_is_as_it_was(draft, manager):
    silver = reverse("console:scheme-part", args=[draft.pk, "tiers.1"])
    gold = reverse("console:scheme-part", args=[draft.pk, "tiers.2"])
    mine, same = opened(manager, gold), opened(manager, silver)
    manager.post(silver, opened(manager, silver) | {"name": "Silver first"})
    late = manager.post(gold, mine | {"name": "Gold second"})
    assert late.status_code == 409
    assert 'value="Gold second"' in late.content.decode()
    assert part(draft, "tiers.2.name") == "Gold"
    assert manager.post(gold, sent_by(late)).status_code == 302
    assert part(draft, "tiers.2.name") == "Gold second"
    lost = manager.post(silver, same | {"name": "Silver second"})
    assert lost.status_code == 409
    assert 'value="Silver second"' in lost.content.decode()
    assert manager.post(silver, sent_by(lost)).status_code == 409
    assert part(draft, "tiers.1.name") == "Silver first"


@pytest.mark.parametrize(
    ("section", "of", "typed"),
    [
        ("categories", "", {"name": "Skilling", "most": "40"}),
        ("requirements", "figure:deals.won", {"name": "Sales track", "need-op": "at_least", "need-low": "3"}),
        ("specialisations", "figure:certificates.held",
         {"name": "Fleet software", "months": "24", "need-op": "includes_any", "need-values": "fleet-1, fleet-2"}),
        ("tiers", "", {"name": "Platinum", "brings_discount": "25"}),
    ],
)  # fmt: skip
def test_every_section_takes_a_further_part(draft, manager, section, of, typed):
    url = reverse("console:scheme-part-add", args=[draft.pk, section]) + (f"?of={of}" if of else "")
    before = len(draft.definition.get(section, []))
    done = manager.post(url, opened(manager, url) | typed)
    assert done.status_code == 302, done.context["form"].errors
    assert len(part(draft, section)) == before + 1
    assert draft.shape
    assert typed["name"] in manager.get(draft.get_absolute_url()).content.decode()


def test_a_line_of_a_score_counts_by_steps(draft, manager):
    category = reverse("console:scheme-part-add", args=[draft.pk, "categories"])
    manager.post(category, opened(manager, category) | {"name": "Skilling", "most": "40"})
    line = reverse("console:scheme-part-add", args=[draft.pk, "lines"]) + "?of=figure:people.certified"
    sent = opened(manager, line) | {"name": "Certified people", "category": "skilling", "bands": "2: 10\n5 = 25"}
    done = manager.post(line, sent)
    assert done.status_code == 302, done.context["form"].errors
    assert part(draft, "lines.0.bands") == [[2, 10], [5, 25]]
    manager.post(category, opened(manager, category) | {"name": "Performance", "weight": "0.125"})
    assert part(draft, "categories.1.weight") == "0.125"
    total = reverse("console:scheme-part-add", args=[draft.pk, "totals"])
    manager.post(total, opened(manager, total) | {"name": "Sales track", "categories": ["performance"]})
    assert part(draft, "totals.0.categories") == ["performance"]
    assert "Adds up: Performance." in manager.get(draft.get_absolute_url()).content.decode()
    edit = reverse("console:scheme-part", args=[draft.pk, "categories.1"])
    manager.post(edit, opened(manager, edit))
    assert part(draft, "categories.1.weight") == "0.125"


def test_reviews_are_set_in_a_form_of_their_own(draft, manager):
    url = reverse("console:scheme-part", args=[draft.pk, "review"])
    manager.post(
        url, opened(manager, url) | {"months": "3", "first": "02-15", "warn_days": "45, 15", "grace_days": "20"}
    )
    assert part(draft, "review.warn_days") == [45, 15]
    page = manager.get(draft.get_absolute_url()).content.decode()
    assert "Every 3 months, beginning on February 15" in page or "Every 3 months, beginning on 15 February" in page


def test_data_is_shown_downloaded_and_taken_back(draft, manager):
    url = reverse("console:scheme-data", args=[draft.pk])
    sent = opened(manager, url)
    file = manager.get(reverse("console:scheme-file", args=[draft.pk])).content
    assert json.loads(file)["scheme"] == SIMPLE
    refused = manager.post(url, sent | {"text": '{"tiers": 3}'})
    assert refused.status_code == 422
    assert "tiers: This should be a list." in refused.content.decode()
    assert manager.post(url, sent | {"text": "{"}).status_code == 422
    changed = {**SIMPLE, "tiers": SIMPLE["tiers"][:2]}
    assert manager.post(url, sent | {"text": json.dumps(changed)}).status_code == 302
    assert part(draft, "tiers") == SIMPLE["tiers"][:2]


def test_what_keeps_a_draft_from_being_published_is_said_where_it_stands(draft, manager):
    Scheme.objects.filter(pk=draft.pk).update(
        definition={**SIMPLE, "tiers": [*SIMPLE["tiers"], {"slug": "top", "name": "Top"}]}
    )
    page = manager.get(draft.get_absolute_url()).content.decode()
    assert page.count("needs nothing") == 2
    assert 'href="#tiers-3"' in page
    assert 'id="tiers-3"' in page
    publish = reverse("console:scheme-publish", args=[draft.pk])
    assert "needs nothing" in manager.get(publish).content.decode()
    sent = {"valid_from": timezone.localdate().isoformat(), "revision": 0}
    assert manager.post(publish, sent).status_code == 422
    assert Scheme.objects.get().state == SchemeState.DRAFT


def test_a_draft_that_names_what_is_not_there_is_still_told(draft, manager):
    broken = {
        "rules": [{"slug": "x", "name": "X", "source": "gone", "points": 1, "where": {"odd": ["a"]}}],
        "tiers": [{"slug": "a", "name": "A", "needs": {"all": [
            {"figure": {"measure": "gone"}, "at_least": 1}, {"score": "none", "at_least": 1}, {"ref": "nobody"}]}}],
    }  # fmt: skip
    Scheme.objects.filter(pk=draft.pk).update(definition=broken)
    assert "gone" in manager.get(draft.get_absolute_url()).content.decode()
    for name in ("scheme-preview", "scheme-compare", "scheme-data"):
        assert manager.get(reverse(f"console:{name}", args=[draft.pk])).status_code == 200
    for place in ("rules.0",):
        assert manager.get(reverse("console:scheme-part", args=[draft.pk, place])).status_code == 200
    assert manager.get(reverse("console:scheme-need", args=[draft.pk, "tiers.0.needs.all.0"])).status_code == 200


def test_publishing_says_what_happens_and_can_be_taken_back_before_its_day(draft, manager):
    publish = reverse("console:scheme-publish", args=[draft.pk])
    assert "counts_from" in manager.get(publish).content.decode()
    past = manager.post(publish, {"valid_from": "2020-01-01", "revision": 0})
    assert past.status_code == 422
    assert past.context["form"].errors["valid_from"]
    later = timezone.localdate() + timedelta(days=20)
    assert manager.post(publish, {"valid_from": later.isoformat(), "revision": 5}).status_code == 409
    assert manager.post(publish, {"valid_from": later.isoformat(), "revision": 0}).status_code == 302
    draft.refresh_from_db()
    assert (draft.state, draft.valid_from) == ("published", later)
    assert not Tier.objects.filter(slug="gold", partner_type="", program=draft.program, rank=3).exists()
    edit = reverse("console:scheme-part", args=[draft.pk, "tiers.1"])
    assert manager.get(edit).status_code == 409
    manager.post(reverse("console:scheme-withdraw", args=[draft.pk]))
    draft.refresh_from_db()
    assert draft.state == "draft"
    manager.post(reverse("console:scheme-discard", args=[draft.pk]))
    assert manager.get(reverse("console:schemes")).context["ladders"] == []


def test_two_versions_side_by_side_mark_what_is_different(cast, draft, manager, scheme_of):  # noqa: F811
    changed = json.loads(json.dumps(SIMPLE))
    changed["tiers"][2]["needs"]["all"][0]["at_least"] = 400
    changed["rules"].pop()
    Scheme.objects.filter(pk=draft.pk).update(definition=changed, number=2)
    first = scheme_of()
    page = manager.get(reverse("console:scheme-compare", args=[draft.pk]))
    assert page.context["other"] == first
    text = page.content.decode()
    assert "<mark>\u2003Points, last 12 months: at least 400</mark>" in text
    assert "not there" in text
    assert "Silver" not in text
    assert "Silver" in manager.get(reverse("console:scheme-compare", args=[draft.pk]) + "?all=on").content.decode()


def test_the_preview_shows_a_partner_its_own_figures(cast, draft, manager, scheme_of, win):  # noqa: F811
    Scheme.objects.filter(pk=draft.pk).update(number=2)
    scheme_of()
    win(120_000)
    url = reverse("console:scheme-preview", args=[draft.pk])
    plain = manager.get(url)
    assert [step.name for step in plain.context["steps"]] == ["Gold", "Silver", "Registered"]
    assert "Reached" not in plain.content.decode()
    shown = manager.get(f"{url}?partner=brightpath")
    assert shown.context["tier"] == "Silver"
    assert "now 130 points" in shown.content.decode()
    assert manager.get(f"{url}?partner=isle").status_code == 404


def test_the_other_vendor_finds_none_of_it(draft, browse):
    halden = browse("halden_manager")
    for name in ("scheme", "scheme-data", "scheme-file", "scheme-preview", "scheme-compare", "scheme-publish"):
        assert halden.get(reverse(f"console:{name}", args=[draft.pk])).status_code == 404
    assert "Next year" not in halden.get(reverse("console:schemes")).content.decode()
