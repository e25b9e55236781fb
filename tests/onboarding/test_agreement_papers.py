"""The sealed PDF, its hash, and the check."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from django.db import Error, transaction

from activity.models import Event, Mail
from activity.relay import drain
from onboarding.agreements.rules import document_of, strokes_of
from onboarding.agreements.sealed import verdict_of
from onboarding.models import Agreement
from onboarding.services.agreements import countersign_agreement, sign_agreement
from tests.cast import Cast
from tests.onboarding.agreements import put_one, signing_of

DRAWN = (((10, 150), (100, 20), (200, 180)), ((220, 90), (300, 60)))


def sealed_one(cast: Cast) -> Agreement:
    """Put, sign and countersign an agreement, and let the workers seal it."""
    agreement = put_one(cast, countersign=True, months=24)
    drain()
    sign_agreement(
        actor=cast.actor("brightpath_administrator"),
        agreement=agreement,
        signing=signing_of(agreement, way="drawn", drawing=DRAWN),
    )
    countersign_agreement(
        actor=cast.actor("northwind_manager"), agreement=agreement, signing=signing_of(agreement, name="Mara Lindqvist")
    )
    drain()
    agreement.refresh_from_db()
    return agreement


def test_sealed_file_passes_its_check_and_changed_by_one_byte_fails(cast: Cast) -> None:
    agreement = sealed_one(cast)
    content = Path(agreement.sealed.path).read_bytes()
    assert content.startswith(b"%PDF")
    assert hashlib.sha256(content).hexdigest() == agreement.sealed_hash
    found = verdict_of(content)
    assert found is not None
    assert (found.reference, found.vendor, found.partner) == (
        agreement.reference,
        "Northwind Robotics",
        "Brightpath GmbH",
    )
    assert [side.name for side in found.sides] == ["Ada Brightpath", "Mara Lindqvist"]
    for at in (0, len(content) // 2, len(content) - 1):
        changed = bytearray(content)
        changed[at] ^= 1
        assert verdict_of(bytes(changed)) is None


def test_document_hash_is_that_of_the_text_as_shown(cast: Cast) -> None:
    agreement = put_one(cast)
    text = document_of(agreement.reference, agreement.title, agreement.text)
    assert hashlib.sha256(text.encode()).hexdigest() == agreement.document_hash
    drain()
    agreement.refresh_from_db()
    assert Path(agreement.document.path).read_bytes().startswith(b"%PDF")


def test_sealing_tells_both_sides_once(cast: Cast) -> None:
    agreement = sealed_one(cast)
    assert Event.objects.about(agreement).filter(kind="agreement.sealed").count() == 1
    told = Mail.objects.filter(kind="agreement.sealed")
    assert {mail.person.email for mail in told} == {"administrator@brightpath.example"}
    drain()
    assert told.count() == 1


def test_sealed_file_is_never_replaced(cast: Cast) -> None:
    agreement = sealed_one(cast)
    for changes in ({"sealed": "agreements/other.pdf"}, {"sealed_hash": "0" * 64}, {"sealed": ""}):
        with pytest.raises(Error, match="never changes"), transaction.atomic():
            Agreement.objects.filter(pk=agreement.pk).update(**changes)


@pytest.mark.parametrize("told", [None, "x", [[[1]]], [[["a", 1], [2, 3]]], [[[1, 1]] * 4000], [[]] * 100])
def test_what_is_no_drawing_is_refused(told: object) -> None:
    with pytest.raises(ValueError):
        strokes_of(told)


def test_drawing_stays_within_its_field() -> None:
    assert strokes_of([[[-5, 900], [700, 20]], [[1, 1]]]) == (((0, 200), (600, 20)),)
