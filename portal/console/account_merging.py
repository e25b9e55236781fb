"""Merging two accounts that are one customer, with a look ahead; undoing it; taking deals out of an account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.consolidating import preview_of
from accounts.identities import Identity
from accounts.models import Account, AccountMerge, AccountPair
from accounts.pairs import propose_pair
from dealreg.fields import CountryChoice, WebsiteField
from dealreg.models import Deal
from dealreg.services.consolidation import (
    UNDO_FOR,
    Overlap,
    merge_accounts,
    overlaps_of,
    split_account,
    undo_account_merge,
)
from portal.console.account_pairs import PairPage
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from prm.kernel.pages import show_violation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest, HttpResponse

MOST_SHOWN = 12
MOST_DEALS = 100


class MergeForm(forms.Form):
    """Which protection goes on, for each two that overlap."""

    use_required_attribute = False

    def __init__(self, overlaps: Sequence[Overlap], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.overlaps = overlaps
        for place, overlap in enumerate(overlaps):
            self.fields[f"goes_on_{place}"] = forms.ChoiceField(
                label=_("Which one stays protected? %(family)s") % {"family": overlap.kept.family.name},
                choices=[(str(side.deal_id), _said(side)) for side in (overlap.kept, overlap.absorbed)],
                widget=forms.RadioSelect,
                error_messages={"required": _("Choose which protection goes on: one customer has only one.")},
            )

    @property
    def given_up(self) -> set[int]:
        """The deals whose protection ends."""
        found: set[int] = set()
        for place, overlap in enumerate(self.overlaps):
            stays = int(self.cleaned_data[f"goes_on_{place}"])
            found |= {pk for pk in overlap.deals if pk != stays}
        return found


def _said(protection: Any) -> str:
    words = _("%(reference)s of %(partner)s, until %(until)s")
    deal = protection.deal
    facts = {"reference": deal.reference, "partner": deal.partner.name, "until": f"{protection.ends_at:%Y-%m-%d}"}
    return words % facts


class MergeAccounts(PairPage):
    """What a merge would do, and the button that does it."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show it."""
        kept, absorbed = self._sides(pk)
        return self._page(pk, kept, absorbed, MergeForm(overlaps_of(kept, absorbed)))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Merge."""
        kept, absorbed = self._sides(pk)
        form = MergeForm(overlaps_of(kept, absorbed), request.POST)
        if not form.is_valid():
            return self._page(pk, kept, absorbed, form, 422)
        try:
            merge_accounts(actor=self.actor, kept=kept, absorbed=absorbed, given_up=form.given_up)
        except (Conflict, Forbidden):
            raise
        except RuleViolation as violation:
            form = MergeForm(overlaps_of(kept, absorbed), request.POST)
            form.add_error(None, str(violation.message))
            return self._page(pk, kept, absorbed, form, violation.status)
        words = _("%(absorbed)s is merged into %(kept)s. It can be undone for 30 days.")
        messages.success(request, words % {"absorbed": absorbed.name, "kept": kept.name})
        return redirect("console:account-parts", kept.pk)

    def _sides(self, pk: int) -> tuple[Account, Account]:
        pairs = AccountPair.objects.visible_to(self.actor).select_related("low", "high")
        pair = get_object_or_404(pairs, pk=pk)
        stays = self.request.POST.get("stays") or self.request.GET.get("stays", "")
        low_stays = stays == "low" if stays in {"low", "high"} else _rank(pair.low) >= _rank(pair.high)
        return (pair.low, pair.high) if low_stays else (pair.high, pair.low)

    def _page(self, pk: int, kept: Account, absorbed: Account, form: MergeForm, status: int = 200) -> HttpResponse:
        pair_url = reverse("console:account-pair", args=[pk])
        context = {
            "kept": kept,
            "absorbed": absorbed,
            "form": form,
            "moves": preview_of(kept, absorbed).in_words(),
            "stays": "low" if kept.pk < absorbed.pk else "high",
            "turned": "high" if kept.pk < absorbed.pk else "low",
            "pair_url": pair_url,
            "crumbs": [
                {"label": _("Accounts that look alike"), "url": reverse("console:account-pairs")},
                {"label": _("Side by side"), "url": pair_url},
                {"label": _("Merge")},
            ],
        }
        return render(self.request, "console/account_merge.html", context, status=status)


def _rank(account: Account) -> tuple[bool, bool, int]:
    """Return what speaks for keeping an account: a customer of the vendor's, with a domain, the older one."""
    return account.origin == "customer", bool(account.domain), -account.pk


class SplitForm(forms.Form):
    """Which deals belong to another customer, and who that is."""

    use_required_attribute = False

    deals = forms.MultipleChoiceField(
        label=gettext_lazy("Deals that belong to the other customer"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one deal.")},
    )
    name = forms.CharField(label=gettext_lazy("The other customer’s name"), max_length=200)
    country = CountryChoice(label=gettext_lazy("Country"))
    domain = WebsiteField(label=gettext_lazy("Website"), max_length=200, required=False)
    city = forms.CharField(label=gettext_lazy("Town"), max_length=100, required=False)

    def __init__(self, deals: Sequence[Deal], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = {str(deal.pk): deal for deal in deals}
        said = [
            (pk, f"{deal.reference} · {deal.customer_name} · {deal.partner.name}") for pk, deal in self.rows.items()
        ]
        self.fields["deals"].choices = said  # type: ignore[attr-defined]


class AccountParts(PairPage):
    """One account: what was merged into it, another one that it may be, deals that are somebody else's."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show it."""
        account = self._find(pk)
        return self._page(account, SplitForm(self._deals(account)))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Set another account beside it, or take deals out of it."""
        account = self._find(pk)
        if "other" in request.POST:
            number = request.POST["other"]
            known = Account.objects.visible_to(self.actor).standing().exclude(pk=account.pk)
            other = get_object_or_404(known, pk=number if number.isdecimal() and len(number) < 19 else 0)
            return redirect(propose_pair(actor=self.actor, one=account, other=other))
        form = SplitForm(self._deals(account), request.POST)
        if not form.is_valid():
            return self._page(account, form, 422)
        given = form.cleaned_data
        customer = Identity(given["name"], given["country"], given["domain"], city=given["city"])
        chosen = [form.rows[pk] for pk in given["deals"]]
        try:
            made = split_account(actor=self.actor, account=account, deals=chosen, customer=customer)
        except (Conflict, Forbidden):
            raise
        except RuleViolation as violation:
            show_violation(form, violation)
            return self._page(account, form, violation.status)
        messages.success(request, _("%(name)s is an account of its own now.") % {"name": made.name})
        return redirect("console:account-parts", made.pk)

    def _find(self, pk: int) -> Account:
        found: Account = get_object_or_404(Account.objects.visible_to(self.actor).standing(), pk=pk)
        return found

    def _deals(self, account: Account) -> list[Deal]:
        found = Deal.objects.visible_to(self.actor).filter(account=account).select_related("partner")
        return list(found.order_by("-submitted_at", "-pk")[:MOST_DEALS])

    def _page(self, account: Account, form: SplitForm, status: int = 200) -> HttpResponse:
        wanted = self.request.GET.get("q", "").strip()[:200]
        known = Account.objects.visible_to(self.actor).standing().exclude(pk=account.pk)
        near = known.filter(Q(name__istartswith=wanted) | Q(domain=wanted.lower())) if wanted else known.none()
        merges = AccountMerge.objects.visible_to(self.actor).filter(Q(kept=account) | Q(absorbed=account))
        context = {
            "account": account,
            "form": form,
            "wanted": wanted,
            "others": list(near.order_by("name", "pk")[:MOST_SHOWN]),
            "merges": merges.select_related("kept", "absorbed", "merged_by", "undone_by").order_by("-merged_at", "-pk"),
            "days": UNDO_FOR.days,
            "crumbs": [{"label": _("Accounts that look alike"), "url": reverse("console:account-pairs")}],
        }
        return render(self.request, "console/account_parts.html", context, status=status)


class UndoMerge(PairPage):
    """Takes a merge back."""

    def post(self, request: HttpRequest, key: Any) -> HttpResponse:
        """Do it."""
        merge = get_object_or_404(AccountMerge.objects.visible_to(self.actor), key=key)
        done, lost = undo_account_merge(actor=self.actor, merge=merge)
        messages.success(request, _("%(name)s is an account of its own again.") % {"name": done.absorbed.name})
        if lost:
            words = ngettext(
                "%(count)d protection could not come back: it has ended, or another deal is protected in its place.",
                "%(count)d protections could not come back: they have ended, or other deals are protected.",
                lost,
            )
            messages.warning(request, words % {"count": lost})
        return redirect("console:account-parts", done.kept_id)
