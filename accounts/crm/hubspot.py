"""HubSpot, by its CRM API v3 with a private app's token: companies and deals, page by page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from accounts.crm.ports import Batch, CrmFault, What, ask

if TYPE_CHECKING:
    from datetime import datetime

    import requests

BASE = "https://api.hubapi.com"
PAGE = 100
OBJECTS = {
    What.ACCOUNTS: (
        "companies",
        ("name,domain,country,city,zip,address,phone,hubspot_owner_id,notes_last_contacted,hs_lastmodifieddate"),
    ),
    What.OPPORTUNITIES: (
        "deals",
        (
            "dealname,dealstage,amount,deal_currency_code,closedate,hubspot_owner_id,notes_last_contacted,"
            "hs_is_closed,hs_lastmodifieddate"
        ),
    ),
}


class HubSpot:
    """A HubSpot portal. Its lists can't be asked for what changed, so that pages leave out what didn't."""

    def __init__(self, session: requests.Session, *, address: str, client_id: str, secret: str, currency: str) -> None:
        self._session, self._currency = session, currency
        self._base = (address or BASE).rstrip("/")
        self._headers = {"Authorization": f"Bearer {secret}"}
        self._owners: dict[str, str] | None = None

    def fetch(self, what: What, *, since: datetime | None, cursor: str) -> Batch:
        """Return a page; see `Crm`."""
        name, properties = OBJECTS[what]
        asked: dict[str, Any] = {"limit": PAGE, "properties": properties}
        if what == What.OPPORTUNITIES:
            asked["associations"] = "companies"
        if cursor:
            asked["after"] = cursor
        answer = ask(self._session, "GET", f"{self._base}/crm/v3/objects/{name}", params=asked, headers=self._headers)
        results = answer.get("results")
        if not isinstance(results, list):
            raise CrmFault("results")
        make = self._account if what == What.ACCOUNTS else self._opportunity
        rows = [make(each) for each in results if _is_since(each, since)]
        following = answer.get("paging", {}).get("next", {}).get("after")
        return Batch(rows, str(following or ""))

    def _account(self, result: dict[str, Any]) -> dict[str, Any]:
        values = result.get("properties", {})
        return {
            "external_id": result.get("id"),
            "name": values.get("name") or values.get("domain"),
            "domain": values.get("domain"),
            "country": values.get("country"),
            "city": values.get("city"),
            "postcode": values.get("zip"),
            "street": values.get("address"),
            "phone": values.get("phone"),
            "owner_name": self._owner(values),
            "last_activity": _day(values.get("notes_last_contacted")),
        }

    def _opportunity(self, result: dict[str, Any]) -> dict[str, Any]:
        values = result.get("properties", {})
        companies = result.get("associations", {}).get("companies", {}).get("results", [])
        amount = values.get("amount") or None
        return {
            "external_id": result.get("id"),
            "account_id": companies[0].get("id") if companies else None,
            "name": values.get("dealname"),
            "stage": values.get("dealstage"),
            "value": amount,
            "currency": None if amount is None else values.get("deal_currency_code") or self._currency,
            "close_date": _day(values.get("closedate")),
            "owner_name": self._owner(values),
            "last_activity": _day(values.get("notes_last_contacted")),
            "closed": values.get("hs_is_closed") == "true",
        }

    def _owner(self, values: dict[str, Any]) -> str | None:
        if not values.get("hubspot_owner_id"):
            return None
        if self._owners is None:
            self._owners = self._all_owners()
        return self._owners.get(str(values["hubspot_owner_id"]))

    def _all_owners(self) -> dict[str, str]:
        known: dict[str, str] = {}
        after = ""
        while True:
            asked = {"limit": PAGE, **({"after": after} if after else {})}
            answer = ask(self._session, "GET", f"{self._base}/crm/v3/owners", params=asked, headers=self._headers)
            for owner in answer.get("results", []):
                name = f"{owner.get('firstName') or ''} {owner.get('lastName') or ''}".strip()
                known[str(owner.get("id"))] = name or str(owner.get("email") or "")
            after = str(answer.get("paging", {}).get("next", {}).get("after") or "")
            if not after:
                return known


def _is_since(result: dict[str, Any], since: datetime | None) -> bool:
    changed = result.get("properties", {}).get("hs_lastmodifieddate") or result.get("updatedAt")
    return since is None or not changed or str(changed) >= f"{since:%Y-%m-%dT%H:%M:%S}"


def _day(moment: Any) -> str | None:
    return str(moment)[:10] if moment else None
