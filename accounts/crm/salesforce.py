"""Salesforce, by its REST API: OAuth 2.0 client credentials of a connected app, then SOQL page by page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from accounts.crm.ports import Batch, CrmFault, What, ask

if TYPE_CHECKING:
    from datetime import datetime

    import requests

VERSION = "v61.0"
PAGE = 200  # the least that Salesforce gives; an answer of ours is at most half a megabyte
FIELDS = {
    What.ACCOUNTS: (
        "Account",
        (
            "Id, Name, Website, Phone, BillingCountry, BillingCity, BillingPostalCode, BillingStreet, Owner.Name, "
            "LastActivityDate"
        ),
    ),
    What.OPPORTUNITIES: (
        "Opportunity",
        "Id, AccountId, Name, StageName, Amount, CloseDate, Owner.Name, LastActivityDate, IsClosed",
    ),
}


class Salesforce:
    """A Salesforce organisation."""

    def __init__(self, session: requests.Session, *, address: str, client_id: str, secret: str, currency: str) -> None:
        self._session, self._base, self._currency = session, address.rstrip("/"), currency
        grant = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
        answer = ask(session, "POST", f"{self._base}/services/oauth2/token", data=grant)
        self._headers = {
            "Authorization": f"Bearer {answer.get('access_token', '')}",
            "Sforce-Query-Options": f"batchSize={PAGE}",
        }

    def fetch(self, what: What, *, since: datetime | None, cursor: str) -> Batch:
        """Return a page; see `Crm`."""
        address = f"{self._base}/services/data/{VERSION}/query"
        if cursor:
            answer = ask(self._session, "GET", f"{address}/{cursor}", headers=self._headers)
        else:
            answer = ask(self._session, "GET", address, params={"q": _query(what, since)}, headers=self._headers)
        records = answer.get("records")
        if not isinstance(records, list):
            raise CrmFault("records")
        make = _account if what == What.ACCOUNTS else self._opportunity
        return Batch([make(record) for record in records], _cursor(answer))

    def _opportunity(self, record: dict[str, Any]) -> dict[str, Any]:
        amount = record.get("Amount")
        return {
            "external_id": record.get("Id"),
            "account_id": record.get("AccountId"),
            "name": record.get("Name"),
            "stage": record.get("StageName"),
            "value": amount,
            # With several currencies switched on there, amounts come in the organisation's own as well.
            "currency": None if amount is None else self._currency,
            "close_date": record.get("CloseDate"),
            "owner_name": _owner(record),
            "last_activity": record.get("LastActivityDate"),
            "closed": bool(record.get("IsClosed")),
        }


def _account(record: dict[str, Any]) -> dict[str, Any]:
    return {
        "external_id": record.get("Id"),
        "name": record.get("Name"),
        "domain": record.get("Website"),
        "country": record.get("BillingCountry"),
        "city": record.get("BillingCity"),
        "postcode": record.get("BillingPostalCode"),
        "street": _one_line(record.get("BillingStreet")),
        "phone": record.get("Phone"),
        "owner_name": _owner(record),
        "last_activity": record.get("LastActivityDate"),
    }


def _one_line(street: Any) -> str | None:
    return " ".join(str(street).split()) if street else None


def _owner(record: dict[str, Any]) -> str | None:
    owner = record.get("Owner")
    return owner.get("Name") if isinstance(owner, dict) else None


def _query(what: What, since: datetime | None) -> str:
    table, fields = FIELDS[what]
    where = f" WHERE SystemModstamp >= {since:%Y-%m-%dT%H:%M:%SZ}" if since else ""
    return f"SELECT {fields} FROM {table}{where} ORDER BY SystemModstamp, Id"  # noqa: S608  (SOQL, from constants)


def _cursor(answer: dict[str, Any]) -> str:
    # "/services/data/v61.0/query/01g…-200": only its last part is ours to keep, so that no answer leads us elsewhere.
    following = answer.get("nextRecordsUrl") if not answer.get("done") else ""
    return urlsplit(str(following)).path.rpartition("/")[2] if following else ""
