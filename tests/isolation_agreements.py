"""Agreements that could leak: a template per vendor, and for each enrollment one that waits, marked with its label."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.files.base import ContentFile
from django.utils import timezone

from onboarding.agreements.rules import document_of, hash_of
from onboarding.models import Agreement, AgreementTemplate, AgreementVersion
from partners.models import Enrollment

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cast import Side
    from tests.isolation_world import World


def fill_agreements(world: World, mark: Callable[[str], str]) -> None:
    """Write them, and say what stands in addresses."""
    cast, rows = world.cast, world.rows
    for side in (cast.northwind, cast.halden):
        letter = side.vendor.slug[0]
        template, draft = _template(side, mark(f"{letter}_agreements"))
        rows.setdefault("agreement_template", {})[letter] = {"pk": template.pk}
        rows.setdefault("agreement_version", {})[letter] = {"pk": draft.pk}
        for enrollment in Enrollment.objects.filter(pk__in=[row.pk for row in cast.enrollments.values()]):
            if enrollment.vendor_id == side.vendor.pk:
                label = f"{letter}{enrollment.partner.slug[0]}"
                row = _agreement(enrollment, template, mark(f"agreement_{label}"))
                rows.setdefault("agreement", {})[label] = {"key": row.key}


def _template(side: Side, text: str) -> tuple[AgreementTemplate, AgreementVersion]:
    """Return a template with a published version and a draft."""
    template = AgreementTemplate.objects.create(
        vendor=side.vendor, program=side.program, slug="partner-agreement", name=text, countersign=True
    )
    base: dict[str, Any] = {"vendor": side.vendor, "template": template, "body": text, "changes": text}
    AgreementVersion.objects.create(**base, number=1, state="published", published_at=timezone.now())
    return template, AgreementVersion.objects.create(**base, number=2)


def _agreement(enrollment: Enrollment, template: AgreementTemplate, text: str) -> Agreement:
    reference = f"XX-A-{enrollment.pk:09}"
    row = Agreement(
        vendor_id=enrollment.vendor_id,
        partner_id=enrollment.partner_id,
        enrollment=enrollment,
        reference=reference,
        template=template,
        version=template.versions.get(number=1),
        title=text,
        text=text,
        document_hash=hash_of(document_of(reference, text, text)),
    )
    row.document.save("document.pdf", ContentFile(f"%PDF {text}".encode()), save=False)
    row.sealed.save("sealed.pdf", ContentFile(f"%PDF sealed {text}".encode()), save=False)
    row.sealed_hash = hash_of(f"%PDF sealed {text}")
    row.save()
    return row
