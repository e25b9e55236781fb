"""What deals count for: registrations, approvals, wins and losses, by enrollment and day."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.measures import COUNTRY, FAMILY
from dealreg.enums import Part
from standing.registry import How, Tag, Unit, fact_source, measure

MILESTONES = """
SELECT m.enrollment_id, 'deal:' || m.deal_id AS key, m.day, NULL::date AS ends, coalesce(m.vendor_amount, 0) AS amount,
  m.n, NULL::text AS who, m.recorded_at AS known_at,
  d.customer_country AS tag_country, f.code AS tag_family, d.part AS tag_part
FROM dealreg_dealmilestone m LEFT JOIN dealreg_deal d ON d.id = m.deal_id
LEFT JOIN accounts_productfamily f ON f.id = m.family_id
WHERE m.vendor_id = %(vendor)s AND m.kind """
TAGS = {
    "country": COUNTRY,
    "family": FAMILY,
    "part": Tag(_("Partner's part"), dict(Part.choices)),
}

fact_source(
    "deal.registered",
    label=_("Registered deals"),
    unit="money",
    sql=MILESTONES + "= 'registered'",
    tags=TAGS,
    events=("deal.submitted", "deal.withdrawn"),
)
fact_source(
    "deal.approved",
    label=_("Approved deals"),
    unit="money",
    sql=MILESTONES + "= 'approved'",
    tags=TAGS,
    events=("deal.approved", "deal.withdrawn"),
)
fact_source(
    "deal.won",
    label=_("Won deals"),
    unit="money",
    sql=MILESTONES + "= 'won'",
    tags=TAGS,
    events=("deal.won", "deal.reopened"),
)
fact_source(
    "deal.closed",
    label=_("Won and lost deals"),
    unit="money",
    sql=MILESTONES + "IN ('won', 'lost')",
    tags=TAGS,
    events=("deal.won", "deal.lost", "deal.reopened"),
    earns=False,
)

fact_source(
    "lead.accepted",
    label=_("Accepted leads"),
    unit=_("leads"),
    sql="""
SELECT o.enrollment_id, 'lead:' || o.id AS key, (o.decided_at AT TIME ZONE v.time_zone)::date AS day,
  NULL::date AS ends, 1 AS amount, 1 AS n, NULL::text AS who, o.decided_at AS known_at
FROM dealreg_leadoffer o JOIN partners_vendor v ON v.id = o.vendor_id
WHERE o.vendor_id = %(vendor)s AND o.owner_id IS NOT NULL""",
    events=("lead_offer.accepted",),
)
fact_source(
    "lead.converted",
    label=_("Leads that became deals"),
    unit=_("leads"),
    sql="""
SELECT c.enrollment_id, 'lead:' || c.offer_id AS key, (c.recorded_at AT TIME ZONE v.time_zone)::date AS day,
  NULL::date AS ends, 1 AS amount, 1 AS n, NULL::text AS who, c.recorded_at AS known_at
FROM dealreg_leaddeal c JOIN partners_vendor v ON v.id = c.vendor_id WHERE c.vendor_id = %(vendor)s""",
    events=("lead_offer.converted",),
)

measure(
    "leads.accepted",
    label=_("Accepted leads"),
    sentence=_("How many leads the partner accepted, also those that it gave back later."),
    unit=Unit("lead", "leads"),
    source="lead.accepted",
    how=How.COUNT,
)
measure(
    "leads.converted",
    label=_("Leads that became deals"),
    sentence=_("How many of the vendor’s leads the partner registered as deals."),
    unit=Unit("lead", "leads"),
    source="lead.converted",
    how=How.COUNT,
)
measure(
    "leads.conversion",
    label=_("Lead conversion"),
    sentence=_("Leads that became deals, as a share of those that were accepted in the same time."),
    unit="percent",
    source="lead.converted",
    how=How.COUNT,
    per="leads.accepted",
)
measure(
    "revenue.won",
    label=_("Won revenue"),
    sentence=_("The value at which deals were won, at the exchange rate of the day on which they closed."),
    unit="money",
    source="deal.won",
)
measure(
    "deals.won",
    label=_("Won deals"),
    sentence=_("How many deals were won; one that was opened again doesn't count until it is won again."),
    unit=Unit("deal", "deals"),
    source="deal.won",
    how=How.COUNT,
)
measure(
    "deals.closed",
    label=_("Closed deals"),
    sentence=_("How many deals were won or lost."),
    unit=Unit("deal", "deals"),
    source="deal.closed",
    how=How.COUNT,
)
measure(
    "deals.registered",
    label=_("Registered deals"),
    sentence=_("How many deals were registered and not withdrawn."),
    unit=Unit("deal", "deals"),
    source="deal.registered",
    how=How.COUNT,
)
measure(
    "deals.approved",
    label=_("Approved deals"),
    sentence=_("How many registrations were approved and not withdrawn."),
    unit=Unit("deal", "deals"),
    source="deal.approved",
    how=How.COUNT,
)
measure(
    "revenue.registered",
    label=_("Registered value"),
    sentence=_("The value of deals as registered, without those withdrawn, at the exchange rate of that day."),
    unit="money",
    source="deal.registered",
)
measure(
    "deals.win_rate",
    label=_("Win rate"),
    sentence=_("Of the deals that were won or lost, the share that was won."),
    unit="percent",
    source="deal.won",
    how=How.COUNT,
    per="deals.closed",
)
