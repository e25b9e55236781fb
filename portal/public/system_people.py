"""People, for whoever runs the installation: found by their address only, shown without any tenant's facts."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from partners.services import disable_person, enable_person, remove_second_step
from people.reports import has_second_step, person_at
from portal.public.system import SystemPage
from prm.kernel.errors import RuleViolation


class People(SystemPage):
    """One person, by its whole address: there is no list, since a list of people is a list of customers."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the person, or that nobody signs in with the address."""
        email = request.GET.get("email", "").strip()
        person = person_at(email) if email else None
        context: dict[str, Any] = {"email": email, "person": person}
        if person is not None:
            context |= {"second_step": has_second_step(person), "is_oneself": person.pk == self.actor.person_id}
        return render(request, "public/system_people.html", context)


class PersonChange(SystemPage):
    """Closes an account, opens it again, or removes a second step that was lost."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Do what the button says."""
        email, action = request.POST.get("email", ""), request.POST.get("action", "")
        person = person_at(email)
        back = f"{reverse('system-people')}?{urlencode({'email': email})}"
        if person is None:
            return redirect(back)
        try:
            if action == "disable":
                disable_person(actor=self.actor, person=person)
                messages.success(request, _("The account is closed: every session and token ended."))
            elif action == "enable":
                enable_person(actor=self.actor, person=person)
                messages.success(request, _("The account is open again. Tokens must be made anew."))
            elif action == "remove_second_step":
                remove_second_step(actor=self.actor, person=person, request=request)
                messages.success(request, _("The second step is removed. The person was told by mail."))
        except RuleViolation as violation:
            messages.error(request, str(violation.message))
        return redirect(back)
