"""The floor that pages are measured against: one indexed query and 25 rows, in the product's own shell."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

from dealreg.models import Deal
from prm.kernel.pages import ActorView
from prm.urls import urlpatterns as product

TEMPLATE = """{% extends "shell.html" %}
{% block title %}Floor{% endblock %}
{% block content %}
<header class="head"><h1>Floor</h1></header>
<div class="card card--flush"><table class="tbl tbl--cards"><caption class="sr">Deals</caption>
<thead><tr><th>Customer</th><th>Reference</th><th>Status</th><th>Stage</th><th>Closes</th><th>Value</th></tr></thead>
<tbody>{% for deal in deals %}
<tr><th scope="row"><a href="{{ deal.get_absolute_url }}">{{ deal.customer_name }}</a><br><span class="muted">{{ deal.title }}</span></th><td>{{ deal.reference }}</td><td>{{ deal.get_status_display }}</td><td>{{ deal.get_stage_display }}</td><td>{{ deal.close_date }}</td><td class="num">{{ deal.value }} {{ deal.currency }}</td></tr>{% endfor %}
</tbody></table></div>
{% endblock %}
"""


@lru_cache(maxsize=1)
def template() -> Any:
    """Return the template, compiled once, as Django's cached loader does."""
    return engines["django"].from_string(TEMPLATE)


class Floor(ActorView):
    """Newest deals in the actor's sight."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show 25 rows."""
        deals = Deal.objects.visible_to(self.actor).order_by("-submitted_at", "-pk")[:25]
        return HttpResponse(template().render({"deals": deals}, request))


urlpatterns = [path("portal/floor/", Floor.as_view()), path("desk/floor/", Floor.as_view()), *product]
