"""Which of an agreement's templates is a partner's: by type and region, then by language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onboarding.agreements.fields import conditions_of
from onboarding.enums import VersionState
from onboarding.models import AgreementTemplate, AgreementVersion
from partners.models import Seat
from prm.kernel.actors import Role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partners.models import Enrollment, Partner

FALLBACK = "en"


def version_for(enrollment: Enrollment, slug: str) -> AgreementVersion | None:
    """Return the published version of an agreement that fits an enrollment, None where none does. Two queries.

    Those made for its type or region come before those for all; then its administrators' language decides, then the
    languages in its profile, then English, then whichever there is.
    """
    found = AgreementVersion.objects.filter(
        template__program=enrollment.program_id, template__slug=slug, template__is_active=True
    )
    versions = list(found.filter(state=VersionState.PUBLISHED).select_related("template").order_by("template_id"))
    fitting = [version for version in versions if fits(version.template, enrollment.partner)]
    if not fitting:
        return None
    wanted = languages_of(enrollment.partner)
    return min(fitting, key=lambda version: _order(version.template, wanted))


def fits(template: AgreementTemplate, partner: Partner) -> bool:
    """Whether a template is for a partner of this type and in or for these regions."""
    facts = conditions_of(partner)
    return (not template.types or bool(set(template.types) & facts["type"])) and (
        not template.regions or bool(set(template.regions) & facts["region"])
    )


def languages_of(partner: Partner) -> list[str]:
    """Return the languages in which a partner would read an agreement, the best first."""
    seats = Seat.objects.active().filter(partner=partner, role=Role.ADMINISTRATOR).order_by("pk")
    spoken = [*seats.values_list("person__language", flat=True), *partner.languages, FALLBACK]
    return list(dict.fromkeys(spoken))


def _order(template: AgreementTemplate, wanted: Sequence[str]) -> tuple[int, int, int]:
    made_for = bool(template.types) + bool(template.regions)
    language = wanted.index(template.language) if template.language in wanted else len(wanted)
    return -made_for, language, template.pk
