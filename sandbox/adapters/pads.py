"""What keyed pseudonyms need of an agreement's key: a table of two pads, handed to the worker and written nowhere."""

from collections.abc import Callable

import pyarrow as pa

from masking.techniques import key_for, pads


def padded(secret: bytes) -> Callable[[str], pa.Table]:
    """The pads of each agreement, its key derived from the platform's secret."""

    def of(agreement: str) -> pa.Table:
        inner, outer = pads(key_for(secret, f"agreement/{agreement}"))
        return pa.table({"inner_pad": [inner], "outer_pad": [outer]})

    return of
