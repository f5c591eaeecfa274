"""The resource platform as a reader sees it: the delivered records, asked for over HTTP."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import httpx

from api.faults import ResourcePlatformSilent
from logs.errors import Language


class ResourcePlatform:
    """Asks the receiver what it holds, with the token it gave the bureau."""

    def __init__(self, address: Callable[[], str], *, token: str) -> None:
        """`address` is asked anew for each call: the receiver may start later, or move."""
        self._address = address
        self._client = httpx.Client(headers={"Authorization": f"Bearer {token}"}, timeout=10.0, trust_env=False)

    def close(self) -> None:
        """Let go of connections."""
        self._client.close()

    def records(self, wanted: Mapping[str, str | int | Sequence[str]], *, language: Language) -> dict[str, Any]:
        """The delivered records that match, oldest first; raises `ResourcePlatformSilent`."""
        try:
            address = f"{self._address()}/records"
            answer = self._client.get(address, params=dict(wanted), headers={"Accept-Language": language})
            answer.raise_for_status()
        except httpx.HTTPError:
            raise ResourcePlatformSilent from None
        told: dict[str, Any] = answer.json()
        return told
