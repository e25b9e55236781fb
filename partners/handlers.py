"""Who is told when something happens to partners and their teams. Handlers only write to the database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from activity.notices import Recipient, notify
from activity.registry import handler
from partners import notices
from partners.emails import brand_of
from partners.enums import MergeState, TypeChangeState
from partners.models import Enrollment, JoinRequest, PartnerMerge, Seat, TypeChange
from partners.reports import partner_people, vendor_staff
from prm.kernel.actors import VENDOR_ROLES, Role

if TYPE_CHECKING:
    from activity.models import Event


@handler("partners.tell_manager", "enrollment.manager")
def tell_manager(event: Event) -> None:
    """Tell who looks after the partner now, who did before, and the partner's administrators."""
    enrollment = Enrollment.objects.select_related("partner", "vendor", "manager").get(pk=event.subject_id)
    facts = {
        "manager": str(enrollment.manager or _("Nobody")),
        "partner": enrollment.partner.name,
        "vendor": enrollment.vendor.name,
    }
    concerned = {event.before.get("manager"), event.after.get("manager")} - {None, event.person_id}
    staff = [to for to in vendor_staff(enrollment.vendor_id, *VENDOR_ROLES) if to.person_id in concerned]
    desk = enrollment.partner.get_absolute_url()
    notify(event=event, kind=notices.MANAGER, recipients=staff, facts={**facts, "path": desk}, path=desk)
    if enrollment.manager is None:
        return
    people, home = partner_people(enrollment.pk, Role.ADMINISTRATOR), reverse("portal:home")
    notify(event=event, kind=notices.YOUR_MANAGER, recipients=people, facts={**facts, "path": home}, path=home)


@handler("partners.tell_join_asked", "join.asked")
def tell_join_asked(event: Event) -> None:
    """Tell the partner's administrators."""
    request = JoinRequest.objects.select_related("partner").filter(pk=event.subject_id).first()
    if request is None:
        return
    seats = Seat.objects.active().filter(partner_id=request.partner_id, role=Role.ADMINISTRATOR)
    people = [Recipient(*pair) for pair in seats.values_list("person_id", "pk")]
    path = reverse("portal:join-request", args=[request.key])
    facts = {"name": request.name, "email": request.email, "partner": request.partner.name, "note": request.note}
    notify(event=event, kind=notices.JOIN_ASKED, recipients=people, facts={**facts, "path": path}, path=path)


@handler("partners.tell_merge_proposed", "merge.proposed")
def tell_merge_proposed(event: Event) -> None:
    """Tell the administrators of both records, each of whom confirms or declines; nobody where it was decided since."""
    merge = PartnerMerge.objects.select_related("vendor", "kept", "absorbed").get(pk=event.subject_id)
    if merge.state != MergeState.PROPOSED:
        return
    seats = Seat.objects.active().filter(partner__in=[merge.kept_id, merge.absorbed_id], role=Role.ADMINISTRATOR)
    people = [Recipient(*pair) for pair in seats.values_list("person_id", "pk")]
    path = reverse("portal:merge", args=[merge.key])
    facts = {
        "vendor": merge.vendor.name,
        "kept": merge.kept.name,
        "absorbed": merge.absorbed.name,
        "note": merge.note,
        "brand": brand_of(merge.vendor),
        "path": path,
    }
    notify(event=event, kind=notices.MERGE_PROPOSED, recipients=people, facts=facts, path=path)


@handler("partners.tell_type_proposed", "type.proposed")
def tell_type_proposed(event: Event) -> None:
    """Tell the partner's administrators; nobody where it was decided since."""
    change = TypeChange.objects.select_related("vendor", "partner").get(pk=event.subject_id)
    if change.state != TypeChangeState.PROPOSED:
        return
    seats = Seat.objects.active().filter(partner_id=change.partner_id, role=Role.ADMINISTRATOR)
    people = [Recipient(*pair) for pair in seats.values_list("person_id", "pk")]
    path = reverse("portal:type-change", args=[change.key])
    facts = {
        "vendor": change.vendor.name,
        "name": change.partner.name,
        "after": change.get_after_display(),
        "reason": change.reason,
        "brand": brand_of(change.vendor),
        "path": path,
    }
    notify(event=event, kind=notices.TYPE_PROPOSED, recipients=people, facts=facts, path=path)
