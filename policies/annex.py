"""The machine-readable part of an agreement: it decides, nothing else does (Measure, Article 17)."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from catalog.model import ResourceId, Use


@dataclass(frozen=True)
class Grant:
    """What the agreement allows on one resource: per column the uses, several to a column."""

    resource: ResourceId
    columns: Mapping[str, frozenset[Use]]


@dataclass(frozen=True)
class Annex:
    """The grants of an agreement. What it does not grant does not exist for the developer."""

    grants: tuple[Grant, ...]

    @cached_property
    def digest(self) -> str:
        """SHA-256 over the canonical text; stands on every query, release and event the annex allowed.

        >>> Annex(()).digest[:12]
        '4f53cda18c2b'
        """
        return hashlib.sha256(self.canonical().encode()).hexdigest()

    def canonical(self) -> str:
        """The annex as one JSON text that two equal annexes share."""
        return json.dumps(
            [
                {
                    "columns": {name: sorted(uses) for name, uses in sorted(grant.columns.items())},
                    "resource": grant.resource,
                }
                for grant in sorted(self.grants, key=lambda grant: grant.resource)
            ],
            ensure_ascii=False,
            separators=(",", ":"),
            sort_keys=True,
        )
