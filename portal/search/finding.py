"""One search over everything that an actor may open."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from portal.search.hits import Group, grouped
from portal.search.leads import lead_hits
from portal.search.places import find_places, places
from portal.search.records import account_hits, deal_hits, find_deals, partner_hits, people_hits
from portal.search.recruiting import recruiting_hits
from prm.kernel.actors import Actor

SHORTEST, LONGEST = 2, 100
MOST_WORDS = 6


def search(actor: Actor, asked: str) -> list[Group]:
    """Return what fits, in groups, the one with the best hit first; every place to go where nothing was typed yet.

    At most nine queries. Fewer than two letters find pages only; of a long text the first words count.
    """
    words = " ".join(asked.replace("\x00", "")[:LONGEST].split()[:MOST_WORDS])
    if not words:
        return grouped([("pages", _("Go to"), (hit for hit, _words in places(actor)))], most=40)
    pages = ("pages", _("Pages and actions"), find_places(actor, words))
    if len(words) < SHORTEST or actor.seat_id is None:
        return grouped([pages])
    deals = find_deals(actor, words)
    return grouped(
        [
            pages,
            ("deals", _("Deals"), deal_hits(actor, deals, words)),
            ("leads", _("Leads"), lead_hits(actor, words)),
            ("partners", _("Partners"), partner_hits(actor, words)),
            ("recruiting", _("Recruiting"), recruiting_hits(actor, words)),
            ("accounts", _("Customers"), account_hits(actor, deals, words)),
            ("people", _("People"), people_hits(actor, words)),
        ]
    )
