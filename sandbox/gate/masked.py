"""Columns granted `masked`: from the scan on, the masked value is all there is of them.

Every other use such a column has speaks of the masked value (ADR 0006), so that no predicate, key, order or output can
tell more than the technique lets through.
"""

from dataclasses import replace

from masking.techniques import Suppress, name_of, needs_key
from sandbox.gate import protected
from sandbox.gate.binding import Binding
from sandbox.gate.granted import GrantedResource
from sandbox.gate.tree import Column, Expression, Field, Masked, Relation, Select


def scan(binding: Binding, resource: GrantedResource, stored: Relation) -> Relation:
    """The stored relation, its masked columns seen through their techniques."""
    techniques = {known.inner: resource.technique(known.name) for known in stored.fields}
    if not any(techniques.values()):
        return stored
    source = binding.source(stored)
    shown: list[Expression] = []
    fields: list[Field] = []
    for index, known in enumerate(stored.fields):
        column, technique = Column(source.id, known.inner, family=known.family), techniques[known.inner]
        seen = replace(known, inner=f"c{index}")
        if technique is None:
            shown.append(column)
        else:
            keyed = needs_key(technique) and not resource.open  # any use of it is refused, so nobody misses it
            shown.append(Masked(column, Suppress() if keyed else technique))
            step = f"{resource.name}.{known.name} = {name_of(technique)}"
            seen = replace(seen, steps=(step,), plain=None, bounds=None, type=None, refers=None)
        fields.append(seen)
    units = binding.units[source.id]
    body = Select(source, tuple(shown), hidden=protected.hidden(units))
    return Relation(body, tuple(fields), units=protected.outward(units), touches=stored.touches)
