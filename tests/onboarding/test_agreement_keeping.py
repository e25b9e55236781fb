"""What happens to agreements by themselves: new versions, reminders, renewal, ends, off-boarding."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine
from django.utils import timezone

from activity.models import Event, Mail
from activity.relay import drain
from onboarding.agreements import dates
from onboarding.enums import AgreementState, Occasion, VersionState
from onboarding.models import Agreement, AgreementVersion
from onboarding.services import agreement_keeping
from onboarding.services.agreement_keeping import keep_agreements
from onboarding.services.agreement_versions import (
    AgreementRefused,
    begin_agreement_version,
    change_agreement_version,
    publish_agreement_version,
)
from onboarding.services.agreements import send_agreement, sign_agreement
from partners.services.enrollments import move_enrollment
from prm.kernel.errors import RuleViolation
from tests.cast import Cast
from tests.onboarding.agreements import make_template, publish, put_one, signing_of


def signed_one(cast: Cast, **fields: object) -> Agreement:
    agreement = put_one(cast, **fields)
    drain()
    sign_agreement(actor=cast.actor("brightpath_administrator"), agreement=agreement, signing=signing_of(agreement))
    drain()
    agreement.refresh_from_db()
    return agreement


def count(kind: str) -> int:
    return Event.objects.filter(kind=kind).count()


def new_version(cast: Cast, agreement: Agreement, **given: object) -> AgreementVersion:
    manager = cast.actor("northwind_manager")
    draft = begin_agreement_version(actor=manager, template=agreement.template)
    draft = change_agreement_version(
        actor=manager, version=draft, body=f"{draft.body}\n+ New clause.", revision=draft.revision
    )
    return publish_agreement_version(
        actor=manager, version=draft, revision=draft.revision, **{"changes": "Clause 2 is new.", **given}
    )


# -- New versions


def test_new_version_is_put_to_whoever_has_the_old_one_and_closes_the_portal_in_30_days(cast: Cast) -> None:
    old = signed_one(cast, gate=True)
    version = new_version(cast, old)
    today = cast.northwind.vendor.today()
    assert version.gate_from == today + timedelta(days=30)
    drain()
    fresh = Agreement.objects.get(version=version)
    assert (fresh.occasion, fresh.state, fresh.gate_from) == (Occasion.VERSION, AgreementState.SENT, version.gate_from)
    old.refresh_from_db()
    assert old.state == AgreementState.IN_FORCE
    mail = Mail.objects.filter(kind="agreement.sent").latest("pk")
    assert "Clause 2 is new." in mail.text
    sign_agreement(actor=cast.actor("brightpath_administrator"), agreement=fresh, signing=signing_of(fresh))
    old.refresh_from_db()
    assert old.state == AgreementState.REPLACED
    assert Agreement.objects.in_force().get().pk == fresh.pk


def test_new_version_needs_what_changed_and_30_days(cast: Cast) -> None:
    old = signed_one(cast, gate=True)
    with pytest.raises(RuleViolation) as refused:
        new_version(cast, old, changes="")
    assert refused.value.field == "changes"
    version = AgreementVersion.objects.get(state=VersionState.DRAFT)
    with pytest.raises(RuleViolation) as refused:
        publish_agreement_version(
            actor=cast.actor("northwind_manager"),
            version=version,
            revision=version.revision,
            changes="Clause 2.",
            gate_from=cast.northwind.vendor.today() + timedelta(days=29),
        )
    assert refused.value.code == "too_early"
    version.refresh_from_db()
    assert version.state == VersionState.DRAFT
    assert count("agreement_version.published") == 0


def test_faulty_text_is_not_published_and_says_where(cast: Cast) -> None:
    template = make_template(cast.northwind)
    manager = cast.actor("northwind_manager")
    draft = begin_agreement_version(actor=manager, template=template)
    text = "Fine.\n{{partner.legalname}}\n{{partner.name\n[if type: friend]\nx\n**bold\n[end]\n[end]\n[if region: dach]"
    draft = change_agreement_version(actor=manager, version=draft, body=text, revision=0)
    with pytest.raises(AgreementRefused) as refused:
        publish_agreement_version(actor=manager, version=draft, revision=draft.revision)
    assert [fault.line for fault in refused.value.faults] == [2, 3, 4, 6, 8, 9]
    assert "There is no value called {{partner.legalname}}" in refused.value.faults[0].sentence


def test_version_goes_out_in_batches_and_each_partner_gets_it_once(cast: Cast, monkeypatch) -> None:
    monkeypatch.setattr(agreement_keeping, "BATCH", 1)
    old = signed_one(cast)
    other = send_agreement(
        actor=cast.actor("northwind_manager"),
        enrollment=cast.enrollments["kappel_northwind"],
        template_slug="partner-agreement",
    )
    version = new_version(cast, old)
    drain()
    assert count("agreement_version.putting") == 1
    assert Agreement.objects.filter(version=version).count() == 2
    other.refresh_from_db()
    assert other.state == AgreementState.REPLACED
    assert Agreement.objects.get(version=version, partner=cast.kappel).occasion == Occasion.FIRST


def test_partner_without_a_value_is_named_to_the_manager_and_others_get_it(cast: Cast) -> None:
    old = signed_one(cast)
    send_agreement(
        actor=cast.actor("northwind_manager"),
        enrollment=cast.enrollments["kappel_northwind"],
        template_slug="partner-agreement",
    )
    cast.kappel.legal_name = ""
    cast.kappel.save()
    version = new_version(cast, old)
    drain()
    assert list(Agreement.objects.filter(version=version).values_list("partner__slug", flat=True)) == ["brightpath"]
    told = Event.objects.get(kind="agreement.not_put")
    assert told.partner_id == cast.kappel.pk
    assert "the partner’s legal name" in told.data["reason"]
    assert Mail.objects.filter(kind="agreement.not_put", person=cast.people["northwind_manager"]).count() == 1


# -- Reminders, renewal, ends


def test_reminded_7_days_before_and_on_the_day_each_once(cast: Cast) -> None:
    old = signed_one(cast, gate=True)
    new_version(cast, old)
    drain()
    start = timezone.now()
    seen = []
    for day in range(40):
        with time_machine.travel(start + timedelta(days=day), tick=False):
            keep_agreements()
            keep_agreements()
            seen.append(count("agreement.reminded"))
    assert [day for day in range(1, 40) if seen[day] > seen[day - 1]] == [23, 30]
    assert seen[-1] == 2


def test_vendor_is_reminded_of_its_countersignature(cast: Cast) -> None:
    agreement = put_one(cast, countersign=True)
    sign_agreement(actor=cast.actor("brightpath_administrator"), agreement=agreement, signing=signing_of(agreement))
    drain()
    told = Mail.objects.filter(kind="agreement.signed", person=cast.people["northwind_manager"])
    assert told.count() == 1
    for day, mails in ((6, 1), (7, 2), (14, 3), (40, 3)):
        with time_machine.travel(timezone.now() + timedelta(days=day), tick=False):
            keep_agreements()
            drain()
        assert told.count() == mails
    assert not Mail.objects.filter(kind="agreement.reminded").exists()


def test_renewal_is_put_60_days_ahead_and_both_sides_are_warned(cast: Cast) -> None:
    agreement = signed_one(cast, months=3)
    until = agreement.valid_until
    assert until is not None
    with time_machine.travel(timezone.now() + (until - timezone.localdate()) - timedelta(days=60), tick=False):
        keep_agreements()
        keep_agreements()
        drain()
        renewal = Agreement.objects.get(state=AgreementState.SENT)
        assert renewal.occasion == Occasion.RENEWAL
        assert count("agreement.ending") == 1
        sign_agreement(actor=cast.actor("brightpath_administrator"), agreement=renewal, signing=signing_of(renewal))
    renewal.refresh_from_db()
    agreement.refresh_from_db()
    assert agreement.state == AgreementState.REPLACED
    # No day is lost: it runs on from the end of the one that it follows.
    assert renewal.valid_until == dates.months_later(until + timedelta(days=1), 3) - timedelta(days=1)


def test_unrenewed_agreement_is_warned_of_and_ends_after_its_last_day(cast: Cast) -> None:
    agreement = signed_one(cast, months=3, renews=False)
    until, start = agreement.valid_until, timezone.now()
    assert until is not None
    days = (until - timezone.localdate()).days
    warned = []
    for day in range(days + 3):
        with time_machine.travel(start + timedelta(days=day), tick=False):
            before = count("agreement.ending")
            keep_agreements()
            if count("agreement.ending") > before:
                warned.append(days - day)
            agreement.refresh_from_db()
            assert (agreement.state == AgreementState.EXPIRED) == (day > days)
    assert warned == [60, 30, 7]
    drain()
    assert Mail.objects.filter(kind="agreement.expired").count() == 1


def test_retiring_closes_what_is_open_and_ends_what_is_in_force(cast: Cast) -> None:
    agreement = signed_one(cast)
    make_template(cast.northwind, "Secret.", slug="nda", name="NDA")
    enrollment = cast.enrollments["brightpath_northwind"]
    nda = send_agreement(actor=cast.actor("northwind_manager"), enrollment=enrollment, template_slug="nda")
    move_enrollment(
        actor=cast.actor("northwind_manager"), enrollment=enrollment, transition="retire", reason="It ended."
    )
    drain()
    agreement.refresh_from_db()
    nda.refresh_from_db()
    assert (agreement.state, nda.state) == (AgreementState.EXPIRED, AgreementState.CANCELLED)
    assert nda.why == "It ended."


# -- Which text


def test_language_of_the_administrator_and_region_choose_the_text(cast: Cast) -> None:
    english = make_template(cast.northwind, "English.")
    german = make_template(cast.northwind, "Deutsch.", language="de")
    nordic = make_template(cast.northwind, "Nordic.", regions=["nordics"])
    manager, kappel = cast.actor("northwind_manager"), cast.enrollments["kappel_northwind"]

    def chosen() -> int:
        Agreement.objects.update(state=AgreementState.CANCELLED)
        row = send_agreement(actor=manager, enrollment=kappel, template_slug="partner-agreement")
        found: int = row.template_id
        return found

    assert chosen() == english.pk
    person = cast.people["kappel_administrator"]
    person.language = "de"
    person.save()
    assert chosen() == german.pk
    cast.kappel.country = "SE"
    cast.kappel.save()
    assert chosen() == nordic.pk
    publish(nordic, "Nordic again.", number=2)
    nordic.is_active = False
    nordic.save()
    assert chosen() == german.pk


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2026, 12, 1), 12, date(2027, 12, 1)),
    ],
)
def test_months_end_on_the_last_day_of_a_shorter_one(day: date, months: int, later: date) -> None:
    assert dates.months_later(day, months) == later
