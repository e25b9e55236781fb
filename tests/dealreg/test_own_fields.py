"""The program's own fields: written in the console, answered in registrations, kept from whom they are none of."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from jsonschema import Draft202012Validator

from accounts.identities import Identity
from activity.models import Event
from dealreg.engagement import Facts, PolicyRefused, check, judge, parse
from dealreg.models import Deal, DealDraft, Policy
from dealreg.own_fields import answers_in, asked_of
from dealreg.rulings import known_of
from dealreg.services import judge_deal
from dealreg.services.taking_over import OldRegistration, take_over_deal
from prm.kernel.actors import system
from prm.kernel.errors import RuleViolation
from tests.api_client import Api, token_of
from tests.dealreg.engaged import CLAUSES, engage
from tests.portal.test_console_policies import begun, part
from tests.portal.test_partner_register import URL, filled, pdf

FIELDS = [
    {"slug": "hosting", "label": "Hosting", "kind": "choice", "choices": ["Cloud", "On site"], "need": "always"},
    {"slug": "modules", "label": "Modules", "kind": "choices", "choices": ["A", "B", "C"]},
    {"slug": "power", "label": "Power", "kind": "number", "unit": "kW", "least": "1.00", "most": "500.00"},
    {"slug": "budget", "label": "Budget", "kind": "money"},
    {"slug": "start", "label": "Start", "kind": "date", "need": "submit"},
    {"slug": "tender", "label": "Public tender?", "kind": "yes_no"},
    {"slug": "buyer", "label": "Buyer", "kind": "email"},
    {"slug": "plan", "label": "Site plan", "kind": "file", "need": "submit", "families": ["robots"]},
    {"slug": "reach", "label": "Reach in mm", "kind": "text", "need": "submit", "families": ["robots"]},
    {"slug": "sensors", "label": "How many lines?", "kind": "text", "need": "submit", "families": ["sensors"]},
    {"slug": "risk", "label": "Credit risk", "kind": "choice", "choices": ["Low", "High"], "audience": "vendor"},
    {"slug": "floor", "label": "Floor price", "kind": "money", "audience": "approver"},
]
ANSWERS = {"hosting": "Cloud", "start": "2027-03-01", "reach": "1800"}
TYPED = {"own_hosting": "Cloud", "own_start": "1.3.2027", "own_reach": "1800"}
SEGMENTS = [
    {
        "slug": "cloud",
        "name": "Cloud",
        "lead": "direct",
        "clause": "1.3",
        "when": {"answers": [{"field": "hosting", "values": ["Cloud"]}]},
    },
    {"slug": "rest", "name": "Everybody else", "lead": "partner", "clause": "1.1"},
]


@pytest.fixture
def asking(cast) -> Policy:
    """Northwind's rules in force with own fields."""
    return engage(cast.northwind.policy, {"fields": FIELDS})


def attached(cast, browse, fields):
    """A browser, and a form whose site plan is attached already."""
    client = browse("brightpath_sales")
    client.post(reverse("portal:draft-file-add", args=[fields["submission"]]), {**fields, "own_plan": pdf("plan.pdf")})
    return client


def test_answers_are_asked_kept_in_drafts_submitted_shown_changed_and_exported(cast, asking, browse):
    fields = filled(cast, **TYPED, own_modules=["A", "C"], own_power="12,5", own_budget="40.000", own_tender="yes")
    client = attached(cast, browse, fields)
    draft = DealDraft.objects.get()
    assert draft.content["own_modules"] == ["A", "C"]
    page = client.get(draft.get_absolute_url()).content.decode()
    for shown in ("What Northwind Robotics asks besides", "In kW.", "Needed with Robots.", "plan.pdf", 'value="12,5"'):
        assert shown in page
    assert page.count("checked") >= 3
    for hidden in ("Credit risk", "Floor price"):
        assert hidden not in page
    answer = client.post(URL, fields, follow=True)
    deal = Deal.objects.get()
    assert deal.answers == {**ANSWERS, "modules": ["A", "C"], "power": "12.5", "budget": "40000", "tender": "yes"}
    assert [file.field for file in deal.files.all()] == ["plan"]
    text = answer.content.decode()
    for shown in ("12.5 kW", "€40,000", "1 March 2027", "A, C", "Site plan"):
        assert shown in text
    edit = {
        "revision": 0,
        "stage": "proposal",
        "value": "162000",
        "close_date": fields["close_date"],
        "contact_name": "Ines",
    }
    refused = client.post(reverse("portal:deal-edit", args=[deal.reference]), {**edit, "own_hosting": ""})
    assert refused.status_code == 422
    assert "“Hosting” is needed." in refused.content.decode()
    changed = client.post(reverse("portal:deal-edit", args=[deal.reference]), {**edit, "own_hosting": "On site"})
    assert changed.status_code == 302
    deal.refresh_from_db()
    assert deal.answers == {"hosting": "On site"}
    exported = client.get(reverse("portal:deal-list") + "?export=csv").getvalue().decode()
    assert "Hosting: On site" in exported


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("own_hosting", "", "This field is required"),
        ("own_hosting", "Moon", "valid choice"),
        ("own_modules", ["A", "Z"], "Z is not one of the available choices"),
        ("own_power", "501", "At most 500."),
        ("own_power", "0.5", "At least 1."),
        ("own_power", "much", "is not an amount"),
        ("own_start", "soon", "not a date"),
        ("own_buyer", "nobody", "valid email"),
        ("own_reach", "", "“Reach in mm” is needed."),
    ],
)
def test_bad_answer_gets_its_message_at_the_field_and_loses_nothing(cast, asking, browse, field, value, message):
    fields = filled(cast, **{**TYPED, field: value})
    answer = attached(cast, browse, fields).post(URL, fields)
    assert answer.status_code == 422
    text = answer.content.decode()
    assert message in text
    assert f'id="id_{field}_error"' in text
    assert "A visit in May." in text
    assert not Deal.objects.exists()
    assert DealDraft.objects.get().content[field] == value


def test_file_that_is_wanted_is_demanded_only_with_its_products(cast, asking, browse):
    client = browse("brightpath_sales")
    refused = client.post(URL, filled(cast, **TYPED))
    assert "“Site plan” is needed." in refused.content.decode()
    sensors = {"lines-0-product": cast.northwind.sensor.pk, "own_reach": "", "own_sensors": "4"}
    assert client.post(URL, filled(cast, **{**TYPED, **sensors})).status_code == 302
    with_file = {**filled(cast, **TYPED), "own_plan": SimpleUploadedFile("plan.pdf", b"%PDF-1.7 a plan")}
    assert client.post(URL, with_file).status_code == 302


def test_vendor_fills_in_its_own_and_only_approvers_read_theirs(cast, asking, browse):
    deal = cast.register(answers=ANSWERS, submission=None)
    url = reverse("desk:deal-fields", args=[deal.reference])
    finance, approver, partner = browse("northwind_finance"), browse("northwind_approver"), browse("brightpath_sales")
    assert "Floor price" not in finance.get(url).content.decode()
    assert approver.post(url, {"own_risk": "Low", "own_floor": "nine"}).status_code == 422
    assert approver.post(url, {"own_risk": "High", "own_floor": "90000"}).status_code == 302
    assert finance.post(url, {"own_risk": "Low", "own_floor": "1"}).status_code == 302
    deal.refresh_from_db()
    assert (deal.desk_answers, deal.approver_answers) == ({"risk": "Low"}, {"floor": "90000"})
    page = {
        name: client.get(deal.get_desk_url()).content.decode() for name, client in (("fin", finance), ("app", approver))
    }
    assert "Credit risk" in page["fin"]
    assert "Floor price" not in page["fin"]
    assert "€90,000" in page["app"]
    theirs = partner.get(deal.get_absolute_url()).content.decode()
    assert "Hosting" in theirs
    assert "Credit risk" not in theirs
    assert "filled in" not in theirs
    rules = partner.get(reverse("portal:engagement"), {"version": asking.pk}).content.decode()
    assert "Hosting" in rules
    assert "Credit risk" not in rules
    assert Event.objects.filter(kind="deal.filled_in").count() == 2


def test_api_describes_takes_and_refuses_answers(cast, asking):
    partner, vendor = Api(token_of(cast, "brightpath_sales")), Api(token_of(cast, "northwind_finance"))
    program = cast.northwind.program.pk
    schema = partner.get(f"programs/{program}/fields/").json()
    assert "risk" not in schema["properties"]
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(ANSWERS)
    assert "risk" not in str(partner.get(f"programs/{program}/rules/").json())
    body = {
        "enrollment": cast.enrollments["brightpath_northwind"].pk,
        "customer_name": "Otter Mills Ltd",
        "customer_country": "DE",
        "lines": [{"product": cast.northwind.robot.pk, "quantity": 1}],
        "close_date": (timezone.localdate() + timedelta(days=30)).isoformat(),
    }
    for answers, field in (
        ({}, "answers.hosting"),
        ({**ANSWERS, "power": 1.125}, "answers.power"),
        ({**ANSWERS, "hosting": {"a": 1}}, "answers.hosting"),
        ({**ANSWERS, "risk": "Low"}, ""),
    ):
        problem = partner.post("deals/", {**body, "answers": answers}, 422).json()
        assert field in str(problem)
    made = partner.post("deals/", {**body, "answers": {**ANSWERS, "tender": True, "power": 12.5}}, 201)
    deal = made.json()
    assert deal["answers"] == {**ANSWERS, "tender": "yes", "power": "12.5"}
    tag = made["ETag"]
    changed = partner.patch(f"deals/{deal['reference']}/", {"answers": {"tender": None}}, If_Match=tag).json()
    assert changed["answers"] == {**ANSWERS, "power": "12.5"}
    Deal.objects.update(desk_answers={"risk": "Low"}, approver_answers={"floor": "1"})
    desk = vendor.get(f"deals/{deal['reference']}/").json()["desk"]
    assert (desk["answers"], desk["approver_answers"]) == ({"risk": "Low"}, {})


def test_segments_depend_on_answers_and_the_ruling_keeps_them(cast, asking):
    definition = {"fields": FIELDS, "segments": SEGMENTS}
    engage(cast.northwind.policy, definition)
    deal = cast.register(answers=ANSWERS, submission=None)
    ruling = judge_deal(actor=system(deal.vendor_id), deal=deal)
    assert (ruling.segment, ruling.sentence["code"]) == ("Cloud", "lead_direct")
    assert "hosting=Cloud" in ruling.facts["answers"]
    shape = parse(definition)
    assert judge(shape, ruling.stated) == ruling.judged
    assert judge(shape, replace(ruling.stated, answers=("hosting=On site",))).segment == "Everybody else"
    approving = {**definition, "automation": {"approve": {"on": True, "clause": "2.4"}}}
    unsure = judge(parse(approving), Facts(country="DE", value="10.00"))
    assert (unsure.sentence.code, unsure.sentence.facts["fields"]) == ("unsure", ["own:hosting"])


@pytest.mark.parametrize(
    ("field", "message"),
    [
        ({"kind": "choice", "choices": ["One"]}, "at least two choices"),
        ({"kind": "text", "choices": ["One", "Two"]}, "takes no choices"),
        ({"kind": "text", "unit": "kW"}, "only a number"),
        ({"kind": "number", "least": "5", "most": "3"}, "above the most"),
        ({"kind": "text", "audience": "vendor", "need": "submit"}, "doesn’t see"),
        ({"kind": "file", "audience": "approver"}, "both sides see"),
        ({"kind": "text", "families": ["rockets"]}, "none of your product families"),
        ({"kind": "text", "slug": "hosting"}, "is there twice"),
    ],
)
def test_field_that_cannot_work_is_refused_with_the_reason(cast, field, message):
    cast.northwind.policy.clauses = CLAUSES
    made = {"slug": "new", "label": "New", **field}
    known = known_of(cast.actor("northwind_manager"), cast.northwind.policy)
    with pytest.raises(PolicyRefused) as refused:
        check(parse({"fields": [FIELDS[0], made]}), known)
    assert message in " ".join(str(fault.message) for fault in refused.value.faults)


def test_manager_writes_fields_in_the_console_and_a_retired_one_stays_readable(cast, asking, browse):
    deal = cast.register(answers=ANSWERS, submission=None)
    manager = browse("northwind_manager")
    draft = begun(manager, cast)
    new = {"label": "Line speed", "kind": "number", "need": "no", "audience": "both", "unit": "m/s", "least": "0,5"}
    assert part(manager, draft, "fields.new", **new, families=["robots"]).status_code == 302
    wrong = part(manager, draft, "fields.new", **{**new, "kind": "dream", "label": "Kept as typed"})
    assert wrong.status_code == 422
    assert "Kept as typed" in wrong.content.decode()
    move = reverse("console:policy-move", args=[draft.pk])
    assert manager.post(move, {"do": "remove fields.0", "revision": 1}).status_code == 302
    assert manager.post(move, {"do": "up fields.11", "revision": 2}).status_code == 302
    draft.refresh_from_db()
    assert [each["slug"] for each in draft.definition["fields"]][-2:] == ["line-speed", "floor"]
    page = manager.get(reverse("console:policy", args=[draft.pk])).content.decode()
    assert "Only with: Robots." in page
    Policy.objects.filter(pk=asking.pk).update(valid_from=timezone.localdate() - timedelta(days=9))
    Policy.objects.filter(pk=draft.pk).update(valid_from=timezone.localdate() - timedelta(days=1))
    assert "Hosting" in browse("brightpath_sales").get(deal.get_absolute_url()).content.decode()
    assert "own_hosting" not in browse("brightpath_sales").get(URL).content.decode()


def test_list_of_old_registrations_answers_by_headings(cast, asking):
    cells = {"Hosting": "on site", "modules": "A; C", "Public tender?": "Yes", "Power": "12", "Their own": "kept aside"}
    fields = asked_of(asking.shape.fields)
    found = answers_in(fields, cells)
    assert found == {"hosting": "On site", "modules": ["A", "C"], "tender": "yes", "power": "12"}
    with pytest.raises(RuleViolation, match="is not an amount"):
        answers_in(fields, {"Power": "lots"})
    run = cast.enrollments["brightpath_northwind"]
    old = {"customer": Identity(name="Otter Mills", country="DE"), "value": 9000, "currency": "EUR", "further": cells}
    day = timezone.localdate() + timedelta(days=30)
    taken = take_over_deal(
        actor=system(run.vendor_id),
        old=OldRegistration(
            enrollment=run,
            reference="D-1",
            stand_in=cast.people["northwind_manager"].pk,
            close_date=day,
            submitted_at=timezone.now() - timedelta(days=1),
            **old,
        ),
    )
    assert Deal.objects.get(pk=taken.deal.pk).answers == found
