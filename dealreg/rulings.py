"""Reads about rulings: the policy a deal was registered under, what was said of it, and whether it replays."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Subquery
from django.utils import timezone

from accounts.models import Account, ProductFamily
from dealreg.engagement import Judgement, Known, fields_in, judge
from dealreg.models import Policy, Ruling
from partners.models import Seat
from prm.kernel.composed import composed
from standing.models import Credential, Tier

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import QuerySet

    from dealreg.engagement import Definition
    from dealreg.models import Deal
    from prm.kernel.actors import Actor

BATCH = 500


def policy_of(deal: Deal) -> Policy | None:
    """Return the rules of engagement that a deal was registered under. One query."""
    return next(iter(_policies(deal.enrollment_id, deal.policy_reference)), None)


@composed
def _policies(enrollment_id: int, reference: str) -> QuerySet[Policy]:
    found = Policy.objects.filter(program__enrollments=enrollment_id, reference=reference, valid_from__isnull=False)
    return found.order_by("pk")[:1]


def definition_of_deal() -> Subquery:
    """Return the rules of engagement, as JSON, that a deal was registered under: an annotation of deals."""
    policies = Policy.objects.filter(
        program__enrollments=OuterRef("enrollment_id"),
        reference=OuterRef("policy_reference"),
        valid_from__isnull=False,
    )
    return Subquery(policies.values("definition")[:1])


def holidays_of(deal: Deal) -> tuple[str, ...]:
    """Return the days on which a deal's clock stands still. One query."""
    policy = policy_of(deal)
    return () if policy is None else policy.shape.holidays


def known_of(actor: Actor, policy: Policy) -> Known:
    """Return what exists at a policy's vendor, by the names that a policy uses. Four queries, five with accounts."""
    vendor = {"vendor_id": policy.vendor_id}
    families = ProductFamily.objects.visible_to(actor).filter(covers_all=False, **vendor).order_by("name", "pk")
    tiers = Tier.objects.visible_to(actor).filter(program_id=policy.program_id, rank__isnull=False)
    credentials = Credential.objects.visible_to(actor).filter(**vendor).order_by("name", "pk")
    seats = Seat.objects.visible_to(actor).filter(is_active=True, **vendor).select_related("person")
    named = _named_accounts(policy.definition)
    accounts = Account.objects.visible_to(actor).filter(pk__in=named, **vendor) if named else Account.objects.none()
    return Known(
        clauses=policy.clauses,
        families=dict(families.values_list("code", "name")),
        tiers=dict(tiers.order_by("rank", "partner_type").values_list("slug", "name")),
        credentials=dict(credentials.values_list("slug", "name")),
        accounts=dict(accounts.order_by("name", "pk").values_list("pk", "name")),
        seats={seat.pk: str(seat.person) for seat in seats.order_by("person__name", "pk")},
        fields={own.slug: own for own in fields_in(policy.definition)},
    )


def _named_accounts(definition: dict[str, object]) -> set[int]:
    segments = definition.get("segments")
    found: set[int] = set()
    for segment in segments if isinstance(segments, list) else []:
        when = segment.get("when") if isinstance(segment, dict) else None
        accounts = when.get("accounts") if isinstance(when, dict) else None
        found |= {each for each in accounts or () if isinstance(each, int) and not isinstance(each, bool)}
    return found


@dataclass(frozen=True, slots=True)
class Replay:
    """A ruling and what its policy says of its stored facts today."""

    ruling: Ruling
    again: Judgement

    @property
    def is_equal(self) -> bool:
        """Whether the same came out."""
        return self.again == self.ruling.judged


def replayed(vendor_id: int | None = None) -> Iterator[Replay]:
    """Yield every ruling, of one vendor or all, judged again from its stored facts by its own policy."""
    shapes: dict[int, Definition] = {}
    rulings = Ruling.objects.select_related("policy").order_by("pk")
    if vendor_id is not None:
        rulings = rulings.filter(vendor_id=vendor_id)
    for ruling in rulings.iterator(chunk_size=BATCH):
        shape = shapes.setdefault(ruling.policy_id, ruling.policy.shape)
        yield Replay(ruling, judge(shape, ruling.stated))


def policies_in_force(actor: Actor, vendor_id: int | None = None) -> list[Policy]:
    """Return the version that holds today in each program that an actor sees. One query."""
    later = Policy.objects.filter(
        program=OuterRef("program"), valid_from__lte=timezone.localdate(), valid_from__gt=OuterRef("valid_from")
    )
    found = Policy.objects.visible_to(actor).filter(~Exists(later), valid_from__lte=timezone.localdate())
    if vendor_id is not None:
        found = found.filter(vendor_id=vendor_id)
    return list(found.select_related("program", "vendor").order_by("vendor__name", "program__name", "pk"))


def public_words(actor: Actor, policy: Policy) -> Known:
    """Return the vendor's words for what partners may know: never which accounts are named, nor who decides."""
    known = known_of(actor, policy)
    return replace(known, accounts={}, seats={}, is_public=True)
