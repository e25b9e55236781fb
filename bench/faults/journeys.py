"""The check of journeys: workers are killed amid automated steps, and a receiver of webhooks misbehaves."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import Any

from bench.drill.start_journeys import EFFECTS, HOOKS
from bench.faults.checks import Finding, Size, strike
from bench.faults.receiver import Receiver
from bench.faults.scene import Scene
from prm.embedded.state import ROOT

ENDS_WITHIN = 900
EFFECT_ROWS = "SELECT count(*) FROM drill_step_effect WHERE step > 0"
NAIVE_ROWS = "SELECT count(*) FROM drill_step_effect WHERE step < 0"
TWICE = "SELECT count(*) FROM (SELECT FROM drill_step_effect WHERE {} GROUP BY step HAVING count(*) > 1) AS twice"
DISTINCT = "SELECT count(DISTINCT step) FROM drill_step_effect WHERE {}"
STEPS = "SELECT count(*) FROM onboarding_journeystep WHERE kind = %s AND state = %s"
UNSETTLED = "SELECT count(*) FROM onboarding_journeystep WHERE state NOT IN ('done', 'failed')"
DONE_HOOKS = "SELECT key::text FROM onboarding_journeystep WHERE kind = 'webhook' AND state = 'done'"
FAILED_HOOKS = (
    "SELECT key::text FROM onboarding_journeystep WHERE kind = 'webhook' AND state = 'failed' AND error <> ''"
)
FINISHED = "SELECT count(*) FROM onboarding_journey WHERE state = 'finished'"


def naive_journeys(scene: Scene, size: Size) -> Finding:
    """Show that chains of tasks lose or double steps when their worker is killed.

    Each kill ends the chains that are at work, so that there are fewer kills than chains: with none left nothing moves.
    """
    _start(scene, size.naive_journeys, "--naive")
    for _ in range(size.chain_kills):
        before = scene.number(NAIVE_ROWS)
        scene.wait("naive steps", lambda before=before: scene.number(NAIVE_ROWS) > before + 3, 120)
        scene.kill_worker(whole=True)
    _settle(scene)
    wanted = size.naive_journeys * (EFFECTS + HOOKS)
    missing, twice = wanted - scene.number(DISTINCT.format("step < 0")), scene.number(TWICE.format("step < 0"))
    sentence = (
        f"of {wanted} steps of {size.naive_journeys} chains of tasks, {missing} were not done and {twice} done twice"
    )
    figures = {"steps": wanted, "missing": missing, "twice": twice}
    return Finding(
        "control, chained tasks killed", missing > 0 or twice > 0, f"{sentence} (the drill must see it)", figures
    )


def journey_kills(scene: Scene, size: Size) -> Finding:
    """Kill workers while journeys run: every effect once, every webhook called under one id or shown as failed."""
    receiver, begun = Receiver(scene.port), time.monotonic()
    receiver.secret = _start(scene, 0, "--address", receiver.address)
    _start(scene, size.journeys)
    struck = 0
    for kill in range(size.journey_kills):
        before = scene.number(EFFECT_ROWS)
        scene.wait("effects", lambda before=before: scene.number(EFFECT_ROWS) > before, 120)
        struck += strike(scene, whole=kill % 2 == 0)
    scene.wait("the journeys' end", lambda: scene.number(UNSETTLED) == 0, ENDS_WITHIN)
    figures = _tally(scene, receiver) | {
        "kills": size.journey_kills,
        "struck": struck,
        "seconds": round(time.monotonic() - begun),
    }
    receiver.shutdown()
    wanted = size.journeys * EFFECTS
    passed = figures["effects"] == figures["effects_done"] == wanted and not any(
        figures[name] for name in ("twice", "unsettled", "unheard", "misjudged", "forged")
    )
    passed = passed and figures["finished"] + figures["failed_hooks"] == size.journeys
    sentence = (
        f"{size.journeys} journeys of {EFFECTS + HOOKS} steps: {figures['effects']} of {wanted} effects, {figures['twice']} twice; "
        f"{figures['done_hooks']} webhooks done, {figures['failed_hooks']} shown as failed, {figures['unheard']} lost, "
        f"{figures['calls']} calls under {figures['ids']} ids ({figures['answers']}); {figures['finished']} journeys finished; "
        f"{size.journey_kills} SIGKILLs, {struck} of them amid a step; {figures['seconds']} s"
    )
    return Finding("journeys' workers killed", passed, sentence, figures)


def _tally(scene: Scene, receiver: Receiver) -> dict[str, Any]:
    done = {row[0] for row in scene.query(DONE_HOOKS)}
    failed = {row[0] for row in scene.query(FAILED_HOOKS)}
    return {
        "effects": scene.number(DISTINCT.format("step > 0")),
        "effects_done": scene.number(STEPS, "drill_effect", "done"),
        "twice": scene.number(TWICE.format("step > 0")),
        "unsettled": scene.number(UNSETTLED),
        "finished": scene.number(FINISHED),
        "done_hooks": len(done),
        "failed_hooks": len(failed),
        "unheard": len((done | failed) - set(receiver.calls)),
        "misjudged": len(done - receiver.settled) + len(set(receiver.calls) - done - failed),
        "calls": sum(receiver.calls.values()),
        "ids": len(receiver.calls),
        "answers": dict(receiver.behaviours),
        "forged": receiver.forged,
    }


def _start(scene: Scene, count: int, *options: str) -> str:
    command = [sys.executable, "-m", "bench.drill.start_journeys", str(count), *options]
    environment = scene.stack.environment(owner=False)
    done = subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True)
    return done.stdout.strip().splitlines()[-1] if done.stdout.strip() else ""


def _settle(scene: Scene) -> None:
    """Wait until nothing has been done for eight seconds: what is missing then is lost."""
    last, since = -1, time.monotonic()
    while time.monotonic() - since < 8:
        scene.pause(0.5)
        now = scene.number(NAIVE_ROWS)
        if now != last:
            last, since = now, time.monotonic()
