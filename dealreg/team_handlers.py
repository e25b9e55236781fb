"""Who is told about deal teams. A partner on somebody else's deal is told of its own share and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from activity.notices import notify
from activity.registry import handler
from dealreg import pipeline_emails
from dealreg.models import Deal, TeamShare
from partners.emails import brand_of
from partners.reports import partner_people, vendor_staff
from prm.kernel.actors import Role

if TYPE_CHECKING:
    from activity.models import Event
    from activity.registry import NoticeKind

WORKERS = (Role.ADMINISTRATOR, Role.SALES)


def _share_of(event: Event) -> TeamShare:
    return TeamShare.objects.select_related("deal__partner", "vendor", "team").get(pk=event.subject_id)


def _tell_member(event: Event, kind: NoticeKind, how: str = "", path: str = "") -> None:
    share = _share_of(event)
    if share.enrollment_id is None:
        return
    facts: dict[str, Any] = {
        "partner": share.deal.partner.name,
        "vendor": share.vendor.name,
        "percent": event.data.get("percent", ""),
        "role": event.data.get("role", ""),
        "message": share.team.text,
        "how": how,
        "brand": brand_of(share.vendor),
    }
    people = partner_people(share.enrollment_id, *WORKERS)
    notify(event=event, kind=kind, recipients=people, facts=facts, path=path or share.get_absolute_url())


@handler("dealreg.tell_invited_member", "team.invited")
def tell_invited_member(event: Event) -> None:
    """Tell the partner that was named."""
    _tell_member(event, pipeline_emails.INVITED)


@handler("dealreg.tell_agreed_member", "team.agreed")
def tell_agreed_member(event: Event) -> None:
    """Tell each that everyone has agreed."""
    _tell_member(event, pipeline_emails.SETTLED, _("everyone agreed"))


@handler("dealreg.tell_closed_member", "team.closed")
def tell_closed_member(event: Event) -> None:
    """Tell who was asked that nothing came of it."""
    _tell_member(event, pipeline_emails.SETTLED, _("it doesn’t hold"), "/portal/shared-deals/")


def _tell_sides(event: Event, how: str) -> None:
    deal = Deal.objects.select_related("vendor").get(pk=event.subject_id)
    facts = {"customer": deal.customer_name, "how": how, "brand": brand_of(deal.vendor)}
    kind = pipeline_emails.ANSWERED
    own = [to for to in partner_people(deal.enrollment_id, also=deal.owner_id) if to.person_id != event.person_id]
    notify(event=event, kind=kind, recipients=own, facts=facts, path=f"{deal.get_absolute_url()}team/")
    if TeamShare.objects.filter(deal=deal, direct=True).exists():
        staff = [to for to in vendor_staff(deal.vendor_id, Role.MANAGER) if to.person_id != event.person_id]
        notify(event=event, kind=kind, recipients=staff, facts=facts, path=f"{deal.get_desk_url()}team/")


@handler("dealreg.tell_team_proposed", "deal.team_proposed")
def tell_team_proposed(event: Event) -> None:
    """Tell the deal's owner, and the vendor where its own sales are meant."""
    _tell_sides(event, _("a team is proposed"))


@handler("dealreg.tell_team_agreed", "deal.team_agreed")
def tell_team_agreed(event: Event) -> None:
    """Tell both sides."""
    _tell_sides(event, _("everyone agreed"))


@handler("dealreg.tell_team_declined", "deal.team_declined")
def tell_team_declined(event: Event) -> None:
    """Tell both sides, with the reason."""
    _tell_sides(event, _("declined: %(message)s") % event.data)


@handler("dealreg.tell_team_left", "deal.team_left")
def tell_team_left(event: Event) -> None:
    """Tell both sides."""
    _tell_sides(event, _("%(name)s left") % event.data)
