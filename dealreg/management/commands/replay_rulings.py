"""Judge every ruling again from its stored facts, and name those that come out differently."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from dealreg.rulings import replayed


class Command(BaseCommand):
    """Replays all rulings. Ends with an error where one differs."""

    help = "Judges every ruling again by its own policy, from the facts that it keeps; names those that differ."

    def handle(self, *args: Any, **options: Any) -> None:
        """Replay them."""
        total, differ = 0, []
        for replay in replayed():
            total += 1
            if not replay.is_equal:
                differ.append(replay)
        for replay in differ:
            said, again = replay.ruling.judged, replay.again
            self.stdout.write(f"{replay.ruling.pk}: {said.verdict} {said.clause}, again {again.verdict} {again.clause}")
        if differ:
            raise CommandError(f"{len(differ)} of {total} rulings came out differently.")
        self.stdout.write(f"{total} rulings, all equal.")
