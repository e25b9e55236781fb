"""The rows of the list of partners: what each tells, and the table's cells.

Cells are drawn here, not in the template: nine cells of 25 rows, each with a word to be looked up and translated, took
a third of the page's time. What repeats is looked up once for all rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from partners.enums import LIVE, EnrollmentStatus, PartnerType
from partners.rules import Stage, stage_of
from portal.formats import country_text
from portal.templatetags.look import badge, day, when
from prm.kernel.money import shown
from standing.enums import ReviewState

if TYPE_CHECKING:
    from standing.models import Scheme

NONE = "–"


@dataclass(frozen=True, slots=True)
class PartnerRow:
    """A partner with what the list tells of it.

    below: whether its figures no longer reach its tier. review_on: when its tier is looked at next; review: how an open
    review stands, in words.
    """

    partner: Any
    status: str
    tier: str
    score: str
    below: bool
    review: str
    review_on: date | None
    manager: str
    open_deals: int
    open_value: str
    stage: Stage


def partner_row(partner: Any, schemes: Mapping[int, Scheme] | None = None) -> PartnerRow:
    """Return a partner of `with_dealings` as a row; `schemes`, by id, say when its next review is."""
    enrolled, today = partner.enrolled or {}, timezone.localdate()
    status = enrolled.get("status") or EnrollmentStatus.RETIRED
    review, scheme = enrolled.get("review"), (schemes or {}).get(enrolled.get("scheme") or 0)
    next_on = scheme.shape.review.next_after(today) if scheme and status in LIVE else None
    score = Decimal(str(enrolled.get("score") or 0))
    below = (enrolled.get("rank") or 0) > (enrolled.get("calculated") or 0) and enrolled.get("scheme") is not None
    return PartnerRow(
        partner,
        str(EnrollmentStatus(status).label),
        enrolled.get("tier") or "",
        f"{score.normalize():f}" if score else "",
        below,
        str(ReviewState(review["state"]).label) if review else "",
        date.fromisoformat(review["due"]) if review else next_on,
        enrolled.get("manager") or "",
        sum(part["deals"] for part in partner.pipeline),
        ", ".join(shown(Decimal(str(part["total"])), part["currency"]) for part in partner.pipeline),
        stage_of(
            status=status,
            since=date.fromisoformat((enrolled.get("since") or "2000-01-01")[:10]),
            last_registered=timezone.localdate(partner.last_at) if partner.last_at else None,
            today=today,
        ),
    )


def drawn(rows: Iterable[PartnerRow]) -> SafeString:
    """Return the table's body: a row of cells for each, in the order of the head."""
    words = _Words()
    return mark_safe("".join(map(words.row, rows)))  # noqa: S308 -- each cell is escaped


class _Words:
    """What all rows say alike, in the reader's language: looked up and escaped once."""

    def __init__(self) -> None:
        self._base = reverse("desk:partner-list")
        self._kinds = {str(kind): escape(kind.label) for kind in PartnerType}
        self._labels = {
            name: SafeString(f' data-label="{escape(text)}"')
            for name, text in {
                "kind": _("Kind"),
                "country": _("Country"),
                "status": _("Enrollment"),
                "tier": _("Tier"),
                "review": _("Next review"),
                "manager": _("Manager"),
                "open": _("Open deals"),
                "last": _("Last registration"),
            }.items()
        }
        self._active, self._score = escape(_("active")), _("Score %(score)s")
        self._unsecured = format_html('<br><span class="small">{}</span>', badge(_("Not secured"), "warn", "warn"))

    def row(self, row: PartnerRow) -> str:
        """Return a row."""
        partner, label = row.partner, self._labels
        stage = format_html('<span class="small muted" title="{}">{}</span>', row.stage.why, row.stage.label)
        last = when(partner.last_at) if partner.last_at else NONE
        active = _small(f"{self._active} {when(partner.active_at)}") if partner.active_at else ""
        return (
            f'<tr><th scope="row"><a href="{self._base}{partner.slug}/">{escape(partner.name)}</a></th>'
            f"<td{label['kind']}>{self._kinds[partner.type]}</td>"
            f"<td{label['country']}>{escape(country_text(partner.country.code))}</td>"
            f"<td{label['status']}>{escape(row.status)}<br>{stage}</td>"
            f"<td{label['tier']}>{escape(row.tier) or NONE}{self._below_tier(row)}</td>"
            f"<td{label['review']}>{self._review(row)}</td>"
            f"<td{label['manager']}>{escape(row.manager) or NONE}</td>"
            f'<td class="num"{label["open"]}>{row.open_deals}{_small(escape(row.open_value))}</td>'
            f"<td{label['last']}>{last}{active}</td></tr>\n"
        )

    def _below_tier(self, row: PartnerRow) -> str:
        if row.below:
            return self._unsecured
        return _small(escape(self._score % {"score": row.score})) if row.score else ""

    def _review(self, row: PartnerRow) -> str:
        return f"{day(row.review_on)}{_small(escape(row.review))}" if row.review_on else NONE


def _small(text: str) -> str:
    """Return a second line in a cell; "" for none."""
    return f'<br><span class="small muted">{text}</span>' if text else ""
