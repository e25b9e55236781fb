"""Rules of engagement as a partner reads them: the version in force in each of its programs."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from dealreg.engagement import Known
from dealreg.models import Policy
from dealreg.permissions import VIEW_DEALS
from dealreg.rulings import policies_in_force, public_words
from partners.middleware import focused_vendor
from portal.console.policies.base import sections_of
from prm.kernel.actors import Kind
from prm.kernel.pages import ActorView


class Engagement(ActorView):
    """The rules of one program; `?version=` says which where there are several."""

    kinds = frozenset({Kind.PARTNER})
    permission = VIEW_DEALS

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show them in plain words."""
        policies = policies_in_force(self.actor, focused_vendor(request))
        policy = self._chosen(policies)
        if policy is None:
            return render(request, "partner/engagement.html", {"policy": None})
        known: Known = public_words(self.actor, policy)
        context: dict[str, Any] = {
            "policy": policy,
            "sections": sections_of(policy, known),
            "may_change": False,
            "others": [each for each in policies if each.pk != policy.pk],
            "title": _("Rules of engagement of %(program)s") % {"program": policy.program.name},
        }
        return render(request, "partner/engagement.html", context)

    def _chosen(self, policies: list[Policy]) -> Policy | None:
        wanted = self.request.GET.get("version", "")
        if not wanted:
            return next(iter(policies), None)
        found = next((each for each in policies if str(each.pk) == wanted), None)
        if found is None:
            raise Http404
        return found
