"""An end customer as somebody wrote it."""

from dataclasses import dataclass

IDENTITY_COLUMNS = (
    "name",
    "country",
    "domain",
    "phone",
    "postcode",
    "city",
    "street",
    "registry_number",
    "vat_number",
)
"""An account's columns in the order of `Identity`'s fields."""


@dataclass(frozen=True, slots=True)
class Identity:
    """An end customer as written: only the name is needed."""

    name: str
    country: str = ""
    domain: str = ""
    phone: str = ""
    postcode: str = ""
    city: str = ""
    address: str = ""
    registry_number: str = ""
    vat: str = ""


def plain(text: str) -> str:
    """Return a short value ready for comparison with `=`."""
    return str(text).strip().casefold() if text else ""
