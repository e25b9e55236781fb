"""Celery shells."""

from __future__ import annotations

from celery import shared_task

from dealreg import services
from dealreg.services import win_chance


@shared_task(name="dealreg.expire_protections")
def expire_protections() -> int:
    """Keep what an appeal has stopped, expire what has ended, and let offers lapse."""
    services.hold_appealed()
    return services.expire_protections() + services.lapse_offers()


@shared_task(name="dealreg.remind_expiring")
def remind_expiring() -> int:
    """Announce what ends soon."""
    return services.remind_expiring()


@shared_task(name="dealreg.escalate_overdue")
def escalate_overdue() -> int:
    """Tell who is late, and where nobody is left who decides."""
    return services.escalate_uncovered() + services.escalate_overdue() + services.escalate_appeals()


@shared_task(name="dealreg.clear_discarded")
def clear_discarded() -> int:
    """Delete drafts that were discarded over a day ago."""
    return services.clear_discarded()


@shared_task(name="dealreg.fit_win_chance")
def fit_win_chance() -> int:
    """Fit the models of win chances anew, and rate the open deals."""
    return win_chance.fit_all()


@shared_task(name="dealreg.rate_win_chance")
def rate_win_chance() -> int:
    """Rate the open deals to which something happened."""
    return win_chance.rate_all()


@shared_task(name="dealreg.keep_leads")
def keep_leads() -> int:
    """Let the clock of leads run."""
    return services.keep_leads()


@shared_task(name="dealreg.nudge_pipeline")
def nudge_pipeline() -> int:
    """Nudge about deals that stand still and terms that end."""
    return services.mark_stalled() + services.remind_of_terms()
