"""The catalog's entries as what an application may ask for."""

from typing import Protocol

from catalog.entry import Entry, EntryState
from catalog.model import Resource, ResourceId


class Entries(Protocol):
    """Where the catalog keeps its entries, as far as an application needs it."""

    def find(self, id: ResourceId) -> Entry | None:
        """The entry of that id, if there is one."""


class ListedEntries:
    """`policies.service.work.Listed` over the entries of the same transaction."""

    def __init__(self, entries: Entries) -> None:
        self._entries = entries

    def resource(self, id: ResourceId) -> Resource | None:
        """The resource as published; `None` when it is not listed."""
        entry = self._entries.find(id)
        return entry.resource if entry is not None and entry.state is EntryState.LISTED else None

    def provider(self, id: ResourceId) -> str | None:
        """Who provides the resource, listed or not; `None` when there is none of that id."""
        entry = self._entries.find(id)
        return None if entry is None else entry.resource.provider
