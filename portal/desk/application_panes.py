"""What an application's detail needs in its template: beside the queue, and as a page of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from onboarding.permissions import DECIDE_APPLICATIONS
from portal.desk.panes import vendor_name

if TYPE_CHECKING:
    from portal.desk.application_dossier import ApplicationDossier
    from prm.kernel.actors import Actor


class NoteForm(forms.Form):
    """A note that only the vendor's people read."""

    use_required_attribute = False

    text = forms.CharField(
        label=gettext_lazy("Internal note"), max_length=4000, widget=forms.Textarea(attrs={"rows": 2})
    )


def pane_context(actor: Actor, dossier: ApplicationDossier, request: Any, queue: str = "") -> dict[str, Any]:
    """Return the template's variables. `queue` is the view that one came from, "" for none."""
    return {
        "dossier": dossier,
        "application": dossier.application,
        "queue_key": queue,
        "asked": f"?queue={queue}" if queue else "",
        "only_us": _("Only %(vendor)s") % {"vendor": vendor_name(request)},
        "note": NoteForm(auto_id="note_%s") if actor.may(DECIDE_APPLICATIONS) else None,
    }
