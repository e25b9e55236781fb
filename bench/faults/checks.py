"""The checks of the fault drill. Each breaks something under load and returns its findings."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from bench.faults.scene import Scene, Write

DRAIN_SECONDS = 60
SERVING_SECONDS = 15
SLOWEST_ANSWER = 1.0

PENDING = "SELECT count(*) FROM activity_delivery WHERE state = 'pending'"
EVENTS = "SELECT count(*) FROM activity_event WHERE kind = 'deal.submitted' AND id > %s"
LOST = """
SELECT count(*) FROM activity_event e WHERE kind = 'deal.submitted' AND id > %s
AND NOT EXISTS (SELECT FROM drill_effect d WHERE d.event_id = e.id)
"""
DOUBLED = """
SELECT count(*) FROM (SELECT FROM drill_effect WHERE event_id > %s GROUP BY event_id HAVING count(*) > 1) AS twice
"""
UNTOLD = """
SELECT count(*) FROM activity_event e WHERE kind = 'deal.submitted' AND id > %s
AND NOT EXISTS (SELECT FROM activity_notification n WHERE n.event_id = e.id)
"""
NEWEST_EVENT = "SELECT coalesce(max(id), 0) FROM activity_event"
IN_THE_MIDDLE = """
SELECT count(*) FROM pg_stat_activity
WHERE state <> 'idle' AND starts_with(query, 'SELECT pg_sleep')
"""


@dataclass(frozen=True)
class Size:
    """How much is done: in full for `make faults`, less for CI."""

    events: int = 1000
    kills: int = 20
    flushes: int = 3
    down_seconds: float = 60
    hang_seconds: float = 10
    crashes: int = 5
    naive: int = 300
    naive_kills: int = 6
    jobs: int = 6
    numbers: int = 2000
    job_kills: int = 12
    journeys: int = 200
    journey_kills: int = 20
    naive_journeys: int = 20
    chain_kills: int = 4


SHORT = Size(
    events=120,
    kills=2,
    flushes=1,
    down_seconds=6,
    hang_seconds=3,
    crashes=1,
    naive=80,
    naive_kills=2,
    jobs=2,
    numbers=1200,
    job_kills=3,
    journeys=8,
    journey_kills=2,
    naive_journeys=6,
    chain_kills=2,
)


@dataclass
class Finding:
    """A check's result: passed, and the figures it is judged by."""

    name: str
    passed: bool
    sentence: str
    figures: dict[str, Any] = field(default_factory=dict)

    def line(self) -> str:
        """Return it as the one line that is printed."""
        return f"{'ok  ' if self.passed else 'MISS'} {self.name}: {self.sentence}"

    def as_json(self) -> dict[str, Any]:
        """Return it for the file of results."""
        return asdict(self)


def naive_kills(scene: Scene, size: Size) -> Finding:
    """Show that a task sent on commit is lost with the worker that holds it."""
    writing = scene.write(size.naive, path="naive", threads=2)
    for _ in range(size.naive_kills):
        done = _naive_done(scene)
        scene.wait("naive tasks", lambda done=done: _naive_done(scene) > done + 5, 20)
        scene.kill_worker(whole=True)
    writing.finish()
    _settle(scene)
    sent, done = scene.number("SELECT count(*) FROM drill_naive"), _naive_done(scene)
    lost = sent - done
    sentence = f"of {sent} tasks sent with .delay() on commit, {lost} were not done after {size.naive_kills} SIGKILLs"
    return Finding(
        "control, workers killed", lost > 0, f"{sentence} (the drill must see losses)", {"sent": sent, "lost": lost}
    )


def naive_flush(scene: Scene, size: Size) -> Finding:
    """Show that tasks sent on commit are lost with the broker's memory."""
    scene.query("WITH gone AS (DELETE FROM drill_naive_done) DELETE FROM drill_naive RETURNING 1")
    scene.flush_valkey()
    writing = scene.write(size.naive, path="naive", threads=2)
    scene.wait("naive tasks", lambda: scene.number("SELECT count(*) FROM drill_naive") > size.naive // 2, 60)
    scene.flush_valkey()
    writing.finish()
    _settle(scene)
    sent, done = scene.number("SELECT count(*) FROM drill_naive"), _naive_done(scene)
    lost = sent - done
    sentence = f"of {sent} tasks sent with .delay() on commit, {lost} were not done after one flush of Valkey"
    return Finding(
        "control, Valkey flushed", lost > 0, f"{sentence} (the drill must see losses)", {"sent": sent, "lost": lost}
    )


def _naive_done(scene: Scene) -> int:
    return scene.number("SELECT count(DISTINCT number) FROM drill_naive_done")


def _settle(scene: Scene) -> None:
    """Wait until the broker's queue is empty and nothing has been done for eight seconds: what is missing is lost."""
    done, since = _naive_done(scene), time.monotonic()
    while time.monotonic() - since < 8:
        scene.pause(0.5)
        now = _naive_done(scene)
        if now != done or scene.queued() > 0:
            done, since = now, time.monotonic()


def worker_kills(scene: Scene, size: Size) -> Finding:
    """Register deals while the worker is killed: every event has its effect once."""
    first, struck, writings, last_kill = scene.number(NEWEST_EVENT), 0, [], 0.0
    for kill in range(size.kills):
        writings.append(scene.write(_share(size.events, size.kills, kill), threads=4))
        before = _effects(scene, first)
        scene.wait("effects", lambda before=before: _effects(scene, first) > before, 30)
        struck += strike(scene, whole=kill % 2 == 0)
        last_kill = time.monotonic()
    writes = [write for writing in writings for write in writing.finish()]
    scene.wait("an empty queue", lambda: scene.number(PENDING) == 0, DRAIN_SECONDS)
    drained = time.monotonic() - last_kill
    figures = _tally(scene, first, writes) | {
        "kills": size.kills,
        "struck": struck,
        "drained_seconds": round(drained, 1),
    }
    passed = _nothing_lost(figures, size.events) and drained <= DRAIN_SECONDS and struck >= size.kills // 2
    sentence = f"{_said(figures)}; {size.kills} SIGKILLs, {struck} of them amid a handler; drained {drained:.0f} s after the last"
    return Finding("workers killed", passed, sentence, figures)


def strike(scene: Scene, *, whole: bool) -> bool:
    """Kill when a handler is between its effect and its done-mark, if one gets there soon."""
    amid = False
    for _ in range(100):
        amid = scene.number(IN_THE_MIDDLE) > 0
        if amid:
            break
        time.sleep(0.01)
    scene.kill_worker(whole=whole)
    return amid


def valkey_faults(scene: Scene, size: Size) -> list[Finding]:
    """Register deals while Valkey is flushed, down, and hanging: nothing is lost, and nobody waits for it."""
    first = scene.number(NEWEST_EVENT)
    seconds = size.down_seconds + size.hang_seconds + 5 * size.flushes + 15
    writing = scene.write(1_000_000, threads=4, rate=size.events / seconds)
    scene.pause(4)
    for _ in range(size.flushes):
        scene.flush_valkey()
        scene.pause(4)
    down = time.time()
    scene.stop_valkey()
    scene.pause(size.down_seconds)
    up = time.time()
    scene.start_valkey()
    seen = _effects(scene, first)
    noticed = scene.wait("a worker at work again", lambda: _effects(scene, first) > seen, DRAIN_SECONDS)
    hung = time.time()
    scene.hang_valkey(size.hang_seconds)
    well = time.time()
    scene.wait("enough events", lambda: scene.number(EVENTS, first) >= size.events, 120)
    writes = writing.stop()
    drained = scene.wait("an empty queue", lambda: scene.number(PENDING) == 0, DRAIN_SECONDS)
    figures = _tally(scene, first, writes) | {
        "drained_seconds": round(drained, 1),
        "noticed_seconds": round(noticed, 1),
    }
    lost = Finding(
        "Valkey flushed, down and hanging",
        _nothing_lost(figures, size.events) and max(noticed, drained) < DRAIN_SECONDS and figures["failed"] == 0,
        f"{_said(figures)}; flushed {size.flushes} times, down for {size.down_seconds:.0f} s; workers back at work "
        f"{noticed:.0f} s after its return; drained {drained:.0f} s after the last write",
        figures,
    )
    calm = [write for write in writes if write.sent < down or write.sent > well]
    return [
        lost,
        _answers("web requests while Valkey is down", [w for w in writes if down <= w.sent < up], calm),
        _answers("web requests while Valkey hangs", [w for w in writes if hung <= w.sent < well], calm),
    ]


def _answers(name: str, writes: list[Write], calm: list[Write]) -> Finding:
    times, usual = [write.took for write in writes], [write.took for write in calm]
    figures = {
        "requests": len(times),
        **_spread(times),
        **{f"calm_{key}": value for key, value in _spread(usual).items()},
    }
    passed = bool(times) and figures["p99_ms"] <= SLOWEST_ANSWER * 1000 and all(write.status == 201 for write in writes)
    sentence = (
        f"{len(times)} registrations answered, median {figures['median_ms']} ms, p99 {figures['p99_ms']} ms "
        f"(otherwise {figures['calm_median_ms']} and {figures['calm_p99_ms']} ms)"
    )
    return Finding(name, passed, sentence, figures)


def _spread(times: list[float]) -> dict[str, int]:
    if not times:
        return {"median_ms": -1, "p99_ms": -1}
    ordered = sorted(times)
    p99 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
    return {"median_ms": round(statistics.median(ordered) * 1000), "p99_ms": round(p99 * 1000)}


def postgres_crashes(scene: Scene, size: Size) -> Finding:
    """Stop PostgreSQL `immediate` under eight writers: what was acknowledged is there, and all serve again soon."""
    first = scene.number(NEWEST_EVENT)
    writing = scene.write(1_000_000, threads=8, rate=40)
    web_gaps, worker_gaps = [], []
    for _ in range(size.crashes):
        scene.pause(8)
        stopped, newest = time.time(), scene.number(NEWEST_EVENT)
        begun = time.monotonic()
        scene.crash_postgres()
        web_gaps.append(_web_gap(scene, writing, stopped))
        scene.wait("a worker after the crash", lambda newest=newest: _effects(scene, newest) > 0, 45)
        worker_gaps.append(time.monotonic() - begun)
    writes = writing.stop()
    acknowledged = {write.reference for write in writes if write.status == 201}
    scene.wait("an empty queue", lambda: scene.number(PENDING) == 0, 2 * DRAIN_SECONDS)
    kept = {row[0] for row in scene.query("SELECT reference FROM dealreg_deal")}
    figures = _tally(scene, first, writes) | {
        "crashes": size.crashes,
        "acknowledged": len(acknowledged),
        "acknowledged_lost": len(acknowledged - kept),
        "web_seconds": round(max(web_gaps), 1),
        "worker_seconds": round(max(worker_gaps), 1),
    }
    passed = not figures["acknowledged_lost"] and not figures["lost"] and not figures["doubled"] and not figures["dead"]
    passed = passed and max(*web_gaps, *worker_gaps) <= SERVING_SECONDS
    sentence = (
        f"{size.crashes} immediate stops under 8 writers: {len(acknowledged)} acknowledged writes, "
        f"{figures['acknowledged_lost']} of them lost; {figures['lost']} events lost, {figures['doubled']} effects doubled; "
        f"web serving again within {max(web_gaps):.1f} s, workers within {max(worker_gaps):.1f} s"
    )
    return Finding("PostgreSQL stopped", passed, sentence, figures)


def _web_gap(scene: Scene, writing: Any, stopped: float) -> float:
    def answered() -> list[Write]:
        return [write for write in writing.so_far() if write.sent > stopped + 0.2 and write.status == 201]

    scene.wait("the web server after the crash", lambda: bool(answered()), 45)
    return min((write.sent + write.took for write in answered()), default=stopped + 45) - stopped


def _effects(scene: Scene, first: int) -> int:
    return scene.number("SELECT count(*) FROM drill_effect WHERE event_id > %s", first)


def _tally(scene: Scene, first: int, writes: Iterable[Write]) -> dict[str, int]:
    written = list(writes)
    return {
        "answered": sum(write.status == 201 for write in written),
        "failed": sum(write.status != 201 for write in written),
        "events": scene.number(EVENTS, first),
        "lost": scene.number(LOST, first),
        "doubled": scene.number(DOUBLED, first),
        "untold": scene.number(UNTOLD, first),
        "restarts": scene.restarts,
        "dead": scene.number("SELECT count(*) FROM activity_delivery WHERE state = 'dead'"),
    }


def _nothing_lost(figures: dict[str, int], events: int) -> bool:
    troubles = ("lost", "doubled", "untold", "dead")
    return figures["events"] >= events and not any(figures[name] for name in troubles)


def _said(figures: dict[str, int]) -> str:
    return (
        f"{figures['events']} events, {figures['lost']} lost, {figures['doubled']} effects doubled, "
        f"{figures['untold']} without notification, {figures['dead']} given up"
    )


def _share(whole: int, parts: int, part: int) -> int:
    return whole * (part + 1) // parts - whole * part // parts
