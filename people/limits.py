"""How often something may be tried: leaking buckets, a row each, kept by one statement.

A bucket takes `burst` at once and leaks `per_hour`, so that no sixty minutes see more than `burst + per_hour`: a count
per clock hour would let twice its limit through around the full hour. The table is UNLOGGED: the statement waits for no
disk, and after a crash of PostgreSQL every bucket is empty once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv6Network, ip_address
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.crypto import salted_hmac

if TYPE_CHECKING:
    from django.http import HttpRequest

KEPT = timedelta(hours=2)
NETWORK = 64  # bits of an IPv6 address that one customer of a network provider holds

TAKE = """
INSERT INTO people_bucket AS bucket (key, level, at) VALUES (%(key)s, 1, %(now)s)
ON CONFLICT (key) DO UPDATE SET
  level = GREATEST(bucket.level - {leaked}, 0) + 1,
  at = GREATEST(bucket.at, excluded.at)
WHERE GREATEST(bucket.level - {leaked}, 0) + 1 <= %(burst)s
RETURNING true
""".format(leaked="GREATEST(EXTRACT(EPOCH FROM excluded.at - bucket.at), 0)::float8 / 3600 * %(per_hour)s")
GIVE_BACK = "UPDATE people_bucket SET level = GREATEST(level - 1, 0) WHERE key = %s"
EMPTY = "DELETE FROM people_bucket WHERE at < %s"


@dataclass(frozen=True, slots=True)
class Limit:
    """What a bucket holds at once, and how much of it leaks in an hour. `name` tells buckets of one owner apart."""

    name: str
    burst: int
    per_hour: int

    @property
    def wait_seconds(self) -> int:
        """How long a full bucket takes to have room for one more."""
        return -(-3600 // self.per_hour)

    def key_of(self, owner: Any) -> str:
        """Return the owner's row: a keyed digest, so that the table names nobody."""
        return salted_hmac(f"people.limits.{self.name}", str(owner), algorithm="sha256").hexdigest()


def take(limit: Limit, owner: Any) -> bool:
    """Put one more into the owner's bucket; False where it is full, and then nothing changes. One statement."""
    facts: dict[str, Any] = {
        "key": limit.key_of(owner),
        "now": timezone.now(),
        "burst": limit.burst,
        "per_hour": limit.per_hour,
    }
    with connection.cursor() as cursor:
        cursor.execute(TAKE, facts)
        return cursor.fetchone() is not None


def give_back(limit: Limit, owner: Any) -> None:
    """Take one out again: what was tried was right, and doesn't count. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(GIVE_BACK, [limit.key_of(owner)])


def forget_idle() -> None:
    """Delete buckets that nothing was put into for so long that they are empty."""
    with connection.cursor() as cursor:
        cursor.execute(EMPTY, [timezone.now() - KEPT])


def address_of(request: HttpRequest | None) -> str:
    """Return the visitor's IP address: the one that the outermost of our own proxies saw; "" where there is none.

    What a visitor writes into X-Forwarded-For itself stands further to the left, and is never believed.
    """
    if request is None:
        return ""
    proxies = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    forwarded = request.headers.get("X-Forwarded-For", "").split(",")
    text = forwarded[-proxies] if proxies and len(forwarded) >= proxies else ""
    try:
        address = ip_address(text.strip() or request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return ""
    return str(getattr(address, "ipv4_mapped", None) or address)


def network_of(request: HttpRequest | None) -> str:
    """Return whose address it is, for limits: of IPv6 the network, since who has one address there has all of them."""
    address = address_of(request)
    return str(IPv6Network((address, NETWORK), strict=False)) if ":" in address else address
