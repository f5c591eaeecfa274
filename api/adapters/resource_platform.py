"""The resource platform as a reader sees it: the delivered records, asked for over HTTP."""

from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from api.faults import ResourcePlatformSilent
from logs.errors import Language


class ResourcePlatform:
    """Asks the receiver what it holds, with the token it gave the bureau."""

    def __init__(self, address: str, *, token: str) -> None:
        self._client = httpx.Client(
            base_url=address, headers={"Authorization": f"Bearer {token}"}, timeout=10.0, trust_env=False
        )

    def close(self) -> None:
        """Let go of connections."""
        self._client.close()

    def records(self, wanted: Mapping[str, str | int | Sequence[str]], *, language: Language) -> dict[str, Any]:
        """The delivered records that match, oldest first; raises `ResourcePlatformSilent`."""
        try:
            answer = self._client.get("/records", params=dict(wanted), headers={"Accept-Language": language})
            answer.raise_for_status()
        except httpx.HTTPError:
            raise ResourcePlatformSilent from None
        told: dict[str, Any] = answer.json()
        return told
