"""The page of a deal's team, as the deal's partner and the vendor see it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from dealreg.enums import ShareAnswer, SharedField, TeamState
from dealreg.models import TeamShare, TeamVersion
from dealreg.permissions import TEAM_DEALS
from dealreg.services import propose_team
from dealreg.team_forms import AnswerShareForm, MemberFormSet, ProposalForm, has_rows, rows_of
from dealreg.team_reading import Teams, has_gone, teams_of
from prm.kernel.errors import Conflict, Forbidden, RuleViolation

if TYPE_CHECKING:
    from dealreg.models import Deal
    from prm.kernel.actors import Actor

TEAM_LOOK = {
    TeamState.PROPOSED: ("info", "wait"),
    TeamState.AGREED: ("good", "ok"),
    TeamState.DECLINED: ("bad", "no"),
    TeamState.WITHDRAWN: ("", "undo"),
}
ANSWER_LOOK = {
    ShareAnswer.WAITING: ("info", "wait"),
    ShareAnswer.AGREED: ("good", "ok"),
    ShareAnswer.DECLINED: ("bad", "no"),
}


def member_row(share: TeamShare) -> dict[str, Any]:
    """Return a side as the table shows it."""
    answer = ShareAnswer(share.answer)
    gone = has_gone(share)
    return {
        "share": share,
        "percent": f"{share.percent.normalize():f}",
        "sees": ", ".join(str(SharedField(name).label) for name in share.sees),
        "label": _("Left") if gone else answer.label,
        "look": ("warn", "out") if gone else ANSWER_LOOK[answer],
        "said": [text for text in (share.answer_text, share.left_text) if text],
    }


def version_row(team: TeamVersion) -> dict[str, Any]:
    """Return a version as the page shows it."""
    state = TeamState(team.state)
    members = [member_row(share) for share in team.members]  # type: ignore[attr-defined]
    return {"team": team, "label": state.label, "look": TEAM_LOOK[state], "members": members}


def team_page(
    request: HttpRequest, actor: Actor, deal: Deal, further: dict[str, Any], status: int = 200
) -> HttpResponse:
    """Render the page; `further` has the way back, the addresses, and forms with errors."""
    teams = teams_of(actor, deal)
    held = {team.pk for team in (teams.agreed, teams.proposed) if team is not None}
    mine = own_share(actor, teams)
    context = {
        "deal": deal,
        "agreed": version_row(teams.agreed) if teams.agreed else None,
        "proposed": version_row(teams.proposed) if teams.proposed else None,
        "older": [version_row(team) for team in teams.versions if team.pk not in held],
        "gone": [share.name for share in teams.gone],
        "mine": mine,
        "answer_form": AnswerShareForm(auto_id="answer_%s") if mine else None,
        "may": actor.may(TEAM_DEALS),
        "rows": MemberFormSet(prefix="members", initial=_start(teams, deal)),
        "form": ProposalForm(),
        **further,
    }
    return render(request, "team/deal_team.html", context, status=status)


def _start(teams: Teams, deal: Deal) -> list[dict[str, Any]]:
    last = teams.proposed or teams.agreed or next(iter(teams.versions), None)
    shares = [] if last is None else [share for share in last.members if not has_gone(share)]  # type: ignore[attr-defined]
    return rows_of(shares, deal.enrollment_id)


def own_share(actor: Actor, teams: Teams) -> TeamShare | None:
    """Return the share that waits for the actor's side, if any."""
    if teams.proposed is None or not actor.may(TEAM_DEALS):
        return None
    waiting = [share for share in teams.proposed.members if share.answer == ShareAnswer.WAITING]  # type: ignore[attr-defined]
    mine = [share for share in waiting if (share.direct if actor.is_vendor else share.partner_id == actor.partner_id)]
    return mine[0] if mine else None


def propose(request: HttpRequest, actor: Actor, deal: Deal, further: dict[str, Any]) -> HttpResponse:
    """Propose what was typed; 422 with all of it where it is refused."""
    rows: Any = MemberFormSet(request.POST if has_rows(request.POST) else None, prefix="members")
    form = ProposalForm(request.POST)
    refusal = ""
    if rows.is_bound and rows.is_valid() and form.is_valid():
        try:
            propose_team(actor=actor, deal=deal, members=rows.members(), text=form.cleaned_data["text"])
        except (Conflict, Forbidden):
            raise
        except RuleViolation as violation:
            refusal = str(violation.message)
        else:
            messages.success(request, _("Proposed. It holds once everyone has agreed."))
            return redirect(request.path)
    elif rows.is_bound:
        refusal = _("Something is missing in a row: it is said there.")
    if not actor.may(TEAM_DEALS):
        raise Forbidden("not_allowed", _("Your role doesn't agree on deal teams."))
    return team_page(request, actor, deal, {**further, "rows": rows, "form": form, "refusal": refusal}, 422)
