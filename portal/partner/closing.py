"""The questions a deal's page asks before something is done: a dialog, and without JavaScript a page of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from dealreg.forms import WithdrawForm
from dealreg.pipeline_forms import LoseForm, ReopenForm, WinForm
from dealreg.protection_forms import RelinquishForm

if TYPE_CHECKING:
    from dealreg.models import Deal


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialog:
    """What is asked: `name` is the transition's and the url's, `icon` and `label` the button's."""

    name: str
    action: str
    title: str
    text: str
    label: str
    icon: str
    form: forms.Form
    danger: bool = False


def _dialog(deal: Deal, name: str, form: forms.Form, **words: Any) -> Dialog:
    return Dialog(name=name, action=reverse(f"portal:deal-{name}", args=[deal.reference]), form=form, **words)


def withdraw(deal: Deal, data: Any = None) -> Dialog:
    """Ask before a registration is withdrawn."""
    text = _("Your place in line is free at once, and can't be had back.")
    if deal.is_protected:
        text = _("The protection ends at once, and can't be had back.")
    return _dialog(
        deal,
        "withdraw",
        WithdrawForm(data, auto_id="withdraw_%s"),
        title=_("Withdraw this registration?"),
        text=text,
        label=_("Withdraw"),
        icon="undo",
        danger=True,
    )


def relinquish(deal: Deal, data: Any = None) -> Dialog:
    """Ask before protection is given up."""
    return _dialog(
        deal,
        "relinquish",
        RelinquishForm(data, auto_id="relinquish_%s"),
        title=_("Release the protection?"),
        text=_("It ends at once, and another partner may be protected. The deal goes on and can still be won."),
        label=_("Release the protection"),
        icon="undo",
        danger=True,
    )


def win(deal: Deal, data: Any = None) -> Dialog:
    """Ask what was won, and when."""
    start = {"value": f"{deal.value:f}".removesuffix(".00"), "closed_on": timezone.localdate()}
    form = WinForm(data, initial=start, auto_id="win_%s", lines=list(deal.lines.all()))
    form.fields["value"].help_text = _("In %(currency)s.") % {"currency": deal.currency}
    return _dialog(
        deal,
        "win",
        form,
        title=_("Mark as won"),
        text=_("Congratulations. What did they order?"),
        label=_("Mark as won"),
        icon="done",
    )


def lose(deal: Deal, data: Any = None) -> Dialog:
    """Ask why it was lost, and when."""
    form = LoseForm(data, initial={"closed_on": timezone.localdate()}, auto_id="lose_%s")
    text = (
        _("The vendor reads the reason. Protection ends at once.")
        if deal.is_protected
        else _("The vendor reads the reason.")
    )
    return _dialog(deal, "lose", form, title=_("Mark as lost"), text=text, label=_("Mark as lost"), icon="no")


def reopen(deal: Deal, data: Any = None) -> Dialog:
    """Ask before a closed deal is opened again."""
    return _dialog(
        deal,
        "reopen",
        ReopenForm(data, auto_id="reopen_%s"),
        title=_("Open this deal again?"),
        text=_("Outcome, day and reason are cleared. Protection that was released doesn't come back."),
        label=_("Open again"),
        icon="undo",
    )


DIALOGS: dict[str, Callable[..., Dialog]] = {
    "win": win,
    "lose": lose,
    "reopen": reopen,
    "relinquish": relinquish,
    "withdraw": withdraw,
}
