"""Tells which of a vendor's own partners the rows of a list name, and which rows name the same.

Only partners that are enrolled with this vendor are known here. One that works with another vendor alone is as unknown
as one that doesn't exist: whoever reads the outcome learns nothing of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from accounts.naming import normalise_name
from imports.parsers import Refused
from partners.models import Enrollment, PartnerDomain

if TYPE_CHECKING:
    from prm.kernel.actors import Actor

Key = tuple[str, str]


@dataclass(slots=True)
class Known:
    """A partner: of the vendor's, or one that an earlier row of this list makes (`line`).

    numbers: the vendor's for it, each with the program in which it has it. programs: ids of its enrollments, by
    program; None for those that the list makes.
    """

    partner_id: int | None = None
    line: int = 0
    country: str = ""
    numbers: dict[str, int] = field(default_factory=dict)
    programs: dict[int, int | None] = field(default_factory=dict)


class PartnerRecogniser:
    """Knows one vendor's partners by what a batch of rows calls them. Two queries, however many rows.

    The surest way wins: the vendor's number; then a domain in the same country; then the name without its legal form,
    in the same country. Two different numbers are two partners, whatever else is alike.
    """

    def __init__(self, actor: Actor, rows: Sequence[Mapping[str, Any]]) -> None:
        self._by_key: dict[Key, list[Known]] = defaultdict(list)
        self._lines: dict[tuple[int, int], int] = {}
        found = self._enrolled(actor, rows)
        domains = {domain for data in rows for domain in data["domains"]}
        ours = [known.partner_id for known in found.values()]
        owned = PartnerDomain.objects.visible_to(actor).filter(domain__in=domains, partner__in=ours)
        for partner_id, domain in owned.values_list("partner_id", "domain") if domains else ():
            self._by_key["domain", f"{domain}\n{found[partner_id].country}"].append(found[partner_id])

    def _enrolled(self, actor: Actor, rows: Sequence[Mapping[str, Any]]) -> dict[int, Known]:
        """Return the vendor's partners by id, entered by number and name."""
        found: dict[int, Known] = {}
        wanted = {data["country"] for data in rows}
        numbers = {data["external_id"] for data in rows} - {""}
        enrolled = Enrollment.objects.visible_to(actor).order_by("pk")
        for pk, partner_id, program_id, number, name, country in enrolled.values_list(
            "pk", "partner_id", "program_id", "external_id", "partner__name", "partner__country"
        ):
            if country not in wanted and number not in numbers:
                continue
            if partner_id not in found:
                found[partner_id] = Known(partner_id, country=country)
                self._by_key["name", f"{normalise_name(name)}\n{country}"].append(found[partner_id])
            known = found[partner_id]
            known.programs[program_id] = pk
            if number:
                known.numbers[number] = program_id
                self._by_key["number", number].append(known)
        return found

    def recognise(self, line: int, data: Mapping[str, Any], program_id: int) -> Known:
        """Return the partner that a row names, entered for later rows; a fresh one where it is new.

        Raises:
            Refused: it fits several, or names the same partner and program as an earlier row.
        """
        known = self._find(data)
        if known is None:
            known = Known(line=line, country=data["country"])
            for key in keys_of(data):
                self._by_key[key].append(known)
        place = (id(known), program_id)
        if place in self._lines:
            raise Refused(_("The same partner as line %(line)d.") % {"line": self._lines[place]})
        self._lines[place] = line
        if data["external_id"] and not known.numbers:
            known.numbers[data["external_id"]] = program_id
            self._by_key["number", data["external_id"]].append(known)
        known.programs.setdefault(program_id, None)
        return known

    def _find(self, data: Mapping[str, Any]) -> Known | None:
        number = data["external_id"]
        if number and (hits := self._by_key.get(("number", number))):
            return hits[0]
        left: list[Known] = []
        for key in keys_of(data):
            fit = _distinct(known for known in self._by_key.get(key, ()) if not (number and known.numbers))
            left = [known for known in fit if known in left] or fit if left else fit
            if len(left) == 1:
                return left[0]
        if left:
            raise Refused(_("Several of your partners fit. Give this one's number, here and at the partner."))
        return None


def keys_of(data: Mapping[str, Any]) -> list[Key]:
    """Return what a row's partner is looked up by after its number, the surest first."""
    found = [("domain", f"{domain}\n{data['country']}") for domain in data["domains"]]
    name = normalise_name(data["name"])
    return [*found, ("name", f"{name}\n{data['country']}")] if name else found


def _distinct(found: Iterable[Known]) -> list[Known]:
    return list({id(known): known for known in found}.values())
