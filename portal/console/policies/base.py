"""What the pages about rules of engagement share: finding a version, telling it, its state."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from dealreg.engagement import Known, PolicyRefused, Teller, check, parse
from dealreg.engagement.wording import SECTIONS
from dealreg.models import Policy
from dealreg.permissions import EDIT_POLICIES
from dealreg.rulings import known_of
from prm.kernel.actors import Kind
from prm.kernel.errors import Conflict
from prm.kernel.pages import ActorView

if TYPE_CHECKING:
    from dealreg.engagement import Fault
    from dealreg.engagement.wording import Part


class PolicyBase(ActorView):
    """A page about rules of engagement."""

    kinds = frozenset({Kind.VENDOR})
    permission = EDIT_POLICIES

    def find(self, pk: int) -> Policy:
        """Return the version that the address names, or 404."""
        found = Policy.objects.visible_to(self.actor).select_related("program__vendor", "vendor")
        policy: Policy = get_object_or_404(found, pk=pk)
        return policy

    def draft(self, pk: int) -> Policy:
        """Return a draft, or 404.

        Raises:
            Conflict: it isn't one any more.
        """
        policy = self.find(pk)
        if not policy.is_draft:
            raise Conflict("published", _("It isn’t a draft any more. Begin a new version from it."), fresh=policy)
        return policy

    def versions(self, policy: Policy) -> list[Policy]:
        """Return the other versions of the program, newest first."""
        found = Policy.objects.visible_to(self.actor).filter(program_id=policy.program_id)
        return list(found.exclude(pk=policy.pk).select_related("program").order_by("-valid_from", "-pk"))

    def about(self, policy: Policy, current: str) -> dict[str, Any]:
        """Return what every page about a version shows."""
        pages = (
            ("console:policy", _("Rules")),
            ("console:policy-compare", _("Side by side")),
            ("console:policy-trial", _("Tried on history")),
        )
        return {
            "policy": policy,
            "name": version_name(policy),
            "state": state_of(policy),
            "may_change": policy.is_draft,
            "tabs": [
                {"label": label, "url": reverse(name, args=[policy.pk]), "current": name == current}
                for name, label in pages
            ],
            "crumbs": self.crumbs(policy)[:1],
        }

    @cached_property
    def knowing(self) -> dict[int, Known]:
        """What exists at the vendor, by version."""
        return {}

    def known(self, policy: Policy) -> Known:
        """Return what exists at the vendor, read once."""
        if policy.pk not in self.knowing:
            self.knowing[policy.pk] = known_of(self.actor, policy)
        return self.knowing[policy.pk]

    def crumbs(self, policy: Policy) -> list[dict[str, str]]:
        """Return the way here."""
        found = [{"label": _("Rules of engagement"), "url": reverse("console:policies")}]
        return [*found, {"label": version_name(policy), "url": reverse("console:policy", args=[policy.pk])}]


def version_name(policy: Policy) -> str:
    """Return a version's program with its reference."""
    return _("%(program)s, rules %(reference)s") % {"program": policy.program.name, "reference": policy.reference}


def state_of(policy: Policy, later: bool = False) -> tuple[str, str, str]:  # noqa: FBT001, FBT002
    """Return a version's state in words, its tone and its icon. later: whether a newer one is in force."""
    if policy.valid_from is None:
        return _("Draft"), "info", "pen"
    if policy.valid_from > timezone.localdate():
        return _("Published, not yet in force"), "info", "clock"
    return (_("Past"), "", "done") if later else (_("In force"), "good", "ok")


def faults_of(policy: Policy, known: Known) -> tuple[Fault, ...]:
    """Return all that keeps a version from being published."""
    try:
        check(parse(policy.definition), known)
    except PolicyRefused as refused:
        return refused.faults
    return ()


def sections_of(policy: Policy, known: Known) -> list[dict[str, Any]]:
    """Return a version in words: its sections, each with its parts and their clauses; none where it can't be read."""
    try:
        told = Teller(policy.shape, known, policy.vendor.currency).sections()
    except PolicyRefused:
        return []
    return [
        {"name": name, "label": SECTIONS[name], "parts": [_told(part, policy) for part in parts]}
        for name, parts in told.items()
    ]


def _told(part: Part, policy: Policy) -> dict[str, Any]:
    words = policy.clauses.get(part.clause, "")
    return {"part": part, "words": words, "anchor": part.place.replace(".", "-")}
