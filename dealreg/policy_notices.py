"""What partners are told of rules of engagement."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext_lazy

from activity.enums import Cadence
from activity.notices import Recipient, notify
from activity.registry import handler, notice
from dealreg.emails import DEALS
from dealreg.models import Policy
from partners.emails import brand_of
from partners.models import Enrollment, Seat
from prm.kernel.actors import Role

if TYPE_CHECKING:
    from activity.models import Event

TOLD_AT_ONCE = 500
NEW_RULES = notice(
    "policy.announced",
    gettext_lazy("{vendor} has new rules of engagement {reference}, in force from {day}"),
    icon="book",
    group=DEALS,
    label=gettext_lazy("A vendor has new rules of engagement"),
    default=Cadence.IMMEDIATE,
    roles=frozenset({Role.ADMINISTRATOR, Role.SALES}),
)


@handler("dealreg.note_new_rules", "policy.announced")
def tell_new_rules(event: Event) -> None:
    """Tell the program's partners: administrators and sales."""
    policy = Policy.objects.select_related("vendor").filter(pk=event.subject_id).first()
    if policy is None or policy.is_draft:
        return
    partners = Enrollment.objects.live().filter(program=policy.program_id).values("partner")
    seats = Seat.objects.active().filter(partner__in=partners, role__in=NEW_RULES.roles).order_by("pk")
    people = [Recipient(*pair) for pair in seats.values_list("person_id", "id")]
    facts = {**event.data, "vendor": policy.vendor.name, "brand": brand_of(policy.vendor)}
    for start in range(0, len(people), TOLD_AT_ONCE):
        some = people[start : start + TOLD_AT_ONCE]
        notify(event=event, kind=NEW_RULES, recipients=some, facts=facts, path=reverse("portal:engagement"))
