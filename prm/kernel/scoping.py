"""Who sees which rows. Each model declares its paths once; `visible_to(actor)` follows from them.

There is no hidden default filter and no bypass: a queryset without `visible_to` shows everything, and a test keeps
such querysets out of every interface.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Self

from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.db import models
from django.http import Http404

from prm.kernel.actors import Actor, Kind, Reach


@dataclass(frozen=True, slots=True)
class Scope:
    """A model's paths, in Django's double-underscore notation, to the ids that decide who sees a row.

    vendor: the vendor's id. partner, enrollment: the partner's and the enrollment's id; without them partner users
    see no row, unless `shared`. owner: the person whose row it is, for seats that reach only their own. person: rows
    of one person alone, whatever the seat. shared: the vendor's enrolled partners may read it (a catalogue).
    operator: the installation's operator may read it.
    """

    vendor: str = ""
    partner: str = ""
    enrollment: str = ""
    owner: str = ""
    person: str = ""
    shared: bool = False
    operator: bool = False

    def conditions(self, actor: Actor) -> dict[str, Any] | None:
        """Return the lookups that a visible row meets, or None where the actor sees no row at all."""
        if self.person:
            is_oneself = actor.person_id is not None and not actor.read_only
            return {self.person: actor.person_id} if is_oneself else None
        if actor.kind in {Kind.VENDOR, Kind.SYSTEM}:
            return {self.vendor: actor.vendor_id} if self.vendor and actor.vendor_id is not None else None
        if actor.kind is Kind.PARTNER:
            return self._for_partner(actor)
        if actor.kind is Kind.OPERATOR and self.operator:
            return {}
        return None

    def _for_partner(self, actor: Actor) -> dict[str, Any] | None:
        if self.shared:
            return {f"{self.vendor}__in": sorted(actor.vendor_ids)} if actor.vendor_ids else None
        if not (self.partner and self.enrollment and actor.enrollments):
            return None
        found: dict[str, Any] = {self.partner: actor.partner_id, f"{self.enrollment}__in": actor.enrollment_ids}
        if actor.reach is Reach.OWN and self.owner:
            found[self.owner] = actor.person_id
        return found


@dataclass(frozen=True, slots=True)
class Unscoped:
    """Declares that a model is not a tenant's data, or is reached only through its parent, and why."""

    reason: str


class ScopedQuerySet(models.QuerySet[Any]):
    """The queryset of every model of ours."""

    def visible_to(self, actor: Actor) -> Self:
        """Return the rows that `actor` may see."""
        scope = self.model.scope
        conditions = scope.conditions(actor) if isinstance(scope, Scope) else None
        return self.none() if conditions is None else self.filter(**conditions)


class ScopedModel(models.Model):
    """The base of every model of ours: it says who sees its rows."""

    scope: ClassVar[Scope | Unscoped]

    objects = ScopedQuerySet.as_manager()

    class Meta:
        abstract = True


def is_visible(row: models.Model, actor: Actor) -> bool:
    """Whether `actor` still sees `row` as it now stands, judged in the transaction that wrote it. One query."""
    return type(row)._default_manager.visible_to(actor).filter(pk=row.pk).exists()  # type: ignore[attr-defined]


def holds(row: models.Model, actor: Actor) -> bool:
    """Whether a row's own columns meet the actor's conditions; the same answer as `is_visible`, without a query.

    Only for models whose paths are columns of their own.
    """
    scope = type(row).scope  # type: ignore[attr-defined]
    conditions = scope.conditions(actor) if isinstance(scope, Scope) else None
    if conditions is None:
        return False
    return all(_meets(row, lookup, wanted) for lookup, wanted in conditions.items())


def _meets(row: models.Model, lookup: str, wanted: Any) -> bool:
    column, _, operator = lookup.partition("__")
    value = getattr(row, column)
    return value in wanted if operator == "in" else value == wanted


def keep_visible(row: models.Model, actor: Actor) -> None:
    """Undo the transaction, with 404, if the row that was just written is out of the actor's sight.

    Raises:
        Http404: it is.
    """
    if not holds(row, actor):
        raise Http404


@register()
def check_scopes(app_configs: Any, **_: Any) -> list[CheckMessage]:
    """Refuse to start with a model that doesn't say who sees its rows."""
    ours = [apps.get_app_config(label) for label in settings.OUR_APPS]
    return [
        Error(
            f"{model._meta.label} does not declare who sees its rows.",
            hint="Give it `scope = Scope(…)`, or `scope = Unscoped(reason)` where it is not a tenant's data.",
            obj=model,
            id="kernel.E001",
        )
        for config in ours
        for model in config.get_models()
        if not isinstance(getattr(model, "scope", None), Scope | Unscoped)
    ]
