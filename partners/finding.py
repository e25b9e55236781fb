"""Finds the enrollments that files and other systems name: by the vendor's number, slug, domain or exact name."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q
from django.db.models.functions import Lower

from partners.models.domains import PartnerDomain
from partners.models.organisations import Enrollment
from prm.kernel.domains import registrable_domain

if TYPE_CHECKING:
    from collections.abc import Iterable

WAYS = ("number", "slug", "domain", "name")


@dataclass(frozen=True, slots=True)
class Found:
    """The enrollment that a text names; without one, whether several fit (`is_ambiguous`) or none."""

    enrollment: Enrollment | None = None
    is_ambiguous: bool = False


class EnrollmentFinder:
    """Knows one vendor's enrollments by what a batch of rows calls them. Two queries, however many rows.

    The surest way wins: the vendor's own number, then the slug, a domain that the partner proved to be its own, and
    last the name or legal name, letter by letter but for case. Whatever fits two partners is nobody's.
    """

    def __init__(self, vendor_id: int, names: Iterable[str]) -> None:
        self._by_way: dict[tuple[str, str], list[Enrollment]] = defaultdict(list)
        wanted = {name.strip().lower() for name in names if name and name.strip()}
        if wanted:
            self._load(vendor_id, wanted)

    def find(self, name: str, program: str = "") -> Found:
        """Return the enrollment that `name` stands for; `program` is a slug or name, for partners in several."""
        hits = self.all_of(name)
        return _one(hits, program.strip().lower()) if hits else Found()

    def all_of(self, name: str) -> list[Enrollment]:
        """Return all enrollments that `name` fits in the surest way, of one partner or of several."""
        text = name.strip().lower()
        for way in WAYS:
            key = registrable_domain(text) if way == "domain" else text
            if key and (hits := self._by_way.get((way, key))):
                return hits
        return []

    def _load(self, vendor_id: int, wanted: set[str]) -> None:
        domains = {domain for text in wanted if (domain := registrable_domain(text))}
        proven = PartnerDomain.objects.filter(domain__in=domains, is_verified=True, partner__merged_into=None)
        of_domain = defaultdict(list)
        for partner_id, domain in proven.values_list("partner_id", "domain") if domains else ():
            of_domain[partner_id].append(domain)
        rows = (
            Enrollment.objects.filter(vendor_id=vendor_id)
            .select_related("partner", "program", "vendor")
            .annotate(number=Lower("external_id"), called=Lower("partner__name"), legal=Lower("partner__legal_name"))
        )
        fits = Q(number__in=wanted) | Q(partner__slug__in=wanted) | Q(called__in=wanted) | Q(legal__in=wanted)
        for row in rows.filter(fits | Q(partner__in=list(of_domain))).order_by("pk"):
            keys = {("number", row.number), ("slug", row.partner.slug), ("name", row.called), ("name", row.legal)}
            keys |= {("domain", domain) for domain in of_domain[row.partner_id]}
            for key in keys:
                self._by_way[key].append(row)


def _one(hits: list[Enrollment], program: str) -> Found:
    if program:
        hits = [hit for hit in hits if program in {hit.program.slug, hit.program.name.lower()}]
    live = [hit for hit in hits if hit.is_live]
    for choice in (hits, live):
        if len(choice) == 1:
            return Found(choice[0])
    return Found(is_ambiguous=bool(hits))
