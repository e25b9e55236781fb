"""What a vendor calls the values by which a scheme narrows figures down: its certificates, families, products."""

from __future__ import annotations

from typing import TYPE_CHECKING

from standing.registry import MEASURES, How

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from standing.scheme import Definition
    from standing.words import Labels


def labels_for(vendor_id: int, definition: Definition) -> Labels:
    """Return names by tag for the tags that a definition's figures use. One query for each such tag, often none."""
    loaders: dict[str, Callable[[int], Mapping[str, str]]] = {}
    for figure in definition.figures:
        measure = MEASURES.get(figure.measure)
        if measure is None:  # a draft may name what isn't registered
            continue
        tags = measure.facts.tags
        used = set(tags) if measure.how is How.VALUES else {tag for tag, _values in figure.where}
        loaders |= {tag: loader for tag in used & set(tags) if (loader := tags[tag].named_by) is not None}
    return {tag: loader(vendor_id) for tag, loader in sorted(loaders.items())}
