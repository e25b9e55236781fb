"""Both vendors' models of win chances, fitted on the demo's own history."""

from __future__ import annotations

from dealreg.models import WinModel
from dealreg.services.win_chance import fit_win_model, rate_open_deals
from portal.demo.world import World


def write_chances(world: World) -> None:
    """Fit them as the night's job would have, and rate the open deals."""
    for side in world.sides.values():
        fit_win_model(side.vendor.pk)
        rate_open_deals(side.vendor.pk, afresh=True, now=world.now)
    WinModel.objects.update(fitted_at=world.now)
