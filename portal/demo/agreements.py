"""The demo's agreements: texts in two languages, signatures of years, one to sign, to countersign, one that ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from django.core.files.base import ContentFile
from django.utils import translation
from django.utils.formats import date_format

from activity.models import Event
from onboarding import events
from onboarding.agreements import dates, texts
from onboarding.agreements.fields import conditions_of, subject_of, values_of
from onboarding.agreements.papers import document_pdf, sealed_pdf
from onboarding.agreements.rules import document_of, hash_of
from onboarding.enums import AgreementState, Occasion, StepState, VersionState
from onboarding.models import Agreement, AgreementTemplate, AgreementVersion, JourneyStep, Signature
from onboarding.services.agreements import authority_words, consent_words, facts_of
from partners.enums import LIVE
from prm.kernel.actors import Role, Via
from prm.kernel.references import ALPHABET

if TYPE_CHECKING:
    from partners.models import Seat
    from portal.demo.world import Member, Side, World
    from prm.kernel.recording import EventKind

TEXTS = Path(__file__).parent / "texts"
GERMAN = frozenset({"DE", "AT", "CH"})
NAMES = {
    ("partner-agreement", "en"): "Partner agreement",
    ("partner-agreement", "de"): "Partnervertrag",
    ("nda", "en"): "Non-disclosure agreement",
    ("nda", "de"): "Vertraulichkeitsvereinbarung",
}
CHANGES = "Clause 2: protection follows the tier on the day of the registration. Clause 5 on data is new."
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0"
ENDS_SOON = 40
SEALED_FOR = "brightpath"

Versions = dict[tuple[str, str, int], AgreementVersion]


@dataclass(slots=True)
class _Made:
    """An agreement with its signatures and events, not saved yet."""

    agreement: Agreement
    signatures: list[Signature]
    happened: list[tuple[EventKind, datetime, Seat | None, dict[str, Any]]]
    step: JourneyStep | None = None


def write_agreements(world: World, seed: int) -> None:
    """Write templates, and what each live partner signed, as the steps of its journey say."""
    rng = Random(seed + 5)  # noqa: S311  (invented data, no secret)
    steps = {step.enrollment_id: step for step in JourneyStep.objects.filter(kind="agreement").order_by("pk")}
    made: list[_Made] = []
    for side in world.sides.values():
        versions = _write_templates(world, side)
        members = [each for each in world.members if each.side is side and each.enrollment.status in LIVE]
        settled = [each for each in members if each.plan.slug != SEALED_FOR and not _waits(steps, each)]
        for at, member in enumerate(members):
            told = _Telling(world, rng, member, versions, steps.get(member.enrollment.pk))
            made += told.all(has_nda=at % 5 != 4, to_countersign=member in settled[3:5])
    _save(made)
    for each in made:
        if each.step is not None:
            result = {"agreement": str(each.agreement.key), "reference": each.agreement.reference}
            JourneyStep.objects.filter(pk=each.step.pk).update(result=result)
    mine = [each for each in made if each.agreement.partner.slug == SEALED_FOR]
    _seal([each for each in mine if each.agreement.completed_at])
    _print([each for each in mine if not each.agreement.completed_at])


def _waits(steps: dict[int, JourneyStep], member: Member) -> bool:
    """Whether the partner is still on its way to the agreement."""
    step = steps.get(member.enrollment.pk)
    return step is not None and step.state != StepState.DONE


def _write_templates(world: World, side: Side) -> Versions:
    found: Versions = {}
    for (slug, language), name in NAMES.items():
        is_main = slug == "partner-agreement"
        template = AgreementTemplate.objects.create(
            vendor=side.vendor,
            program=side.program,
            slug=slug,
            name=name,
            language=language,
            countersign=is_main,
            months=24 if is_main else None,
            created_at=world.now - timedelta(days=800),
        )
        text = (TEXTS / f"{slug}.{language}.txt").read_text()
        renewed = is_main and language == "en" and side.vendor.slug == "northwind"
        for number in (1, 2) if renewed else (1,):
            found[slug, language, number] = _version(
                world, side, template, text, number, is_last=not renewed or number == 2
            )
    return found


def _version(
    world: World, side: Side, template: AgreementTemplate, text: str, number: int, *, is_last: bool
) -> AgreementVersion:
    at = world.now - (timedelta(days=790) if number == 1 else timedelta(days=6))
    return AgreementVersion.objects.create(
        vendor=side.vendor,
        template=template,
        number=number,
        state=VersionState.PUBLISHED if is_last else VersionState.REPLACED,
        body=text,
        changes=CHANGES if number > 1 else "",
        gate_from=(at + dates.NOTICE).date() if number > 1 else at.date(),
        published_at=at,
        published_by=side.seats[Role.MANAGER].person,
        created_at=at,
    )


@dataclass(slots=True)
class _Telling:
    """What a partner signed, and what waits."""

    world: World
    rng: Random
    member: Member
    versions: Versions
    step: JourneyStep | None

    def all(self, *, has_nda: bool, to_countersign: bool) -> list[_Made]:
        """Return its agreements, with their signatures and events."""
        rng, member = self.rng, self.member
        mine = member.plan.slug == SEALED_FOR
        language = "de" if member.plan.country in GERMAN and not mine else "en"
        main, nda = self.versions["partner-agreement", language, 1], self.versions["nda", language, 1]
        if self.step is not None and self.step.state != StepState.DONE:
            return self._under_way(main, nda)
        since = self._since()
        made = [_signed(rng, member, nda, since - timedelta(minutes=7))] if has_nda or mine else []
        if to_countersign:
            return [*made, _signed(rng, member, main, self.world.now - timedelta(hours=20), countersigned=False)]
        made.append(self._of_step(_signed(rng, member, main, since)))
        if mine and ("partner-agreement", language, 2) in self.versions:
            second = self.versions["partner-agreement", language, 2]
            made.append(_sent(rng, member, second, self.world.now - timedelta(days=6)))
        return made

    def _since(self) -> datetime:
        if self.member.plan.slug == SEALED_FOR:
            # Two years less forty days ago: it ends in forty days.
            return self.world.now - timedelta(days=730 - ENDS_SOON)
        ended = self.step.ended_at if self.step else None
        latest = self.world.now - timedelta(days=self.rng.randint(60, 660), minutes=self.rng.randint(0, 600))
        return ended if ended and ended > self.world.now - timedelta(days=700) else latest

    def _under_way(self, main: AgreementVersion, nda: AgreementVersion) -> list[_Made]:
        step = self.step
        if step is None or step.state != StepState.OPEN or step.opened_at is None:
            return []
        at = step.opened_at
        first = _signed(self.rng, self.member, nda, at - timedelta(hours=3))
        return [first, self._of_step(_sent(self.rng, self.member, main, at))]

    def _of_step(self, made: _Made) -> _Made:
        made.step = self.step
        return made


def _sent(rng: Random, member: Member, version: AgreementVersion, at: datetime) -> _Made:
    reference = f"{member.side.vendor.code}-A-{_letters(rng)}-{_letters(rng)}"
    text, values = _merged(member, version, reference, at)
    agreement = Agreement(
        vendor=member.side.vendor,
        partner=member.enrollment.partner,
        enrollment=member.enrollment,
        reference=reference,
        template=version.template,
        version=version,
        occasion=Occasion.VERSION if version.number > 1 else Occasion.FIRST,
        title=version.template.name,
        text=text,
        values=values,
        document_hash=hash_of(document_of(reference, version.template.name, text)),
        sent_at=at,
        sent_by=member.side.seats[Role.MANAGER].person,
    )
    return _Made(agreement, [], [(events.AGREEMENT_SENT, at, member.side.seats[Role.MANAGER], {})])


def _merged(member: Member, version: AgreementVersion, reference: str, at: datetime) -> tuple[str, dict[str, str]]:
    """Return the text as the services make it, dated on the day on which it was sent."""
    text = texts.kept(version.body, conditions_of(member.enrollment.partner))
    names, language = texts.fields_in(text), version.template.language
    values = values_of(names, subject_of(member.enrollment, version.template, reference), language)
    with translation.override(language):
        values["today"] = date_format(at, "DATE_FORMAT")
    return texts.filled(text, values), values


def _signed(
    rng: Random, member: Member, version: AgreementVersion, at: datetime, *, countersigned: bool = True
) -> _Made:
    made = _sent(rng, member, version, at - timedelta(days=2))
    row, signer = made.agreement, next((s for s in member.sellers if s.role == Role.ADMINISTRATOR), member.sellers[0])
    row.state, row.signed_at = AgreementState.SIGNED, at
    made.signatures.append(_signature(rng, row, signer, at, is_vendor=False))
    made.happened.append((events.AGREEMENT_SIGNED, at, signer, {}))
    if not countersigned:
        return made
    manager, done = member.side.seats[Role.MANAGER], at
    if version.template.countersign:
        done = at + timedelta(hours=5)
        made.signatures.append(_signature(rng, row, manager, done, is_vendor=True))
    row.state, row.completed_at = AgreementState.IN_FORCE, done
    row.valid_until = dates.valid_until(version.template.months, done.date())
    # Past its first warnings where they are past: the demo sends no mails by itself.
    row.look_on = dates.next_warning(row.valid_until, row.vendor.today())
    made.happened.append((events.AGREEMENT_COMPLETED, done, manager if version.template.countersign else None, {}))
    return made


def _signature(rng: Random, row: Agreement, seat: Seat, at: datetime, *, is_vendor: bool) -> Signature:
    party = row.vendor.name if is_vendor else row.partner.legal_name
    with translation.override(row.template.language):
        authority, consent = authority_words(party), consent_words()
    return Signature(
        vendor=row.vendor,
        partner=row.partner,
        enrollment=row.enrollment,
        is_vendor=is_vendor,
        person=seat.person,
        name=seat.person.name,
        position=seat.person.job_title,
        authority=authority,
        consent=consent,
        email=seat.person.email,
        address=f"192.0.2.{rng.randint(1, 250)}",
        browser=BROWSER,
        document_hash=row.document_hash,
        signed_at=at,
    )


def _save(made: list[_Made]) -> None:
    Agreement.objects.bulk_create([each.agreement for each in made], batch_size=200)
    for each in made:
        for signature in each.signatures:
            signature.agreement = each.agreement
    Signature.objects.bulk_create([one for each in made for one in each.signatures], batch_size=500)
    rows = [_event(each.agreement, *happened) for each in made for happened in each.happened]
    Event.objects.bulk_create(sorted(rows, key=lambda row: row.occurred_at), batch_size=1000)


def _event(agreement: Agreement, kind: EventKind, at: datetime, seat: Seat | None, data: dict[str, Any]) -> Event:
    return Event(
        kind=kind.name,
        vendor_id=agreement.vendor_id,
        partner_id=agreement.partner_id,
        enrollment_id=agreement.enrollment_id,
        audience=kind.audience,
        subject_type=Agreement._meta.label_lower,
        subject_id=agreement.pk,
        person=seat.person if seat else None,
        seat_id=seat.pk if seat else None,
        role=seat.role if seat else "",
        via=Via.SESSION if seat else Via.TASK,
        data={**facts_of(agreement), **data},
        occurred_at=at,
    )


def _seal(made: list[_Made]) -> None:
    """Seal the agreements of the partner that the demo is looked at from; making all papers would take a minute."""
    for each in made:
        row = each.agreement
        history = Event.objects.about(row).select_related("person").order_by("id")
        content = sealed_pdf(row, each.signatures, history)
        row.sealed.save("sealed.pdf", ContentFile(content), save=False)
        row.sealed_hash = hash_of(content)
        row.save(update_fields=["sealed", "sealed_hash"])


def _print(made: list[_Made]) -> None:
    """Make the document of what is to be signed."""
    for each in made:
        each.agreement.document.save("document.pdf", ContentFile(document_pdf(each.agreement)), save=False)
        each.agreement.save(update_fields=["document"])


def _letters(rng: Random) -> str:
    return "".join(rng.choice(ALPHABET) for _ in range(4))
