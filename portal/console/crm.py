"""The CRM: where accounts and direct opportunities are fetched from, how often, and what went wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.crm.services import (
    FETCH,
    ConnectionFacts,
    change_connection,
    connect_crm,
    remove_connection,
    start_fetch,
    switch_connection,
)
from accounts.enums import CrmSystem
from accounts.models import CrmConnection, Opportunity
from accounts.permissions import CONNECT_CRM
from jobs.models import Job
from prm.kernel.actors import Kind
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from prm.kernel.pages import ActorView, show_violation


class ConnectionForm(forms.Form):
    """How a CRM is reached."""

    use_required_attribute = False

    address = forms.CharField(label=gettext_lazy("Address"), max_length=200, required=False)
    client_id = forms.CharField(label=gettext_lazy("Consumer key"), max_length=200, required=False)
    secret = forms.CharField(
        label=gettext_lazy("Secret"),
        max_length=500,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
    every_hours = forms.IntegerField(label=gettext_lazy("Fetch every so many hours"), min_value=1, max_value=168)

    def __init__(self, system: str, *args: Any, known: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kept = _("A secret is kept; enter one only to replace it.") if known else ""
        if system == CrmSystem.SALESFORCE:
            self.fields["address"].help_text = _("Of your organisation, like https://acme.my.salesforce.com.")
            self.fields["client_id"].help_text = _("Of a connected app with the client credentials flow.")
            self.fields["secret"].label = _("Consumer secret")
        else:
            del self.fields["address"], self.fields["client_id"]
            self.fields["secret"].label = _("Token of the private app")
        self.fields["secret"].help_text = kept or _(
            "Kept sealed. It needs to read companies or accounts, deals, owners."
        )

    @property
    def facts(self) -> ConnectionFacts:
        """What was typed."""
        given = self.cleaned_data
        return ConnectionFacts(
            address=given.get("address", ""),
            client_id=given.get("client_id", ""),
            secret=given["secret"] or None,
            every_hours=given["every_hours"],
        )


@dataclass(frozen=True, slots=True)
class Line:
    """A system on the list, and its connection where there is one."""

    system: CrmSystem
    connection: CrmConnection | None


class CrmPage(ActorView):
    """A page about the CRM."""

    kinds = frozenset({Kind.VENDOR})
    permission = CONNECT_CRM

    def connection(self, system: str) -> CrmConnection | None:
        """Return the vendor's connection to a system, None where there is none yet.

        Raises:
            Http404: there is no such system.
        """
        if system not in CrmSystem.values:
            raise Http404
        return CrmConnection.objects.visible_to(self.actor).filter(system=system).first()

    def known(self, system: str) -> CrmConnection:
        """Return the vendor's connection to a system, or 404."""
        found: CrmConnection = get_object_or_404(CrmConnection.objects.visible_to(self.actor), system=system)
        return found


class Connections(CrmPage):
    """The systems."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """List them, with what is known of direct opportunities."""
        found = {each.system: each for each in CrmConnection.objects.visible_to(self.actor)}
        lines = [Line(CrmSystem(value), found.get(value)) for value in CrmSystem.values]
        known = Opportunity.objects.visible_to(self.actor).open().order_by()[:1001].count()
        return render(request, "console/crm.html", {"lines": lines, "open": known})


class Connection(CrmPage):
    """One system: its settings, and the latest fetch."""

    def get(self, request: HttpRequest, system: str) -> HttpResponse:
        """Show it."""
        connection = self.connection(system)
        initial = {
            "address": connection.address if connection else "",
            "client_id": connection.client_id if connection else "",
            "every_hours": connection.every_hours if connection else 24,
        }
        return self._shown(
            system, connection, ConnectionForm(system, initial=initial, known=bool(connection and connection.secret))
        )

    def post(self, request: HttpRequest, system: str) -> HttpResponse:
        """Set it up, or change it."""
        connection = self.connection(system)
        form = ConnectionForm(system, request.POST, known=bool(connection and connection.secret))
        if not form.is_valid():
            return self._shown(system, connection, form, 422)
        try:
            if connection is None:
                connect_crm(actor=self.actor, system=system, facts=form.facts)
            else:
                change_connection(actor=self.actor, connection=connection, facts=form.facts)
        except (Conflict, Forbidden):
            raise
        except RuleViolation as violation:
            show_violation(form, violation)
            return self._shown(system, connection, form, 422)
        messages.success(request, _("Saved. Switch it on, or fetch once to see whether it works."))
        return redirect("console:crm-system", system)

    def _shown(
        self, system: str, connection: CrmConnection | None, form: ConnectionForm, status: int = 200
    ) -> HttpResponse:
        label = CrmSystem(system).label
        jobs = Job.objects.visible_to(self.actor).filter(kind=FETCH).order_by("-pk")
        latest = None
        if connection is not None:
            latest = jobs.filter(arguments__connection=connection.pk).first()
        context = {
            "system": system,
            "label": label,
            "connection": connection,
            "form": form,
            "job": latest,
            "crumbs": [{"label": _("CRM"), "url": reverse("console:crm")}, {"label": str(label)}],
        }
        response = render(self.request, "console/crm_system.html", context, status=status)
        response["Cache-Control"] = "private, no-store"
        return response


class ConnectionSwitch(CrmPage):
    """Takes a connection into use, or out of it."""

    def post(self, request: HttpRequest, system: str) -> HttpResponse:
        """Switch it."""
        wanted = request.POST.get("on") == "yes"
        switch_connection(actor=self.actor, connection=self.known(system), is_active=wanted)
        messages.success(request, _("It is switched on: the first fetch begins soon.") if wanted else _("It is off."))
        return redirect("console:crm-system", system)


class ConnectionFetch(CrmPage):
    """Fetches now."""

    def post(self, request: HttpRequest, system: str) -> HttpResponse:
        """Start the job."""
        start_fetch(actor=self.actor, connection=self.known(system))
        return redirect("console:crm-system", system)


class ConnectionRemove(CrmPage):
    """Forgets a connection."""

    def post(self, request: HttpRequest, system: str) -> HttpResponse:
        """Remove it."""
        remove_connection(actor=self.actor, connection=self.known(system))
        messages.success(request, _("The connection is removed. What it brought stays."))
        return redirect("console:crm")
