"""What points, and people's certificates and courses, count for."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from standing.enums import CredentialKind, CredentialLevel
from standing.models import Credential
from standing.registry import How, Tag, Unit, fact_source, measure

PLAIN = """
SELECT enrollment_id, key, day, ends, points AS amount, 1 AS n, NULL::text AS who, recorded_at AS known_at,
  category AS tag_category, rule AS tag_rule
FROM {rows} WHERE {which} AND fades_months = 0
"""
# What fades is told as steps: a fact for each month, worth less each time.
FADING = """
SELECT enrollment_id, key, (day + make_interval(months => step))::date AS day,
  (day + make_interval(months => step + 1))::date AS ends,
  round(points * (fades_months - step) / fades_months, 2) AS amount, 1 AS n, NULL::text AS who, recorded_at AS known_at,
  category AS tag_category, rule AS tag_rule
FROM {rows} CROSS JOIN LATERAL generate_series(0, fades_months - 1) AS step
WHERE {which} AND fades_months > 0
"""


def points_of(rows: str, which: str) -> tuple[str, str]:
    """Return the facts of a ledger, or of a table like it: those that keep their worth, and those that fade."""
    return PLAIN.format(rows=rows, which=which), FADING.format(rows=rows, which=which)


POINTS = points_of("standing_pointentry", "vendor_id = %(vendor)s")

fact_source(
    "points",
    label=_("Points"),
    unit=Unit("point", "points"),
    sql="UNION ALL".join(POINTS),
    parts=POINTS,
    tags={"category": Tag(_("category")), "rule": Tag(_("rule"))},
    earns=False,
)
measure(
    "points",
    label=_("Points"),
    sentence=_("Points earned in the window that haven’t expired, less what was taken back."),
    unit=Unit("point", "points"),
    source="points",
)

HOLDER = "coalesce('person:' || a.person_id, 'mail:' || nullif(a.holder_email, ''), 'name:' || lower(a.holder_name))"
HOLDINGS = """
SELECT h.enrollment_id, 'achievement:' || h.achievement_id AS key, h.day, h.ends, h.n AS amount, h.n, {who} AS who,
  h.recorded_at AS known_at, c.slug AS tag_credential, c.level AS tag_level, c.kind AS tag_kind
FROM standing_holding h JOIN standing_achievement a ON a.id = h.achievement_id
JOIN standing_credential c ON c.id = a.credential_id
WHERE h.vendor_id = %(vendor)s AND c.kind {kinds}
"""
CERTIFICATES, COURSES = "<> 'course'", "= 'course'"


def credential_names(vendor_id: int) -> dict[str, str]:
    """Return what a vendor's certificates and courses are called, by slug. One query."""
    return dict(Credential.objects.filter(vendor_id=vendor_id).values_list("slug", "name"))


TAGS = {
    "credential": Tag(_("Certificate or course"), named_by=credential_names),
    "level": Tag(_("Level"), dict(CredentialLevel.choices)),
    "kind": Tag(_("Kind"), dict(CredentialKind.choices)),
}
EVENTS = ("achievements.booked", "achievements.moved")

fact_source(
    "certificate.held",
    label=_("Certificates"),
    unit=Unit("certificate", "certificates"),
    sql=HOLDINGS.format(who=HOLDER, kinds=CERTIFICATES),
    tags=TAGS,
    events=EVENTS,
)
fact_source(
    "certificate.kinds",
    label=_("Kinds of certificate"),
    unit=Unit("certificate", "certificates"),
    sql=HOLDINGS.format(who="c.slug", kinds=CERTIFICATES),
    tags=TAGS,
    events=EVENTS,
    earns=False,
)
fact_source(
    "course.completed",
    label=_("Completed courses"),
    unit=Unit("course", "courses"),
    sql=HOLDINGS.format(who=HOLDER, kinds=COURSES),
    tags=TAGS,
    events=EVENTS,
)

measure(
    "certificates.valid",
    label=_("Valid certificates"),
    sentence=_("How many certificates and accreditations the partner’s people hold that haven’t expired."),
    unit=Unit("certificate", "certificates"),
    source="certificate.held",
    how=How.COUNT,
)
measure(
    "people.certified",
    label=_("Certified people"),
    sentence=_("How many of the partner’s people hold at least one valid certificate; each person counts once."),
    unit=Unit("person", "people"),
    source="certificate.held",
    how=How.PEOPLE,
)
measure(
    "certificates.held",
    label=_("Certificates held"),
    sentence=_("Which certificates at least one of the partner’s people holds."),
    unit=Unit("certificate", "certificates"),
    source="certificate.kinds",
    how=How.VALUES,
)
measure(
    "courses.completed",
    label=_("Completed courses"),
    sentence=_("How many courses the partner’s people completed, here or elsewhere."),
    unit=Unit("course", "courses"),
    source="course.completed",
    how=How.COUNT,
)
