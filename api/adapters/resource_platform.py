"""The resource platform as a reader sees it: the delivered records, asked for over HTTP."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import httpx

from api.faults import ResourcePlatformSilent
from logs.adapters.certificates import Certificates
from logs.errors import Language, NotYetSigned


class NotHeldThere(Exception):
    """The resource platform answers, and does not hold what was asked for."""


class ResourcePlatform:
    """Asks the receiver what it holds, with the token it gave the bureau."""

    def __init__(self, address: Callable[[], str], *, token: str, certificates: Certificates | None = None) -> None:
        """`address` is asked anew for each call: the receiver may start later, or move."""
        self._address = address
        self._client = httpx.Client(
            headers={"Authorization": f"Bearer {token}"},
            timeout=10.0,
            trust_env=False,
            verify=certificates.client() if certificates else True,
        )

    def close(self) -> None:
        """Let go of connections."""
        self._client.close()

    def records(self, wanted: Mapping[str, str | int | Sequence[str]], *, language: Language) -> dict[str, Any]:
        """The delivered records that match, oldest first; raises `ResourcePlatformSilent`."""
        return self._asked("/records", dict(wanted), language)

    def proof(self, seq: int) -> dict[str, Any]:
        """The proof of one record; raises `NotYetSigned`, `ResourcePlatformSilent`."""
        try:
            return self._asked(f"/records/{seq}/proof", {}, "zh")
        except NotHeldThere:
            raise NotYetSigned(seq) from None

    def _asked(self, path: str, wanted: Mapping[str, Any], language: Language) -> dict[str, Any]:
        try:
            headers = {"Accept-Language": language}
            answer = self._client.get(f"{self._address()}{path}", params=wanted, headers=headers)
            if answer.status_code == httpx.codes.NOT_FOUND:
                raise NotHeldThere
            answer.raise_for_status()
        except httpx.HTTPError:
            raise ResourcePlatformSilent from None
        told: dict[str, Any] = answer.json()
        return told
