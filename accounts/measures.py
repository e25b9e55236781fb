"""What sales lines, usage and satisfaction count for."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django_countries import countries

from accounts.models import Product, ProductFamily
from standing.registry import How, Tag, Unit, fact_source, measure

CUSTOMER = """coalesce('account:' || s.account_id, 'domain:' || nullif(lower(s.customer_domain), ''),
  'name:' || nullif(lower(s.customer_name), ''))"""


def family_names(vendor_id: int) -> dict[str, str]:
    """Return what a vendor's product families are called, by code. One query."""
    return dict(ProductFamily.objects.filter(vendor_id=vendor_id).values_list("code", "name"))


def product_names(vendor_id: int) -> dict[str, str]:
    """Return what a vendor's products are called, by SKU. One query."""
    return dict(Product.objects.filter(vendor_id=vendor_id).values_list("sku", "name"))


def country_names(vendor_id: int) -> dict[str, str]:
    """Return countries' names by code; they are everybody's."""
    return dict(countries)


COUNTRY = Tag(_("Customer's country"), named_by=country_names)
FAMILY = Tag(_("Product family"), named_by=family_names)
TAGS = {"family": FAMILY, "product": Tag(_("Product, by SKU"), named_by=product_names), "country": COUNTRY}
LINES = """
SELECT s.enrollment_id, 'sale:' || s.source || ':' || s.external_id AS key, s.day, {ends} AS ends, {amount} AS amount,
  s.n, {who} AS who, s.recorded_at AS known_at,
  f.code AS tag_family, p.sku AS tag_product, s.customer_country AS tag_country
FROM accounts_salesline s LEFT JOIN accounts_product p ON p.id = s.product_id
LEFT JOIN accounts_productfamily f ON f.id = p.family_id
WHERE s.vendor_id = %(vendor)s AND {which}
"""


def _lines(which: str, amount: str = "s.vendor_amount", ends: str = "NULL::date", who: str = "NULL::text") -> str:
    return LINES.format(which=which, amount=amount, ends=ends, who=who)


SOLD = "s.kind IN ('order', 'sell_through', 'renewal', 'usage')"
for _name, _label, _which in (
    ("sales.sell_through", _("Sell-through lines"), "s.kind = 'sell_through'"),
    ("sales.order", _("Order lines"), "s.kind = 'order'"),
    ("sales.renewal", _("Renewals"), "s.kind = 'renewal'"),
    ("sales.usage", _("Revenue from usage"), "s.kind = 'usage'"),
):
    fact_source(_name, label=_label, unit="money", sql=_lines(_which), tags=TAGS, events=("sales.booked",))
fact_source(
    "sales.margin",
    label=_("Margins"),
    unit="money",
    sql=_lines(f"{SOLD} AND s.vendor_margin IS NOT NULL", "s.vendor_margin"),
    tags=TAGS,
    events=("sales.booked",),
)
fact_source(
    "sales.customer",
    label=_("Customers served"),
    unit=Unit("customer", "customers"),
    sql=_lines(f"{SOLD} AND {CUSTOMER} IS NOT NULL", "s.n", "(s.day + interval '12 months')::date", CUSTOMER),
    tags=TAGS,
    events=("sales.booked",),
    earns=False,
)
fact_source(
    "sales.new_customer",
    label=_("New customers"),
    unit=Unit("customer", "customers"),
    sql=f"""
SELECT s.enrollment_id, 'customer:' || {CUSTOMER} AS key, min(s.day) AS day, NULL::date AS ends, 1 AS amount, 1 AS n,
  {CUSTOMER} AS who, min(s.recorded_at) AS known_at
FROM accounts_salesline s
WHERE s.vendor_id = %(vendor)s AND s.n = 1 AND {CUSTOMER} IS NOT NULL AND NOT EXISTS (
  SELECT FROM accounts_salesline c WHERE c.vendor_id = s.vendor_id AND c.source = s.source
    AND c.external_id = s.external_id AND c.turn = s.turn AND c.n = -1)
GROUP BY s.enrollment_id, {CUSTOMER}
""",  # noqa: S608  (only constants of this module are put in)
    events=("sales.booked",),
)
fact_source(
    "usage.reading",
    label=_("Usage readings"),
    unit=_("as the metric"),
    sql="""
SELECT r.enrollment_id, 'usage:' || r.source || ':' || r.external_id AS key, r.day, r.ends, r.value * r.n AS amount,
  r.n, NULL::text AS who, r.recorded_at AS known_at, m.slug AS tag_metric, r.customer_country AS tag_country
FROM accounts_usagereading r LEFT JOIN accounts_usagemetric m ON m.id = r.metric_id
WHERE r.vendor_id = %(vendor)s
""",
    tags={"metric": Tag(_("Usage metric")), "country": COUNTRY},
    events=("usage.booked",),
    earns=False,
)
fact_source(
    "satisfaction.answer",
    label=_("Customers’ answers"),
    unit="percent",
    sql="""
SELECT a.enrollment_id, 'answer:' || a.source || ':' || a.external_id AS key, a.day, NULL::date AS ends,
  round((a.score - a.lowest) / (a.highest - a.lowest) * 100, 2) * a.n AS amount,
  a.n, NULL::text AS who, a.recorded_at AS known_at, a.customer_country AS tag_country
FROM accounts_satisfactionanswer a WHERE a.vendor_id = %(vendor)s
""",
    tags={"country": COUNTRY},
    events=("satisfaction.booked",),
    earns=False,
)

for _name, _label, _sentence, _source in (
    (
        "revenue.sell_through",
        _("Sell-through revenue"),
        _("What the partner sold to end customers, as distributors and the vendor’s systems reported it."),
        "sales.sell_through",
    ),
    (
        "revenue.orders",
        _("Ordered revenue"),
        _("What the partner ordered, as the vendor’s systems reported it."),
        "sales.order",
    ),
    (
        "revenue.renewals",
        _("Renewed revenue"),
        _("What the partner’s customers renewed."),
        "sales.renewal",
    ),
    (
        "revenue.usage",
        _("Revenue from usage"),
        _("What the partner’s customers were billed for what they used."),
        "sales.usage",
    ),
    (
        "margin",
        _("Margin"),
        _("What the partner kept of the sales lines whose margin or cost is known."),
        "sales.margin",
    ),
):
    measure(_name, label=_label, sentence=_sentence, unit="money", source=_source)
measure(
    "customers.active",
    label=_("Active customers"),
    sentence=_("How many end customers had a sales line in the twelve months before."),
    unit=Unit("customer", "customers"),
    source="sales.customer",
    how=How.PEOPLE,
)
measure(
    "customers.added",
    label=_("Customers added"),
    sentence=_("How many end customers had their first sales line with the partner."),
    unit=Unit("customer", "customers"),
    source="sales.new_customer",
    how=How.COUNT,
)
measure(
    "usage.total",
    label=_("Usage, in total"),
    sentence=_("The latest readings of a usage metric, added up over the partner’s customers. Name the metric."),
    unit=_("as the metric"),
    source="usage.reading",
)
measure(
    "usage.average",
    label=_("Usage, on average"),
    sentence=_("The latest readings of a usage metric, averaged over the partner’s customers. Name the metric."),
    unit=_("as the metric"),
    source="usage.reading",
    how=How.AVERAGE,
)
measure(
    "satisfaction",
    label=_("Customers’ satisfaction"),
    sentence=_("The mean of end customers’ answers, each as a percentage of its scale."),
    unit="percent",
    source="satisfaction.answer",
    how=How.AVERAGE,
)
