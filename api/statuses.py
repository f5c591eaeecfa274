"""Which HTTP status each refusal has: one table, and a test that nothing is missing from it."""

from collections.abc import Mapping
from http import HTTPStatus as S

from api import errors as edge
from api import faults
from catalog import errors as arrival
from catalog import listing_errors as listing
from logs import errors as logs
from logs import misdelivered
from logs.errors import Refusal
from logs.monitoring import errors as monitoring
from masking import errors as masking
from policies import denials
from policies import errors as policies
from sandbox import errors as sandbox
from sandbox.disclosure import errors as disclosure
from sandbox.nonpublic import errors as nonpublic

STATUSES: Mapping[S, tuple[type[Refusal], ...]] = {
    S.BAD_REQUEST: (edge.CursorUnknown, misdelivered.Misdelivered, misdelivered.UnreadableDelivery),
    S.UNAUTHORIZED: (edge.TokenMissing, edge.TokenUnknown, edge.TokenExpired, edge.TokenRevoked),
    S.FORBIDDEN: (
        denials.NotAParty,
        denials.NotActing,
        denials.NotPermitted,
        denials.NotTheirsToAppoint,
        denials.SelfApproval,
        masking.RuleNotTheirs,
        policies.NotInForce,
        sandbox.NotReleased,
        policies.ProcessingStopped,
    ),
    S.NOT_FOUND: (
        edge.NoSuchPath,
        listing.EditionUnknown,
        listing.EntryUnknown,
        listing.NoReport,
        logs.NoSuchEvidence,
        monitoring.AlertUnknown,
        masking.RuleUnknown,
        policies.NoSuch,
    ),
    S.METHOD_NOT_ALLOWED: (edge.MethodNotAllowed,),
    S.NOT_ACCEPTABLE: (edge.NotAcceptable,),
    S.CONFLICT: (
        edge.IdempotencyKeyBusy,
        listing.EntryChanged,
        listing.EntryExists,
        listing.MoveImpossible,
        logs.NotYetSigned,
        monitoring.AlertMoveImpossible,
        monitoring.NotConfirmed,
        monitoring.NothingToFreeze,
        masking.NoRuleInForce,
        masking.RuleChanged,
        masking.RuleMoveImpossible,
        policies.ConcurrentChange,
        policies.DoneAlready,
        policies.MoveNotAllowed,
        misdelivered.AlteredDuplicate,
        misdelivered.AlteredRecord,
        misdelivered.BrokenChain,
        misdelivered.GapInDelivery,
        misdelivered.UnreadableRecord,
        misdelivered.WrongCheckpoint,
        nonpublic.FileTaken,
        nonpublic.NoAccessRule,
        sandbox.NotAnswered,
        sandbox.TableNeeded,
        sandbox.WorkspaceFull,
    ),
    S.LENGTH_REQUIRED: (edge.LengthMissing,),
    S.REQUEST_ENTITY_TOO_LARGE: (edge.BodyTooLarge,),
    S.UNSUPPORTED_MEDIA_TYPE: (edge.MediaTypeUnsupported,),
    S.UNPROCESSABLE_ENTITY: (
        arrival.ColumnMissing,
        arrival.ColumnsUnclear,
        arrival.EncodingUnknown,
        arrival.FolderMissing,
        arrival.FormatUnknown,
        arrival.LinkUntrue,
        arrival.ManifestMissing,
        arrival.ManifestUnreadable,
        arrival.ManifestWrong,
        arrival.RowsAllRefused,
        arrival.TableEmpty,
        arrival.TableMalformed,
        arrival.TableMissing,
        arrival.TypeUnknown,
        arrival.UnitUnknown,
        disclosure.RulesNotLawful,
        edge.IdempotencyKeyReused,
        edge.RequestMalformed,
        listing.NotGraded,
        listing.NotListable,
        listing.ReasonMissing,
        logs.NotAProof,
        monitoring.AlertRulesWrong,
        masking.RulesUnreadable,
        policies.KeyMissing,
        policies.MaterialFlawed,
        policies.QualificationLacking,
        policies.RoleNotHeld,
        policies.RolesIncompatible,
        policies.SignatureInvalid,
        nonpublic.FileBeyondRule,
        nonpublic.FileUnreadable,
        sandbox.NotAReviewer,
        sandbox.NotLawful,
        sandbox.QueryFailed,
        sandbox.QueryKilled,
        sandbox.QueryTooLarge,
    ),
    S.TOO_MANY_REQUESTS: (disclosure.BudgetSpent,),
    S.INTERNAL_SERVER_ERROR: (
        arrival.ArrivalBroken,
        disclosure.NotMeasured,
        faults.InternalFault,
        faults.PartDidNotStart,
        faults.SettingWrong,
        faults.StateTaken,
        faults.StoryBroken,
        logs.ArchiveOfAnotherForm,
        logs.ChainForked,
        logs.EventRecordedTwice,
        logs.EventTooLong,
        logs.NotAnEvent,
        logs.ReceiverHoldsAnotherLog,
        logs.ReceiptInvalid,
        logs.ReceiverRefused,
        logs.SealedOtherwise,
        logs.UndocumentedFact,
        logs.UnknownKind,
        policies.NoticeWrong,
        policies.RoleTableWrong,
        sandbox.ResultDamaged,
        sandbox.RingsMissing,
        sandbox.SnapshotMissing,
    ),
    S.SERVICE_UNAVAILABLE: (
        faults.DatabaseBusy,
        faults.DatabaseOutOfDate,
        faults.DatabaseUnreachable,
        faults.PortInUse,
        faults.ResourcePlatformSilent,
        faults.StateNotWritable,
        logs.LogsBehind,
        logs.ReceiverUnavailable,
        sandbox.WorkersBusy,
        sandbox.WorkersUnavailable,
    ),
    S.INSUFFICIENT_STORAGE: (arrival.SnapshotNotPlaced, faults.StateFull),
}

STATUS: Mapping[type[Refusal], int] = {kind: int(status) for status, kinds in STATUSES.items() for kind in kinds}
BY_SLUG: Mapping[str, type[Refusal]] = {kind.kind: kind for kind in STATUS}
