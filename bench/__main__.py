"""`make bench`: speed and memory, as a table and as JSON under bench/results/. Exits with 1 on any miss.

ARGS chooses: `pages`, `winner`, `standings`, `backtest`, `journeys`, `jobs`, `leads`, `matching`, `weight` (all of them without ARGS), or `start`, which clones and starts the product with
cold caches. `--deals 20000 200000` sets the sizes, `--only text` the pages.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from prm.embedded.state import ROOT

PARTS = ("pages", "winner", "standings", "backtest", "journeys", "jobs", "leads", "matching", "weight")
RESULTS = ROOT / "bench" / "results"


def main() -> int:
    """Measure the parts asked for; return the exit code."""
    options = _options()
    os.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"
    os.environ.setdefault("LOG_LEVEL", "ERROR")
    os.environ["DEBUG"] = "0"
    passed = True
    for part in options.parts or PARTS:
        print(f"== {part}", flush=True)
        figures, held = _measure(part, options)
        passed = passed and held
        _write(part, figures)
    print("All held." if passed else "SOMETHING DID NOT HOLD.")
    return 0 if passed else 1


def _measure(part: str, options: argparse.Namespace) -> tuple[Any, bool]:
    # Each part is imported when it is asked for: some want Django, one must not have it.
    if part == "start":
        from bench.start import measure_start  # noqa: PLC0415

        return measure_start()
    import django  # noqa: PLC0415

    django.setup()
    with empty_database():
        if part == "pages":
            from bench.pages import database_size, measure  # noqa: PLC0415

            results = measure(tuple(options.deals), options.only)
            print(f"  the database holds {database_size()}")
            for result in results:
                print(
                    f"  {'ok  ' if result.passed else 'MISS'} {result.page.name}: growth {result.growth:.2f}, "
                    f"{result.at[max(result.at)].page.buffers:.0f} buffers (at most {result.most_buffers:.0f})"
                )
            return [result.as_json() for result in results], all(result.passed for result in results)
        if part == "winner":
            from bench.bare_race import measure_winner  # noqa: PLC0415
            from bench.channels import measure_doors  # noqa: PLC0415

            figures, held = measure_winner(options.partners, options.accounts)
            figures["doors"], doors_held = measure_doors(options.partners, options.accounts)
            return figures, held and doors_held
        if part in {"standings", "backtest", "journeys", "leads"}:
            from bench.backtests import measure_backtests  # noqa: PLC0415
            from bench.journeys import measure_journeys  # noqa: PLC0415
            from bench.leads import measure_leads  # noqa: PLC0415
            from bench.standings import measure_standings  # noqa: PLC0415

            parts = {"standings": measure_standings, "backtest": measure_backtests, "journeys": measure_journeys}
            return {**parts, "leads": measure_leads}[part]()
        if part in {"jobs", "matching"}:
            from bench.long_work import measure_long_work  # noqa: PLC0415
            from bench.matching import measure_matching  # noqa: PLC0415

            return measure_long_work() if part == "jobs" else measure_matching(options.size)
        from bench.weight import measure_weight  # noqa: PLC0415

        return measure_weight()


@contextmanager
def empty_database() -> Iterator[None]:
    """Make a database of our own beside the one that is configured, which is never touched; drop it afterwards."""
    from django.db import connection, connections  # noqa: PLC0415

    before = connection.settings_dict["NAME"]
    name = connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    os.environ["DATABASE_URL"] = os.environ["DATABASE_URL"].rsplit("/", 1)[0] + f"/{name}"
    try:
        yield
    finally:
        connections.close_all()
        connection.creation.destroy_test_db(before, verbosity=0)


def _write(part: str, figures: Any) -> None:
    RESULTS.mkdir(parents=True, exist_ok=True)
    results = {"at": time.strftime("%Y-%m-%d %H:%M"), "machine": machine(), "figures": figures}
    (RESULTS / f"{part}.json").write_text(json.dumps(results, indent=1), encoding="utf-8")


def machine() -> dict[str, Any]:
    """Return what the figures were measured on."""
    model, known = "", Path("/proc/cpuinfo")
    if known.exists():
        with known.open(encoding="utf-8") as lines:
            model = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), "")
    return {"processors": os.cpu_count(), "model": model, "load": os.getloadavg()[0], "python": sys.version.split()[0]}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    # No `choices`: with nargs="*" argparse holds the empty list against them.
    parser.add_argument("parts", nargs="*", help=", ".join((*PARTS, "start")))
    parser.add_argument("--deals", type=int, nargs="+", default=[20_000, 200_000])
    parser.add_argument("--only", default="", help="pages whose name has this in it")
    parser.add_argument("--partners", type=int, default=16)
    parser.add_argument("--accounts", type=int, default=200)
    parser.add_argument("--size", type=int, default=10_000, help="accounts and deals for `matching`")
    options = parser.parse_args()
    if unknown := set(options.parts) - {*PARTS, "start"}:
        parser.error(f"there is no part called {', '.join(sorted(unknown))}")
    return options


if __name__ == "__main__":
    sys.exit(main())
