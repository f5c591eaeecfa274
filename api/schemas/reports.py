"""Reports, contributions, training and the public page, as the API tells of them."""

from datetime import date, datetime

from pydantic import Field

from api.schemas.common import Asked, Told
from policies.figures import Contribution
from policies.model.reports import Report
from policies.model.training import Training

PERIOD = r"^\d{4}(-(0[1-9]|1[0-2]|Q[1-4]))?$"
DIGEST = r"^[0-9a-f]{64}$"


class ReportAsked(Asked):
    """A month, a quarter or a year, and what the operator adds to its figures."""

    period: str = Field(pattern=PERIOD, examples=["2026-Q3"])
    remarks: str = Field(default="", max_length=20_000, examples=["本季度平台运行平稳"])


class ReportTold(Told):
    """A report filed with the bureau; its figures are counts of events."""

    id: str
    period: str = Field(examples=["2026-Q3"])
    state: str = Field(examples=["filed"])
    figures: dict[str, int]
    remarks: str
    filed_at: datetime
    digest: str
    reason: str

    @classmethod
    def of(cls, found: Report) -> "ReportTold":
        """The report as it is told."""
        return cls(
            id=found.id,
            period=found.period,
            state=found.state.value,
            figures=dict(found.figures),
            remarks=found.remarks,
            filed_at=found.filed_at,
            digest=found.digest,
            reason=found.reason,
        )


class ContributionTold(Told):
    """A provider's counts, the three parts from 0 to 100, and the score by the declared weights."""

    provider: str
    arrivals: int
    clean: int
    queries: int
    products: int
    quality: float
    use: float
    value: float
    score: float

    @classmethod
    def of(cls, found: Contribution) -> "ContributionTold":
        """The contribution as it is told."""
        return cls.model_validate(found)


class ContributionsTold(Told):
    """The weights, in hundredths, and every provider's score."""

    weights: dict[str, int] = Field(examples=[{"quality": 40, "use": 40, "products": 20}])
    contributions: list[ContributionTold]


class TrainingAsked(Asked):
    """Who attended what, when, until when it counts, and the SHA-256 of the proof."""

    person: str = Field(min_length=1, max_length=64, examples=["chen-min"])
    title: str = Field(min_length=1, examples=["公共数据安全年度培训"])
    held_on: date = Field(examples=["2026-03-02"])
    until: date = Field(examples=["2027-03-01"])
    evidence: str = Field(pattern=DIGEST, examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"])


class TrainingTold(Told):
    """A training on record."""

    id: str
    person: str
    organisation: str
    title: str
    held_on: date
    until: date

    @classmethod
    def of(cls, found: Training) -> "TrainingTold":
        """The training as it is told."""
        return cls.model_validate(found)
