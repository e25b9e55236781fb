"""What application forms ask: lists that are refused, and the form that a list makes."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from onboarding.form_fields import ASKS, MOST_FIELDS, check_fields, default_fields, form_class_of, own_name
from onboarding.models import Application
from prm.kernel.errors import RuleViolation

NEEDED = [{"field": "name"}, {"field": "country"}, {"field": "email"}]
PLAIN = {"name": "Harbour IT", "country": "NL", "email": "Mia@Harbour-IT.example"}


def own(**given: Any) -> dict[str, Any]:
    return {"field": "own:crm", "label": "Which CRM?", "kind": "text", **given}


class TestCheck:
    def test_the_default_list_passes_as_it_is(self) -> None:
        assert check_fields(default_fields()) == default_fields()

    def test_entries_come_back_whole_and_what_every_form_asks_is_wanted(self) -> None:
        found = check_fields([*NEEDED, {"field": "phone", "help": "  by  day "}])
        assert found[0] == {"field": "name", "required": True, "help": ""}
        assert found[3] == {"field": "phone", "required": False, "help": "by day"}

    @pytest.mark.parametrize(
        ("items", "code", "words"),
        [
            ("name", "not_a_list", "list of entries"),
            ([*NEEDED, "phone"], "not_a_list", "list of entries"),
            ([*NEEDED, {"field": "phone"}, {"field": "phone"}], "twice", "“Phone” is in the form twice"),
            ([*NEEDED, {"field": "revenue"}], "unknown", "no field “revenue”"),
            ([*NEEDED, {"field": "own:Üb"}], "unknown", "no field"),
            ([*NEEDED, own(label=" ")], "no_label", "Write what"),
            ([*NEEDED, own(kind="colour")], "no_kind", "“Which CRM?”"),
            ([*NEEDED, own(kind="choice")], "no_choices", "at least two choices"),
            ([*NEEDED, own(kind="choices", choices=["One", "One"])], "no_choices", "at least two choices"),
            ([*NEEDED, own(kind="choice", choices=[str(n) for n in range(31)])], "too_many_choices", "30"),
            ([*NEEDED, own(kind="choice", choices=["a", "b" * 81])], "too_long", "80 characters"),
            ([*NEEDED, own(label="x" * 161)], "too_long", "160 characters"),
            ([*NEEDED, own(help="x" * 401)], "too_long", "400 characters"),
            (NEEDED[1:], "always", "Every form asks for “Company”"),
            (NEEDED[:2], "always", "Every form asks for “Work e-mail”"),
            ([NEEDED[0], NEEDED[2]], "always", "Every form asks for “Country”"),
            ([*NEEDED, *({"field": f"own:q{n}"} for n in range(MOST_FIELDS))], "too_many", "at most 40"),
        ],
    )
    def test_a_list_that_makes_no_form_is_refused_with_a_sentence(self, items: Any, code: str, words: str) -> None:
        with pytest.raises(RuleViolation) as refused:
            check_fields(items)
        assert (refused.value.code, refused.value.field) == (code, "fields")
        assert words in str(refused.value.message)

    def test_a_new_question_gets_a_name_of_its_own(self) -> None:
        assert own_name("Which CRM?", []) == "own:which-crm"
        assert own_name("Which CRM?", ["own:which-crm"]) == "own:which-crm-2"
        assert own_name("哪个", []) == "own:question"


class TestForm:
    def test_asks_are_columns_of_an_application(self) -> None:
        columns = {field.name for field in Application._meta.get_fields()}
        assert set(ASKS) <= columns

    def test_a_list_makes_a_form_in_its_order_whose_data_comes_apart(self) -> None:
        items = check_fields(
            [
                *NEEDED,
                {"field": "colleagues"},
                own(required=True),
                own(field="own:people-there", kind="number", label="People?"),
                own(field="own:since", kind="date", label="Since?"),
                own(field="own:tools", kind="choices", label="Tools?", choices=["Hammer", "Saw"]),
                own(field="own:unsaid", label="Unsaid?"),
            ]
        )
        given = {
            **PLAIN,
            "colleagues": "Ada@Harbour-IT.example\nada@harbour-it.example, ben@harbour-it.example",
            "own_crm": "None yet",
            "own_people_there": "12",
            "own_since": "26.02.2027",
            "own_tools": ["Saw"],
        }
        form = form_class_of(items)(given)
        assert form.is_valid(), form.errors
        own_names = ["own_crm", "own_people_there", "own_since", "own_tools", "own_unsaid"]
        assert list(form.fields) == ["name", "country", "email", "colleagues", *own_names]
        assert form.columns() == {
            "name": "Harbour IT",
            "country": "NL",
            "email": "mia@harbour-it.example",
            "colleagues": ["ada@harbour-it.example", "ben@harbour-it.example"],
        }
        since = date(2027, 2, 26).isoformat()
        assert form.answers() == {"crm": "None yet", "people-there": 12, "since": since, "tools": ["Saw"]}

    @pytest.mark.parametrize(
        ("changes", "field", "words"),
        [
            ({"name": ""}, "name", "required"),
            ({"country": "XX"}, "country", "valid choice"),
            ({"website": "not a site"}, "website", "Write it like"),
            ({"colleagues": "ada@harbour-it.example\nben"}, "colleagues", "“ben” is not"),
            ({"own_n": "twelve"}, "own_n", "whole number"),
            ({"own_d": "soon"}, "own_d", "not a date"),
            ({"own_c": "Hammer"}, "own_c", "valid choice"),
            ({"phone": "1" * 41}, "phone", "40"),
        ],
    )
    def test_what_is_wrong_is_said_at_its_field(self, changes: dict[str, str], field: str, words: str) -> None:
        items = check_fields(
            [
                *NEEDED,
                {"field": "website"},
                {"field": "colleagues"},
                {"field": "phone"},
                own(field="own:n", kind="number"),
                own(field="own:d", kind="date"),
                own(field="own:c", kind="choice", choices=["Saw", "Drill"]),
            ]
        )
        form = form_class_of(items)({**PLAIN, **changes})
        assert list(form.errors) == [field]
        assert words in form.errors[field][0]
        assert form[field].value() == changes[field]

    def test_asking_back_shows_the_named_fields_alone(self) -> None:
        items = check_fields([*NEEDED, {"field": "phone"}, own()])
        form = form_class_of(items, only=["phone", "own:crm"])({"phone": "1", "own_crm": "x"})
        assert form.is_valid()
        assert (form.columns(), form.answers()) == ({"phone": "1"}, {"crm": "x"})

    def test_parts_group_the_fields(self) -> None:
        form = form_class_of(check_fields([*NEEDED, {"field": "city"}, own()]))()
        assert [(label, [bound.name for bound in fields]) for label, fields in form.parts] == [
            ("Your company", ["name", "country", "city"]),
            ("You", ["email"]),
            ("A few more questions", ["own_crm"]),
        ]
