"""Grades proposed for a resource's columns from what they were recognised as; a person confirms or overrides them."""

from catalog.arrival import Arrival
from catalog.entry import Grading
from catalog.model import Column, Resource
from catalog.profile import ColumnProfile
from masking.grade import grade, subject_of
from masking.model import Evidence, Kind, Recognition
from masking.uniqueness import Uniqueness

UNKNOWN = Recognition(None, 0.0, 0.0, ())


def propose(arrival: Arrival) -> tuple[Grading, ...]:
    """A grade for each column, with the rule that decided and its reasons in Chinese.

    A column derived on arrival is graded by its own name, for it is coarser than what it was taken from.
    """
    resource = arrival.resource
    subject = subject_of(_unit_kind(resource))
    seen = {profile.name: profile for profile in arrival.table.columns}
    gradings = []
    for column in resource.columns:
        profile = seen.get(column.name)
        recognition = _recognition(column, profile)
        proposed = grade(
            recognition,
            name=column.name,
            title=column.title,
            subject=subject,
            uniqueness=Uniqueness(profile.filled, profile.distinct, 0) if profile else None,
        )
        reasons = "；".join(ground.text("zh") for ground in proposed.grounds)
        kind = recognition.kind.value if recognition.kind else None
        gradings.append(Grading(column.name, proposed.grade, proposed.decided_by, reasons, kind))
    return tuple(gradings)


def _recognition(column: Column, profile: ColumnProfile | None) -> Recognition:
    """What the column was taken for; a declared or inferred kind stands above it."""
    found = profile.recognition if profile and profile.recognition else UNKNOWN
    if column.kind in set(Kind) and found.kind != column.kind:
        return Recognition(Kind(column.kind), 1.0, 1.0, (Evidence("declared", 1, 1),))
    return found


def _unit_kind(resource: Resource) -> str | None:
    if resource.privacy_unit is None:
        return None
    return resource.column(resource.privacy_unit).kind or resource.privacy_unit
