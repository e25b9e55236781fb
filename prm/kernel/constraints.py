"""A foreign key over several columns, so that the database keeps tenant columns equal to their parent's.

Columns that such a rule covers are declared with `db_constraint=False`: Django's own single-column rules would check
the same parents again on every insert.
"""

from __future__ import annotations

from typing import Any, cast

from django.apps import apps as django_apps
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.ddl_references import Statement
from django.db.models import Field, Model
from django.db.models.constraints import BaseConstraint


class CompositeForeignKey(BaseConstraint):
    """`FOREIGN KEY (fields) REFERENCES to (to_fields) MATCH FULL DEFERRABLE INITIALLY DEFERRED`.

    The referenced columns need a unique constraint. MATCH FULL: either all columns are null or all refer. Deferred,
    so that a merge can move rows in any order within a transaction. Django's own fields don't express this.
    """

    def __init__(self, *, fields: tuple[str, ...], to: str, to_fields: tuple[str, ...], name: str) -> None:
        if len(fields) != len(to_fields):
            raise ValueError("fields and to_fields differ in length")
        super().__init__(name=name)
        self.fields, self.to, self.to_fields = tuple(fields), to, tuple(to_fields)

    def _definition(self, model: type[Model], schema_editor: BaseDatabaseSchemaEditor) -> str:
        quote = schema_editor.quote_name
        target = _model(model, self.to)
        own = ", ".join(quote(_column(model, name)) for name in self.fields)
        theirs = ", ".join(quote(_column(target, name)) for name in self.to_fields)
        return (
            f"CONSTRAINT {quote(self.name)} FOREIGN KEY ({own}) REFERENCES {quote(target._meta.db_table)} ({theirs})"
            " MATCH FULL DEFERRABLE INITIALLY DEFERRED"
        )

    # The stubs know only constraints whose SQL is returned as text, so three signatures differ from them.

    def constraint_sql(self, model: type[Model], schema_editor: BaseDatabaseSchemaEditor) -> None:  # type: ignore[override]
        """Put nothing into CREATE TABLE: the rule is added at the end of the migration."""
        self.create_sql(model, schema_editor)

    def create_sql(self, model: type[Model], schema_editor: BaseDatabaseSchemaEditor) -> None:  # type: ignore[override]
        """Add the rule at the end of the migration, when the unique constraint that it refers to is there."""
        table = schema_editor.quote_name(model._meta.db_table)
        rule = self._definition(model, schema_editor)
        schema_editor.deferred_sql.append(Statement("ALTER TABLE %(table)s ADD %(rule)s", table=table, rule=rule))

    def remove_sql(self, model: type[Model], schema_editor: BaseDatabaseSchemaEditor) -> Statement:  # type: ignore[override]
        """Return the ALTER TABLE that drops it."""
        quote = schema_editor.quote_name
        return Statement(
            "ALTER TABLE %(table)s DROP CONSTRAINT %(name)s",
            table=quote(model._meta.db_table),
            name=quote(self.name),
        )

    def validate(self, *_: Any, **__: Any) -> None:
        """Do nothing: the database judges it at commit."""

    def deconstruct(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        """Return what a migration writes down."""
        path, _, kwargs = super().deconstruct()
        return path, (), {**kwargs, "fields": self.fields, "to": self.to, "to_fields": self.to_fields}

    def __eq__(self, other: object) -> bool:
        if isinstance(other, CompositeForeignKey):
            return self.deconstruct() == other.deconstruct()
        return NotImplemented

    def __hash__(self) -> int:
        return hash((self.name, self.fields, self.to))


def _model(model: type[Model], label: str) -> type[Model]:
    # In a migration the model belongs to a historical registry; the target must come from the same one.
    registry = getattr(model._meta, "apps", django_apps)
    return registry.get_model(label)


def _column(model: type[Model], name: str) -> str:
    return str(cast("Field[Any, Any]", model._meta.get_field(name)).column)


def tenant_match(name: str) -> CompositeForeignKey:
    """The rule that a row's vendor and partner are those of its enrollment."""
    return CompositeForeignKey(
        fields=("enrollment", "vendor", "partner"),
        to="partners.Enrollment",
        to_fields=("id", "vendor", "partner"),
        name=name,
    )


def vendor_match(field: str, to: str, name: str) -> CompositeForeignKey:
    """The rule that a row's vendor is that of the row its `field` refers to."""
    return CompositeForeignKey(fields=(field, "vendor"), to=to, to_fields=("id", "vendor"), name=name)
