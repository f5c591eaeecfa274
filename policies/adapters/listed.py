"""The catalog's entries as what an application may ask for."""

from catalog.entry import EntryState
from catalog.model import Resource, ResourceId
from catalog.service import Entries


class ListedEntries:
    """`policies.service.work.Listed` over the entries of the same transaction."""

    def __init__(self, entries: Entries) -> None:
        self._entries = entries

    def resource(self, id: ResourceId) -> Resource | None:
        """The resource as published; `None` when it is not listed."""
        entry = self._entries.find(id)
        return entry.resource if entry is not None and entry.state is EntryState.LISTED else None
