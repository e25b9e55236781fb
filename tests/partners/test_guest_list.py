"""Reading and looking over a list of people to invite."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from activity.models import Mail
from partners.guest_list import Guest, decode_list, read_list
from partners.models import Invitation
from prm.kernel.actors import PARTNER_ROLES

PAGE = "portal:invite-several"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a@b.example\n\n c@d.example \n", [Guest("a@b.example"), Guest("c@d.example")]),
        ("email;role;sees\na@b.example;Administrator;Own records", [Guest("a@b.example", "administrator", "own")]),
        ("a@b.example\tTECHNICAL", [Guest("a@b.example", "technical")]),
        ("Mara Lindqvist <mara@b.example>, boss", [Guest("mara@b.example", "boss")]),
        ('"Lind, M" <m@b.example>,sales', [Guest("m@b.example", "sales")]),
        ("", []),
        (",,,\n;", [Guest(";")]),
        ("a\0@b.example", [Guest("a@b.example")]),
    ],
)
def test_lines_are_read(text, expected):
    assert read_list(text, roles=PARTNER_ROLES) == expected


def test_old_spreadsheets_encodings_are_read():
    assert (
        decode_list("Zoë".encode("cp1252")) == decode_list("Zoë".encode()) == decode_list("\ufeffZoë".encode()) == "Zoë"
    )


def lines(response):
    return response.context["lines"]


def as_form(*rows):
    data = {"form-TOTAL_FORMS": len(rows), "form-INITIAL_FORMS": 0}
    for number, (email, role, reach) in enumerate(rows):
        data |= {f"form-{number}-email": email, f"form-{number}-role": role, f"form-{number}-reach": reach}
    return data


def test_the_list_is_looked_over_before_anything_is_sent_and_errors_stand_in_their_lines(cast, browse):
    page = browse("brightpath_administrator")
    text = "a@x.example\nnot an address\nA@x.example\nsales@brightpath.example\nb@x.example,boss"
    shown = page.post(reverse(PAGE), {"text": text, "role": "technical", "reach": "own"})
    errors = [form.errors.get("email") or form.errors.get("role") for form in lines(shown)]
    assert errors[0] is None
    assert "twice" in str(errors[2])
    assert "seat here already" in str(errors[3])
    assert "boss" in str(errors[4])
    # Nor does it silently become the first of the list, the administrator.
    assert next(iter(lines(shown).forms[4].fields["role"].choices))[0] == ""
    assert next(iter(lines(shown).forms[0].fields["role"].choices))[0] == "administrator"
    assert all(errors[1:])
    assert not Invitation.objects.exists()
    assert "not an address" in shown.content.decode()


def test_what_is_right_is_sent_and_what_is_wrong_stays_to_be_put_right(cast, browse):
    page = browse("brightpath_administrator")
    rows = [("a@x.example", "sales", "all"), ("wrong", "technical", "own"), ("b@x.example", "marketing", "own")]
    answer = page.post(reverse(PAGE), as_form(*rows))
    assert answer.status_code == 422
    assert sorted(Invitation.objects.values_list("email", "role", "reach")) == [
        ("a@x.example", "sales", "all"),
        ("b@x.example", "marketing", "own"),
    ]
    (left,) = lines(answer)
    assert (left["email"].value(), left["role"].value(), left["reach"].value()) == ("wrong", "technical", "own")
    done = page.post(reverse(PAGE), as_form(("right@x.example", "technical", "own")))
    assert done["Location"] == reverse("portal:team")
    assert Mail.objects.filter(template="invitation").count() == 3


def test_a_line_is_taken_out_without_losing_the_others(cast, browse):
    rows = [("a@x.example", "sales", "all"), ("b@x.example", "sales", "all"), ("c@x", "technical", "own")]
    answer = browse("brightpath_administrator").post(reverse(PAGE), {**as_form(*rows), "remove": "1"})
    assert [form["email"].value() for form in lines(answer)] == ["a@x.example", "c@x"]
    assert not Invitation.objects.exists()


def test_a_file_is_read_like_a_pasted_list(cast, browse):
    file = SimpleUploadedFile("people.csv", "email;role\nzoë@x.example;Sales\nb@x.example;\n".encode("cp1252"))
    answer = browse("brightpath_administrator").post(reverse(PAGE), {"file": file, "role": "technical", "reach": "own"})
    assert [(form["email"].value(), form["role"].value()) for form in lines(answer)] == [
        ("zoë@x.example", "sales"),
        ("b@x.example", "technical"),
    ]


@pytest.mark.parametrize(
    "given",
    [
        {"text": ""},
        {"text": "\n".join(f"p{number}@x.example" for number in range(201))},
        {"text": "email\n"},
    ],
)
def test_an_empty_or_too_long_list_is_refused_as_typed(cast, browse, given):
    answer = browse("brightpath_administrator").post(reverse(PAGE), {**given, "role": "sales", "reach": "all"})
    assert answer.status_code == 422
    assert answer.context["form"]["text"].value() == given["text"]
    assert not Invitation.objects.exists()


def test_more_lines_than_allowed_are_never_sent(cast, browse):
    rows = [(f"p{number}@x.example", "sales", "all") for number in range(201)]
    answer = browse("brightpath_administrator").post(reverse(PAGE), as_form(*rows))
    assert answer.status_code in {400, 422}
    assert Invitation.objects.count() <= 200
    assert not Invitation.objects.exists()
