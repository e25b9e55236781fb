"""A partner's profile as pages show it: to its own people in the portal, to its vendors on the desk."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from activity.changes import told_changes, worded
from partners.models import Partner
from partners.profiles import LABELS, asks_of, label_of, value_of

if TYPE_CHECKING:
    from activity.models import Event
    from partners.models import PartnerDomain


@dataclass(frozen=True, slots=True)
class Fact:
    """A field with its value: one text, several, or domains."""

    name: str
    label: str
    text: str = ""
    several: tuple[str, ...] = ()
    domains: tuple[PartnerDomain, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing was given."""
        return not (self.text or self.several or self.domains)


def profile_parts(partner: Partner, domains: Collection[PartnerDomain]) -> list[tuple[str, list[Fact]]]:
    """Return the sections of a profile with their facts, as the partner's kind has them. No query."""
    parts: dict[str, list[Fact]] = {}
    for ask in asks_of(partner.type):
        if ask.name not in {"name", "logo"}:
            parts.setdefault(str(ask.section.label), []).append(_fact(partner, ask.name, label_of(ask), domains))
    return list(parts.items())


def _fact(partner: Partner, name: str, label: str, domains: Collection[PartnerDomain]) -> Fact:
    if name == "domains":
        return Fact(name, label, domains=tuple(domains))
    value: Any = value_of(partner, name, ())
    if isinstance(value, list):
        choices = dict(Partner._meta.get_field(name).base_field.flatchoices)  # type: ignore[union-attr]
        return Fact(name, label, several=tuple(str(choices.get(part, part)) for part in value))
    if name == "country":
        return Fact(name, label, str(value.name))
    return Fact(name, label, str(worded(Partner, name, value)) if value and name == "headcount" else str(value))


def history_entries(events: Sequence[Event]) -> list[dict[str, Any]]:
    """Return the history of a profile as `components/timeline.html` takes it: who changed what from what to what."""
    return [
        {
            "icon": event.definition.icon,
            "tone": event.definition.tone,
            "who": str(event.person or ""),
            "text": event.sentence,
            "at": event.occurred_at,
            "id": f"event-{event.pk}",
            "said": "\n".join(_changes(event)),
        }
        for event in events
    ]


def _changes(event: Event) -> list[str]:
    if "logo" in event.after:
        return []
    words = {"web_domains": str(LABELS["domains"])}
    names = list(dict.fromkeys([*event.before, *event.after]))
    return [
        _("%(field)s: %(before)s → %(after)s")
        % {"field": words.get(name, change.label), "before": change.before, "after": change.after}
        for name, change in zip(names, told_changes(event), strict=True)
    ]
