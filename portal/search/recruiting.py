"""Applications and prospects that fit what was typed; a vendor has thousands at most, so that a scan is quick."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import CharField, Q, Value
from django.db.models.functions import Cast
from django.urls import reverse

from onboarding.enums import ApplicationState, ProspectState
from onboarding.models import Application, Prospect
from onboarding.permissions import VIEW_RECRUITING
from portal.search.hits import Fit, Hit, fit_of
from portal.search.records import MOST_READ, holding
from prm.kernel.actors import Actor


def recruiting_hits(actor: Actor, asked: str) -> Iterator[Hit]:
    """Yield the vendor's applications by company or reference, and its prospects by company. One query."""
    if not (actor.is_vendor and actor.may(VIEW_RECRUITING)):
        return
    text = asked.upper()
    seen = Application.objects.visible_to(actor)
    found = holding(seen, "name", asked) | seen.filter(Q(reference__startswith=text))
    shown = ("name", "state", "reference", "kind")
    applied = found.order_by().annotate(kind=Value("application")).values_list(*shown)
    prospects = holding(Prospect.objects.visible_to(actor), "name", asked).order_by()
    listed = prospects.annotate(reference=Cast("pk", CharField()), kind=Value("prospect")).values_list(*shown)
    for name, state, key, kind in applied.union(listed, all=True).order_by("name", "reference")[:MOST_READ]:
        fit = Fit.SAME if key == text else fit_of(name, asked) or Fit.HOLDS
        if kind == "application":
            note = f"{key} · {ApplicationState(state).label}"
            yield Hit(name, reverse("desk:application-detail", args=[key]), "user", note, fit)
        else:
            yield Hit(name, reverse("desk:prospect", args=[int(key)]), "find", str(ProspectState(state).label), fit)
