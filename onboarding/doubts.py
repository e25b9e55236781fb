"""What speaks against deciding an application by rule: shown to approvers, each in a sentence. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from prm.kernel.domains import registrable_domain

if TYPE_CHECKING:
    from onboarding.models import Application


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """What the vendor knows already.

    own_records: names of its partners at the domain. dropped: a prospect that wasn't pursued. declined_on: when the
    company was declined last, within a year.
    """

    own_records: tuple[str, ...] = ()
    dropped: bool = False
    declined_on: date | None = None


def doubts_about(application: Application, background: Background) -> list[dict[str, str]]:
    """Return the doubts as data, so that each reader gets them in its language."""
    found = []
    website = registrable_domain(application.website)
    if application.website and website != application.domain:
        found.append({"code": "website", "website": website or application.website, "domain": application.domain})
    if background.own_records:
        found.append({"code": "own_record", "names": ", ".join(background.own_records)})
    if background.declined_on:
        found.append({"code": "declined", "on": background.declined_on.isoformat()})
    if background.dropped:
        found.append({"code": "dropped"})
    return found


def doubt_words(doubt: Mapping[str, Any]) -> str:
    """Return a doubt as a sentence in the active language."""
    facts = dict(doubt)
    if facts["code"] == "website":
        return _("The website (%(website)s) is on another domain than the address (%(domain)s).") % facts
    if facts["code"] == "own_record":
        return _("You have partners at this domain already: %(names)s.") % facts
    if facts["code"] == "declined":
        facts["on"] = date_format(date.fromisoformat(facts["on"]), "DATE_FORMAT")
        return _("The company was declined on %(on)s.") % facts
    return _("You decided not to pursue this company as a prospect.")
