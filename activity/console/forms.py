"""The console's forms: they know who writes, what the page showed when it was opened, and what a service refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.forms import ModelForm
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from activity.changes import snapshot

if TYPE_CHECKING:
    from django.http import HttpRequest

    from prm.kernel.actors import Actor
    from prm.kernel.errors import RuleViolation

TAKEN = _("Another one has this already.")


class ScopedForm(ModelForm):
    """A form over one row. `seen` is a snapshot of the row that travels with the page: it tells a stale one."""

    actor: ClassVar[Actor]
    refusal: ClassVar[RuleViolation | None] = None
    prefilled: ClassVar[dict[str, tuple[str, ...]]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        row = self.instance
        # Read now: validation writes what was typed into the row.
        self._stored = {} if row._state.adding else snapshot(row, self.own_fields())
        if row._state.adding and hasattr(row, "vendor_id"):
            row.vendor_id = self.actor.vendor_id
        for name in self.prefilled:
            if name in self.fields:
                self.fields[name].required = False

    def own_fields(self) -> list[str]:
        """Return the form's fields that are columns of the row."""
        columns = {field.name for field in self.instance._meta.concrete_fields}
        return [name for name in self.fields if name in columns]

    @property
    def seen_name(self) -> str:
        """The name of the hidden field that carries the snapshot."""
        return self.add_prefix("seen")

    @property
    def seen_text(self) -> str:
        """The snapshot as text: of the row as it is, or as the person saw it; as it is again after a conflict."""
        renew = not self.is_bound or (self.refusal is not None and self.refusal.status == 409)
        return json.dumps(self._stored) if renew else str(self.data.get(self.seen_name, ""))

    @property
    def seen(self) -> dict[str, str]:
        """What the person saw; empty where the page sent nothing."""
        try:
            found = json.loads(self.data.get(self.seen_name) or "{}")
        except ValueError:
            return {}
        return {name: str(value) for name, value in found.items()} if isinstance(found, dict) else {}

    def _get_validation_exclusions(self) -> set[str]:
        # The vendor isn't on the form, but what is unique within it is checked all the same.
        return super()._get_validation_exclusions() - {"vendor"}  # type: ignore[misc]

    def clean(self) -> dict[str, Any]:
        """Fill in what follows from another field; say what a service refused."""
        cleaned = super().clean() or self.cleaned_data
        for name, sources in self.prefilled.items():
            if not cleaned.get(name) and all(cleaned.get(source) for source in sources):
                cleaned[name] = slugify(" ".join(str(cleaned[source]) for source in sources))
        if self.refusal is not None and self.refusal.status != 409:
            self.add_error(self.refusal.field if self.refusal.field in self.fields else None, str(self.refusal))
        return cleaned

    def _update_errors(self, errors: ValidationError) -> None:
        # "Program with this Vendor and Slug already exists" names what nobody typed: say it at the field itself.
        if hasattr(errors, "error_dict"):
            for error in list(errors.error_dict.get(NON_FIELD_ERRORS, [])):
                names = [name for name in (error.params or {}).get("unique_check", ()) if name in self.fields]
                if error.code == "unique_together" and names:
                    errors.error_dict[NON_FIELD_ERRORS].remove(error)
                    errors.error_dict.setdefault(names[-1], []).append(ValidationError(TAKEN, code="unique"))
            if not errors.error_dict.get(NON_FIELD_ERRORS, True):
                del errors.error_dict[NON_FIELD_ERRORS]
        super()._update_errors(errors)  # type: ignore[misc]


class RefusedForm(ScopedForm):
    """A form that was refused as stale: shown again with what was typed, whatever it holds."""

    def is_valid(self) -> bool:
        """Be shown again."""
        super().is_valid()
        return False


def form_for(form: type[ScopedForm], request: HttpRequest, *, prefilled: Any = None, main: bool = True) -> Any:
    """Return a form class that knows the request's actor, and what a service refused of this very request."""
    refusal = getattr(request, "refusal", None)
    stale = refusal is not None and refusal.status == 409
    bases = (RefusedForm, form) if main and stale else (form,)
    known = {
        "actor": request.actor,  # type: ignore[attr-defined]
        "refusal": refusal if main or stale else None,
        "prefilled": prefilled or {},
    }
    return type(form.__name__, bases, known)
