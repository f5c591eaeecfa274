"""The nouns of the procedure, their states and their moves."""

from policies.model.agreements import AGREEMENT_MOVES, Agreement, AgreementId, AgreementMove, AgreementState
from policies.model.applications import (
    APPLICATION_MOVES,
    Application,
    ApplicationId,
    ApplicationMove,
    ApplicationState,
    Materials,
)
from policies.model.parties import PERSON_MOVES, Nature, Organisation, Person, PersonMove, PersonState
from policies.model.qualification import (
    EVIDENCE_MOVES,
    Condition,
    Evidence,
    EvidenceMove,
    EvidenceState,
    Qualification,
)
from policies.model.scenarios import (
    SCENARIO_MOVES,
    Demand,
    Opinion,
    Scenario,
    ScenarioId,
    ScenarioMove,
    ScenarioState,
)
from policies.model.terms import Contents, Filing, Signature, Signer, Terms, Verifier

__all__ = [
    "AGREEMENT_MOVES",
    "APPLICATION_MOVES",
    "EVIDENCE_MOVES",
    "PERSON_MOVES",
    "SCENARIO_MOVES",
    "Agreement",
    "AgreementId",
    "AgreementMove",
    "AgreementState",
    "Application",
    "ApplicationId",
    "ApplicationMove",
    "ApplicationState",
    "Condition",
    "Contents",
    "Demand",
    "Evidence",
    "EvidenceMove",
    "EvidenceState",
    "Filing",
    "Materials",
    "Nature",
    "Opinion",
    "Organisation",
    "Person",
    "PersonMove",
    "PersonState",
    "Qualification",
    "Scenario",
    "ScenarioId",
    "ScenarioMove",
    "ScenarioState",
    "Signature",
    "Signer",
    "Terms",
    "Verifier",
]
