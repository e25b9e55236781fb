"""Putting, signing, countersigning, taking back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import Error, transaction
from django.http import Http404

from activity.models import Event
from onboarding.enums import AgreementState
from onboarding.models import Agreement, Signature
from onboarding.services.agreements import (
    countersign_agreement,
    send_agreement,
    sign_agreement,
    take_back_agreement,
)
from prm.kernel.actors import Actor, Via
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from tests.cast import Cast
from tests.onboarding.agreements import make_template, put_one, signing_of


def kinds() -> list[str]:
    return list(Event.objects.filter(kind__startswith="agreement.").order_by("pk").values_list("kind", flat=True))


def test_sent_agreement_has_the_partners_values_and_its_hash(cast: Cast) -> None:
    agreement = put_one(cast)
    assert "between Northwind Robotics and Brightpath GmbH." in agreement.text
    assert "Only for resellers." in agreement.text
    assert len(agreement.document_hash) == 64
    assert kinds() == ["agreement.sent"]


def test_sending_again_returns_the_open_one_and_writes_nothing(cast: Cast) -> None:
    agreement = put_one(cast)
    again = send_agreement(
        actor=cast.actor("northwind_manager"),
        enrollment=cast.enrollments["brightpath_northwind"],
        template_slug="partner-agreement",
    )
    assert again.pk == agreement.pk
    assert kinds() == ["agreement.sent"]


def test_missing_value_is_named_with_where_to_enter_it_and_nothing_is_written(cast: Cast) -> None:
    make_template(cast.northwind, "Support: {{vendor.support_email}} {{manager.name}}")
    with pytest.raises(RuleViolation) as refused:
        send_agreement(
            actor=cast.actor("northwind_manager"),
            enrollment=cast.enrollments["brightpath_northwind"],
            template_slug="partner-agreement",
        )
    assert refused.value.code == "value_missing"
    assert "your support address" in str(refused.value)
    assert "choose a partner manager" in str(refused.value)
    assert not Agreement.objects.exists()
    assert kinds() == []


def test_signature_without_countersignature_brings_it_into_force(cast: Cast) -> None:
    agreement = put_one(cast, months=12)
    row = sign_agreement(
        actor=cast.actor("brightpath_administrator"), agreement=agreement, signing=signing_of(agreement)
    )
    assert row.state == AgreementState.IN_FORCE
    assert row.valid_until is not None
    assert row.valid_until - row.vendor.today() >= timedelta(days=364)
    kept = Signature.objects.get()
    assert kept.authority == "I am entitled to sign for Brightpath GmbH."
    assert (kept.address, kept.document_hash) == ("192.0.2.7", agreement.document_hash)
    assert kinds() == ["agreement.sent", "agreement.signed", "agreement.completed"]


def test_countersignature_comes_after_the_partners(cast: Cast) -> None:
    agreement = put_one(cast, countersign=True)
    manager = cast.actor("northwind_manager")
    with pytest.raises(Conflict):
        countersign_agreement(actor=manager, agreement=agreement, signing=signing_of(agreement))
    sign_agreement(actor=cast.actor("brightpath_administrator"), agreement=agreement, signing=signing_of(agreement))
    agreement.refresh_from_db()
    assert agreement.state == AgreementState.SIGNED
    row = countersign_agreement(actor=manager, agreement=agreement, signing=signing_of(agreement))
    assert row.state == AgreementState.IN_FORCE
    assert Signature.objects.count() == 2


def refused_to_sign(
    actor: Actor, agreement: Agreement, error: type[Exception], code: str = "", **changes: object
) -> None:
    before = kinds()
    with pytest.raises(error) as refused, transaction.atomic():
        sign_agreement(actor=actor, agreement=agreement, signing=signing_of(agreement, **changes))
    if code:
        assert getattr(refused.value, "code", "") == code
    agreement.refresh_from_db()
    assert agreement.state == AgreementState.SENT
    assert not Signature.objects.exists()
    assert kinds() == before


def test_nobody_signs_by_token_or_looking_or_without_the_right(cast: Cast) -> None:
    agreement, administrator = put_one(cast), cast.actor("brightpath_administrator")
    refused_to_sign(replace(administrator, via=Via.TOKEN, scopes=frozenset({"none"})), agreement, Forbidden)
    refused_to_sign(replace(administrator, via=Via.TASK), agreement, Forbidden, "by_hand_only")
    refused_to_sign(replace(administrator, read_only=True), agreement, Forbidden)
    for persona in ("brightpath_sales", "brightpath_marketing", "northwind_manager", "northwind_approver"):
        refused_to_sign(cast.actor(persona), agreement, Forbidden)
    for persona in ("kappel_administrator", "halden_manager", "isle_administrator", "operator"):
        refused_to_sign(cast.actor(persona), agreement, Http404)


def test_incomplete_signatures_are_refused(cast: Cast) -> None:
    agreement, administrator = put_one(cast), cast.actor("brightpath_administrator")
    for changes in ({"name": " "}, {"position": ""}, {"authority": False}, {"consent": False}, {"way": "drawn"}):
        refused_to_sign(administrator, agreement, RuleViolation, "required", **changes)
    refused_to_sign(administrator, agreement, RuleViolation, "other_document", document_hash="0" * 64)


def test_nobody_signs_twice_or_what_was_taken_back(cast: Cast) -> None:
    agreement, administrator = put_one(cast), cast.actor("brightpath_administrator")
    sign_agreement(actor=administrator, agreement=agreement, signing=signing_of(agreement))
    with pytest.raises(Conflict):
        sign_agreement(actor=administrator, agreement=agreement, signing=signing_of(agreement))
    assert Signature.objects.count() == 1
    other = put_one(cast, "brightpath_halden")
    with pytest.raises(RuleViolation):
        take_back_agreement(actor=cast.actor("halden_manager"), agreement=other, reason=" ")
    take_back_agreement(actor=cast.actor("halden_manager"), agreement=other, reason="Wrong text")
    with pytest.raises(Conflict):
        sign_agreement(actor=administrator, agreement=other, signing=signing_of(other))


def test_signatures_and_texts_never_change(cast: Cast) -> None:
    agreement = put_one(cast)
    sign_agreement(actor=cast.actor("brightpath_administrator"), agreement=agreement, signing=signing_of(agreement))
    with pytest.raises(Error, match="only ever added to"), transaction.atomic():
        Signature.objects.update(name="Somebody else")
    with pytest.raises(Error, match="only ever added to"), transaction.atomic():
        Signature.objects.all().delete()
    for changes in ({"text": "Other"}, {"document_hash": "0" * 64}, {"title": "Other"}, {"values": {}}):
        with pytest.raises(Error, match="never changes"), transaction.atomic():
            Agreement.objects.update(**changes)
