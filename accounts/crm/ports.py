"""What a CRM is to us: pages of accounts and of opportunities. Each connector speaks one system's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

import requests
from django.utils.translation import gettext as _

from prm.kernel.outbound import NotAllowed

if TYPE_CHECKING:
    from datetime import datetime

Row = Mapping[str, Any]


class What(StrEnum):
    """What is fetched, in this order: an opportunity names its account."""

    ACCOUNTS = "accounts"
    OPPORTUNITIES = "opportunities"


@dataclass(frozen=True, slots=True)
class Batch:
    """A page of rows by target of the import kind `accounts` or `opportunities`. cursor: of the next one, or ""."""

    rows: Sequence[Row]
    cursor: str


class CrmFault(Exception):
    """The CRM could not be read; the words are for the partner manager. is_final: trying again won't help."""

    def __init__(self, message: str, *, is_final: bool = False) -> None:
        super().__init__(message)
        self.is_final = is_final


class Crm(Protocol):
    """A CRM that was signed in to."""

    def fetch(self, what: What, *, since: datetime | None, cursor: str) -> Batch:
        """Return a page of what changed since a moment (None: all), beginning at a cursor ("": the first).

        Raises:
            CrmFault: it could not be read.
        """
        ...


def ask(session: requests.Session, method: str, url: str, **options: Any) -> dict[str, Any]:
    """Send a request and return the JSON object that answers it.

    Raises:
        CrmFault: nobody answers, it refuses us, or the answer is no JSON object.
    """
    try:
        response = session.request(method, url, **options)
    except NotAllowed as error:
        raise CrmFault(_("The address may not be asked: %(why)s.") % {"why": error}, is_final=True) from error
    except requests.RequestException as error:
        raise CrmFault(_("It does not answer.")) from error
    if response.status_code in {400, 401, 403}:
        said = _("It refuses our key (%(status)d). Check key, secret and what they may read.")
        raise CrmFault(said % {"status": response.status_code}, is_final=True)
    if response.status_code == 429:
        raise CrmFault(_("It asks us to come back later: too many questions."))
    if response.status_code >= 300:
        raise CrmFault(_("It answers with an error (%(status)d).") % {"status": response.status_code})
    try:
        answer = response.json()
    except ValueError as error:
        raise CrmFault(_("Its answer can't be read.")) from error
    if not isinstance(answer, dict):
        raise CrmFault(_("Its answer can't be read."))
    return answer
