"""What a partner says of itself, as a vendor reads it: the same for all, and changed by the partner alone."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from partners.models import Partner, PartnerDomain
from partners.permissions import PROPOSE_MERGE, PROPOSE_TYPE, VIEW_PARTNERS
from partners.profiles import completeness_of
from partners.reports import merges_of, profile_history, type_changes_of
from portal.profiles import history_entries, profile_parts
from prm.kernel.actors import Kind
from prm.kernel.pages import ActorView


def partner_tabs(partner: Partner, current: str) -> list[dict[str, Any]]:
    """Return the pages about a partner, for `components/tabs.html`."""
    pages = (("desk:partner-detail", _("With you")), ("desk:partner-profile", _("Profile")))
    return [
        {"label": label, "url": reverse(name, args=[partner.slug]), "current": name == current} for name, label in pages
    ]


class PartnerProfile(ActorView):
    """A partner's profile, to read."""

    kinds = frozenset({Kind.VENDOR})
    permission = VIEW_PARTNERS

    def get(self, request: Any, slug: str) -> HttpResponse:
        """Show it. The parent is named only where the vendor knows it, too."""
        partner = get_object_or_404(Partner.objects.visible_to(self.actor), slug=slug)
        domains = list(PartnerDomain.objects.visible_to(self.actor).filter(partner=partner).order_by("pk"))
        known = Partner.objects.visible_to(self.actor)
        context = {
            "partner": partner,
            "parent": known.filter(pk=partner.parent_id).first() if partner.parent_id else None,
            "complete": completeness_of(partner, [row.domain for row in domains]),
            "parts": profile_parts(partner, domains),
            "may_merge": self.actor.may(PROPOSE_MERGE),
            "merges": merges_of(self.actor, partner) if self.actor.may(PROPOSE_MERGE) else [],
            "may_change_type": self.actor.may(PROPOSE_TYPE),
            "type_changes": type_changes_of(self.actor, partner) if self.actor.may(PROPOSE_TYPE) else [],
            "history": history_entries(profile_history(self.actor, partner)),
            "tabs": partner_tabs(partner, "desk:partner-profile"),
            "crumbs": [
                {"label": _("Partners"), "url": reverse("desk:partner-list")},
                {"label": partner.name, "url": partner.get_absolute_url()},
                {"label": _("Profile")},
            ],
        }
        return render(request, "desk/partner_profile.html", context)
