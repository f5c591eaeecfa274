"""Orders of the bureau, fetched from the receiver over the way that records are delivered."""

from collections.abc import Sequence
from datetime import datetime
from types import TracebackType
from typing import Self

import httpx

from logs.errors import ReceiverUnavailable
from logs.monitoring.alert import Order


class OrderBox:
    """What the bureau ordered on the receiver, and the platform's word back where it cannot obey."""

    def __init__(self, client: httpx.Client) -> None:
        """`client` calls the receiver as the platform; it is closed on leaving."""
        self._client = client

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def pending(self) -> Sequence[Order]:
        """The orders not settled yet, the oldest first; none from a receiver that knows no orders.

        Raises `ReceiverUnavailable`.
        """
        answer = self._ask("GET", "/orders")
        if answer.status_code != httpx.codes.OK:
            return ()
        return [Order(**{**row, "at": datetime.fromisoformat(row["at"])}) for row in answer.json()]

    def decline(self, id: str, reason: str) -> None:
        """Say that an order cannot be carried out, by the kind of the refusal. Raises `ReceiverUnavailable`."""
        self._ask("POST", f"/orders/{id}/refusal", {"reason": reason})

    def _ask(self, method: str, path: str, said: dict[str, str] | None = None) -> httpx.Response:
        try:
            return self._client.request(method, path, json=said)
        except httpx.HTTPError as cause:
            raise ReceiverUnavailable(type(cause).__name__) from cause
