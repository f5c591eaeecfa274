"""An application may ask for what the development catalog lists, and for nothing else."""

from dataclasses import replace

import pytest

from catalog.entry import Entry, EntryState
from catalog.model import ResourceId
from policies.adapters.listed import ListedEntries
from tests.policies.factories import PERSON, a_resource


class Entries:
    """One entry, in some state."""

    def __init__(self, state: EntryState) -> None:
        self._entry = replace(Entry(resource=a_resource()), state=state)

    def find(self, id: ResourceId) -> Entry | None:
        return self._entry if id == PERSON else None


@pytest.mark.parametrize("state", list(EntryState))
def test_only_a_listed_resource_may_be_asked_for(state: EntryState) -> None:
    found = ListedEntries(Entries(state)).resource(PERSON)
    assert (found == a_resource()) is (state is EntryState.LISTED)


def test_a_resource_that_is_not_there_is_not_listed() -> None:
    assert ListedEntries(Entries(EntryState.LISTED)).resource(ResourceId("tax")) is None
