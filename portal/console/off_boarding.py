"""What has to be settled when a partner leaves a program: a checklist with its figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dealreg.enums import UNDECIDED, Outcome, Status
from dealreg.models import Deal
from partners.models import Enrollment, Seat

if TYPE_CHECKING:
    from prm.kernel.actors import Actor


def off_boarding_of(actor: Actor, enrollment: Enrollment) -> list[dict[str, Any]]:
    """Return the steps for `components/checklist.html`. Three queries."""
    is_open = Q(outcome=Outcome.OPEN)
    found = (
        Deal.objects.visible_to(actor)
        .filter(enrollment=enrollment)
        .aggregate(
            undecided=Count("pk", filter=is_open & Q(status__in=UNDECIDED)),
            protected=Count("pk", filter=is_open & Q(status=Status.APPROVED, protected_until__gt=timezone.now())),
        )
    )
    people = Seat.objects.visible_to(actor).active().filter(partner=enrollment.partner_id).count()
    others = Enrollment.objects.visible_to(actor).live().filter(partner=enrollment.partner_id).exclude(pk=enrollment.pk)
    rows = f"{reverse('desk:deal-list')}?partner={enrollment.partner.slug}"
    return [
        _step(
            ngettext("%(n)d registration to decide", "%(n)d registrations to decide", found["undecided"]),
            found["undecided"],
            _("Kept, they stay in line and can be decided; released, they are set aside."),
            rows,
        ),
        _step(
            ngettext("%(n)d protected deal", "%(n)d protected deals", found["protected"]),
            found["protected"],
            _("Kept, protection runs on until its end or your day; released, others may register the customers."),
            rows,
        ),
        _step(_("Agreements: none to close"), 0, "", ""),
        _access(people, [str(other.program) for other in others.select_related("program")]),
    ]


def _step(words: str, number: int, note: str, url: str) -> dict[str, Any]:
    label = words % {"n": number} if "%(n)d" in words else words
    return {
        "label": label,
        "done": number == 0,
        "tone": "warn",
        "note": note if number else "",
        "url": url if number else "",
    }


def _access(people: int, others: list[str]) -> dict[str, Any]:
    words = ngettext("Access of %(n)d person and of API tokens", "Access of %(n)d people and of API tokens", people)
    note = _("Ends at once by itself, in open sessions too; theirs with others is untouched.")
    if others:
        note = _("Ends at once for this program; %(others)s stays open to them.") % {"others": ", ".join(others)}
    return {"label": words % {"n": people}, "done": False, "tone": "", "note": note}
