"""A chance's reasons in words, with their figures, for vendor and partner alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dealreg.enums import Stage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Reason:
    """What raises or lowers a chance, in one sentence."""

    up: bool
    words: str


def reasons_of(drivers: Sequence[Mapping[str, Any]], *, to_partner: bool) -> list[Reason]:
    """Return reasons in words, those that raise it first. A partner isn't told how others do."""
    return [
        Reason(bool(driver["up"]), _WORDS[driver["code"]]({**driver, "to_partner": to_partner}))
        for driver in drivers
        if driver["code"] in _WORDS
    ]


def _stage(facts: Mapping[str, Any]) -> str:
    return _("It is in stage “%(stage)s”.") % {"stage": _stage_name(facts)}


def _stage_name(facts: Mapping[str, Any]) -> str:
    return str(Stage(facts["stage"]).label) if facts["stage"] in Stage.values else str(facts["stage"])


def _age(facts: Mapping[str, Any]) -> str:
    days = ngettext("%(n)d day in stage “%(stage)s”", "%(n)d days in stage “%(stage)s”", facts["days"])
    days %= {"n": facts["days"], "stage": _stage_name(facts)}
    return _("%(days)s; usual are %(usual)d.") % {"days": days, "usual": facts["usual"]}


def _amount(facts: Mapping[str, Any]) -> str:
    return _("Its value is %(times)s times the usual one.") % {"times": number_format(facts["times"], 1)}


def _partner(facts: Mapping[str, Any]) -> str:
    if facts["to_partner"]:
        words = ngettext(
            "You won %(won)d of %(n)d closed deal.", "You won %(won)d of %(n)d closed deals.", facts["closed"]
        )
        return words % {"won": facts["won"], "n": facts["closed"]}
    words = ngettext(
        "The partner won %(won)d of %(n)d closed deal; all partners win %(base)d%%.",
        "The partner won %(won)d of %(n)d closed deals; all partners win %(base)d%%.",
        facts["closed"],
    )
    return words % {"won": facts["won"], "n": facts["closed"], "base": facts["base"]}


def _lead(facts: Mapping[str, Any]) -> str:
    return _("It came from a lead.") if facts["is"] else _("It didn’t come from a lead.")


def _protected(facts: Mapping[str, Any]) -> str:
    return _("Its registration was approved.") if facts["is"] else _("Its registration isn’t approved.")


def _quiet(facts: Mapping[str, Any]) -> str:
    words = ngettext("Last activity %(n)d day ago.", "Last activity %(n)d days ago.", facts["days"])
    return words % {"n": facts["days"]} if facts["days"] else _("Something was done today.")


def _product(facts: Mapping[str, Any]) -> str:
    return _("Its product family.") if facts["families"] else _("None of the product families that sell most.")


_WORDS = {
    "stage": _stage,
    "age": _age,
    "amount": _amount,
    "partner": _partner,
    "lead": _lead,
    "protected": _protected,
    "quiet": _quiet,
    "product": _product,
}
