"""The page of state machines: a diagram and a table each, from the same data that makes buttons and API actions."""

from __future__ import annotations

from django.apps import apps

from dealreg.workflow import MACHINES as DEALS
from dealreg.workflow import OF_PROTECTION
from onboarding.workflow import MACHINES as ONBOARDING
from onboarding.workflow_prospects import MACHINES as RECRUITING
from onboarding.workflow_versions import MACHINES as VERSIONS
from partners.workflow import MACHINES as PARTNERS
from portal.reference.markdown import code, first_sentence, page, table
from portal.reference.permissions import holders
from prm.kernel.workflow import Machine, Transition

MACHINES = (*DEALS, *OF_PROTECTION, *PARTNERS, *ONBOARDING, *RECRUITING, *VERSIONS)
ABOUT = (
    "Every change of state is one of these transitions; there is no other way. A transition needs sight of the row, "
    "the right, a source state, its facts, and its rule's yes, in this order; then it writes the state and its event "
    "in one transaction."
)
HEADS = ("Transition", "From", "To", "Right", "Held by", "Needs", "Rule", "Event")


def machines_page() -> str:
    """Return the page."""
    return page("State machines", ABOUT, *(_section(machine) for machine in MACHINES))


def _section(machine: Machine) -> str:
    labels = _labels(machine)
    rows = [_row(transition, labels) for transition in machine.transitions]
    title = f"## {machine.name.capitalize()}: `{machine.model}.{machine.field}`"
    return "\n\n".join([title, _diagram(machine, labels), table(HEADS, rows)])


def _labels(machine: Machine) -> dict[str, str]:
    field = apps.get_model(machine.model)._meta.get_field(machine.field)
    return {str(value): str(label) for value, label in field.flatchoices}


def _in_order(states: frozenset[str], labels: dict[str, str]) -> list[str]:
    return [state for state in labels if state in states]


def _diagram(machine: Machine, labels: dict[str, str]) -> str:
    lines = ["```mermaid", "stateDiagram-v2", *(f"    {state}: {label}" for state, label in labels.items())]
    lines += [f"    [*] --> {state}" for state in _in_order(machine.initial, labels)]
    lines += [
        f"    {source} --> {transition.target}: {transition.name}"
        for transition in machine.transitions
        for source in _in_order(transition.sources, labels)
    ]
    return "\n".join([*lines, "```"])


def _row(transition: Transition, labels: dict[str, str]) -> list[str]:
    sources = ", ".join(labels[state] for state in _in_order(transition.sources, labels))
    rule = first_sentence(transition.guard).removeprefix("Guard: ") if transition.guard else ""
    rule = rule[:1].upper() + rule[1:]
    return [
        f"`{transition.name}` ({transition.label})",
        sources,
        labels[transition.target],
        code(transition.permission.name),
        holders(transition.permission),
        code(*transition.required),
        rule,
        code(transition.event.name),
    ]
