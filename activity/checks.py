"""Start-up checks of what apps registered."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Error, register

from activity.registry import EVENTS, HANDLERS


@register()
def check_handlers(app_configs: Any, **_: Any) -> list[CheckMessage]:
    """Refuse a handler that waits for an event which nobody declares."""
    return [
        Error(f"handler {handler.name} waits for {handler.event}, which no events.py declares", id="activity.E001")
        for handler in HANDLERS.values()
        if handler.event not in EVENTS
    ]
