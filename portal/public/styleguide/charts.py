"""Sample charts, one of each kind."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from portal.charts import Figure, Rung, flows, funnel, heat_map, ladder, line_chart, stacked_bars, stairs
from prm.kernel.money import shown

MONTHS = ("Dec", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov")
SOURCED = (310, 335, 322, 360, 401, 388, 420, 455, 431, 490, 540, 575)
INFLUENCED = (420, 428, 405, 470, 500, 512, 498, 540, 566, 590, 640, 660)
WON = (14, 18, 11, 22, 25, 19)
TIERS = (("Registered", 0), ("Silver", 300), ("Gold", 700), ("Platinum", 1200))
STEPS = (("Applied", 412), ("Approved", 236), ("Onboarded", 181), ("First deal", 122), ("First win", 61))
PIPELINE = (("Dec", 184, 40, 12), ("Jan", 96, 120, 0), ("Feb", 60, 44, 30), ("Mar", 0, 212, 18))
REGIONS = ("DACH", "Nordics", "Iberia", "Benelux")
DEMAND = (("Food", (14, 6, 2, 9)), ("Logistics", (8, None, 5, 3)), ("Pharma", (3, 11, None, 0)))


def figures(*, rtl: bool | None = None) -> list[tuple[str, Figure]]:
    """Return the samples with their ids; `rtl` mirrors them, None follows the language."""
    return [
        ("line", _lines(rtl)),
        ("bar", _bars(rtl)),
        ("stacked", _stacked(rtl)),
        ("funnel", _funnel(rtl)),
        ("heat", _heat(rtl)),
        ("ladder", _ladder(rtl)),
        ("stairs", _stairs(rtl)),
        ("flows", _flows(rtl)),
    ]


def _thousands(values: tuple[int, ...]) -> list[float]:
    return [value * 1000.0 for value in values]


def _lines(rtl: bool | None) -> Figure:  # noqa: FBT001 -- passed on
    return Figure(
        plot=line_chart(
            MONTHS,
            ((_("Influenced"), _thousands(INFLUENCED)), (_("Sourced"), _thousands(SOURCED))),
            currency="EUR",
            rtl=rtl,
        ),
        title=_("Revenue through partners"),
        caption=_("By month of closing, December 2025 to November 2026, in EUR (thousands)"),
        description=_("Influenced revenue rose from 420 to 660 thousand euros, sourced from 310 to 575."),
        head=(_("Month"), _("Influenced"), _("Sourced")),
        rows=[
            (month, shown(Decimal(left * 1000), "EUR"), shown(Decimal(right * 1000), "EUR"))
            for month, left, right in zip(MONTHS, INFLUENCED, SOURCED, strict=True)
        ],
        key=(_("Influenced"), _("Sourced")),
        dashed=True,
    )


def _bars(rtl: bool | None) -> Figure:  # noqa: FBT001
    months = MONTHS[-len(WON) :]
    return Figure(
        plot=stacked_bars([(month, (Decimal(count),)) for month, count in zip(months, WON, strict=True)], rtl=rtl),
        title=_("Deals won"),
        caption=_("By month, June to November 2026, number of deals"),
        description=_("Between 11 and 25 deals were won a month, most of them in October."),
        head=(_("Month"), _("Deals")),
        rows=[(month, str(count)) for month, count in zip(months, WON, strict=True)],
    )


def _stacked(rtl: bool | None) -> Figure:  # noqa: FBT001
    columns = [(label, tuple(Decimal(piece * 1000) for piece in pieces)) for label, *pieces in PIPELINE]
    return Figure(
        plot=stacked_bars(columns, "EUR", rtl=rtl),
        title=_("Open pipeline"),
        caption=_("By expected close, December 2026 to March 2027, in EUR (thousands)"),
        description=_("December is highest with 236 thousand euros, of which 184 thousand are protected."),
        head=(_("Closes"), _("Protected"), _("Undecided"), _("Other")),
        rows=[(label, *(shown(piece, "EUR") for piece in pieces)) for label, pieces in columns],
        key=(_("Protected"), _("Undecided"), _("Other")),
    )


def _funnel(rtl: bool | None) -> Figure:  # noqa: FBT001
    return Figure(
        plot=funnel(STEPS, rtl=rtl),
        title=_("From application to first win"),
        caption=_("Partners that applied in 2025, by November 2026, number of partners"),
        description=_("Of 412 applicants, 236 were approved and 61 won a deal; most are lost before approval."),
        head=(_("Step"), _("Partners")),
        rows=[(label, str(count)) for label, count in STEPS],
    )


def _heat(rtl: bool | None) -> Figure:  # noqa: FBT001
    return Figure(
        plot=heat_map(REGIONS, DEMAND, rtl=rtl),
        title=_("Demand by industry and region"),
        caption=_("Leads of the last 12 months; outlined: no partner covers it"),
        description=_(
            "Food in DACH leads with 14 leads. Logistics in the Nordics and pharma in Iberia have no partner."
        ),
        head=(_("Industry"), *REGIONS),
        rows=[
            (label, *(_("no partner") if value is None else str(value) for value in values)) for label, values in DEMAND
        ],
    )


def _ladder(rtl: bool | None) -> Figure:  # noqa: FBT001
    tiers = [(name, Decimal(takes)) for name, takes in TIERS]
    return Figure(
        plot=ladder(tiers, Decimal(640), _("You: 640 points"), unit_words="", rtl=rtl),
        title=_("60 points to Gold"),
        caption=_("Points that each tier takes, today"),
        description=_("Silver takes 300 points, Gold 700, Platinum 1,200. You have 640."),
        head=(_("Tier"), _("Points"), _("Reached")),
        rows=[(name, str(takes), _("yes") if takes <= 640 else _("no")) for name, takes in TIERS],
        key=(_("Reached"),),
    )


def _stairs(rtl: bool | None) -> Figure:  # noqa: FBT001
    shares = [
        ("Registered", 1.0, "1 of 1"),
        ("Silver", 1.0, "2 of 2"),
        ("Gold", 0.7, "2 of 4"),
        ("Platinum", 0.3, "1 of 5"),
    ]
    rungs = [
        Rung(name, share, _("You are here") if name == "Silver" else met, name == "Silver")
        for name, share, met in shares
    ]
    return Figure(
        plot=stairs(rungs, rtl=rtl),
        title=_("The ladder"),
        caption=_("How much of what each tier takes is met, today"),
        description=_("You are Silver. Of Gold, two of four requirements are met; of Platinum, one of five."),
        head=(_("Tier"), _("Met")),
        rows=[(name, met) for name, _share, met in shares],
    )


def _flows(rtl: bool | None) -> Figure:  # noqa: FBT001
    steps = (("gold", "Gold"), ("silver", "Silver"))
    before = [(key, name, count, str(count)) for (key, name), count in zip(steps, (4, 9), strict=True)]
    after = [(key, name, count, str(count)) for (key, name), count in zip(steps, (6, 7), strict=True)]
    moves = {
        ("gold", "gold"): (3, ""),
        ("gold", "silver"): (1, "warn"),
        ("silver", "gold"): (3, "good"),
        ("silver", "silver"): (6, ""),
    }
    return Figure(
        plot=flows(before, after, moves, (_("Today"), _("Under the draft")), rtl=rtl),
        title=_("Three partners rise, one falls"),
        caption=_("Partners per tier"),
        description=_("Gold has 4 partners today and 6 under the draft; Silver 9 and 7."),
        head=(_("From"), _("To"), _("Partners")),
        rows=[(start.title(), end.title(), str(count)) for (start, end), (count, _tone) in moves.items()],
    )
