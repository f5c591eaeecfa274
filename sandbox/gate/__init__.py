"""SQL in, SQL out: parse, check, resolve, protect, rewrite. Nothing of the caller's text reaches the engine."""

from sandbox.gate.check import check
from sandbox.gate.granted import Granted, GrantedColumn, GrantedResource

__all__ = ["Granted", "GrantedColumn", "GrantedResource", "check"]
