"""A journey in plain language: a step's sentences, for the builder, comparison and people who read along."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from onboarding.enums import Side
from onboarding.journeys.facts import FACTS
from onboarding.journeys.shape import Op
from onboarding.step_kinds import STEP_KINDS, Asks
from portal.journeys import minutes_text
from prm.kernel.actors import Role

if TYPE_CHECKING:
    from onboarding.journeys.shape import Condition, Definition, Stage, Step

LONGEST = 160
Names = Mapping[tuple[Asks, str], str]
NO_NAMES: Names = {}


def sentences(step: Step, definition: Definition, names: Names = NO_NAMES) -> list[str]:
    """Return what a step is, line by line; its name apart. names: of agreements and of the vendor's people."""
    kind = STEP_KINDS.get(step.kind)
    said = [_who(step), _waits(step, definition)]
    if step.when is not None:
        joint = _(" and ") if step.when.every else _(" or ")
        said.append(_("Only where %(what)s.") % {"what": joint.join(_condition(each) for each in step.when.conditions)})
    said.append(_times(step))
    for setting in kind.settings if kind else ():
        value = step.settings.get(setting.name)
        if value in (None, "", []):
            continue
        if setting.asks is Asks.FIELDS and isinstance(value, list):
            shown = ", ".join(str(each.get("label") or each.get("region") or "") for each in value)
        elif setting.asks is Asks.CHOICE:
            shown = str(dict(setting.choices).get(value, value))
        else:
            shown = names.get((setting.asks, str(value)), str(value))
        said.append(f"{setting.label}: {shown[:LONGEST]}{'…' if len(shown) > LONGEST else ''}")
    return [each for each in said if each]


def side_of(step: Step) -> Side:
    """Return whose turn a step is."""
    kind = STEP_KINDS.get(step.kind)
    return Side(step.side) if step.side else kind.default_side if kind else Side.VENDOR


def _who(step: Step) -> str:
    kind = STEP_KINDS.get(step.kind)
    label = str(kind.label) if kind else _("Unknown kind “%(kind)s”") % {"kind": step.kind}
    words = {Side.PARTNER: _("the partner"), Side.VENDOR: _("your people"), Side.SYSTEM: _("by itself")}
    parts = [label, words[side_of(step)]]
    if step.owner:
        parts.append(_("meant for: %(role)s") % {"role": Role(step.owner).label})
    if step.minutes:
        parts.append(minutes_text(step.minutes))
    return ", ".join(parts) + "."


def _waits(step: Step, definition: Definition) -> str:
    if step.after is None:
        waits = definition.waits.get(step.slug, ())
        return _("Opens after the stage before.") if waits else _("Opens at once.")
    if not step.after:
        return _("Opens at once.")
    names = ", ".join(
        f"“{definition.step[slug].name}”" if slug in definition.step else f"“{slug}”" for slug in step.after
    )
    return _("Opens after %(names)s.") % {"names": names}


def _condition(condition: Condition) -> str:
    fact = FACTS.get(condition.fact)
    label = str(fact.label) if fact else condition.fact
    if condition.op in {Op.AT_LEAST, Op.AT_MOST}:
        words = (
            _("%(fact)s is at least %(number)s") if condition.op is Op.AT_LEAST else _("%(fact)s is at most %(number)s")
        )
        return words % {"fact": label, "number": condition.number}
    known = fact.choices if fact else {}
    values = ", ".join(known.get(value, value) for value in condition.values)
    words = _("%(fact)s is one of: %(values)s") if condition.op is Op.IS else _("%(fact)s is none of: %(values)s")
    return words % {"fact": label, "values": values}


def _times(step: Step) -> str:
    said = []
    if step.due is not None:
        words = ngettext("due after %(count)d day", "due after %(count)d days", step.due.days)
        if step.due.from_start:
            words = ngettext("due %(count)d day after the start", "due %(count)d days after the start", step.due.days)
        said.append(words % {"count": step.due.days})
    if step.remind:
        said.append(_("reminds on day %(days)s") % {"days": ", ".join(str(each) for each in step.remind)})
    if step.escalate:
        said.append(_("tells the partner managers on day %(day)d") % {"day": step.escalate})
    text = "; ".join(said)
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def stage_lines(stage: Stage) -> list[str]:
    """Return what is said of a stage."""
    opens = _("Opens: %(what)s") % {"what": stage.opens} if stage.opens else ""
    return [each for each in (stage.text, opens) if each]
