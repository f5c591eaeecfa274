"""Sealed events as OTLP/HTTP protobuf log records: encoding, decoding, and the way to a receiver.

OpenTelemetry's record types and encoder are used, its queue is not: that one drops records when it is full or when
the receiver is down. Its HTTP exporter is not either, since it takes a partial success for a success.
"""

import gzip
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

import httpx
from google.protobuf.message import DecodeError
from google.rpc.status_pb2 import Status
from opentelemetry._logs import LogRecord, SeverityNumber
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.common._log_encoder import encode_logs
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest, ExportLogsServiceResponse
from opentelemetry.proto.common.v1.common_pb2 import AnyValue
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord as Record
from opentelemetry.sdk._logs import ReadableLogRecord
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.util.instrumentation import InstrumentationScope

from logs.adapters.certificates import Certificates
from logs.delivered import ATTRIBUTE, Field, fields_of
from logs.errors import ReceiptInvalid, ReceiverRefused, ReceiverUnavailable
from logs.model import Sealed
from logs.receipts import Receipt

PROTOBUF = "application/x-protobuf"
HEAD = "Log-Head"  # header in which our receiver says where its log ends, as `number:seal`
RECEIPT = "Log-Receipt"  # header with the same, signed (`logs.receipts.Receipt`)
RESOURCE = Resource({"service.name": "public-data-sandbox"})
SCOPE = InstrumentationScope("logs", "1")
TRY_LATER = frozenset({429, 500, 502, 503, 504})


def encoded(links: Sequence[Sealed]) -> ExportLogsServiceRequest:
    """The request that delivers these events, in their order."""
    return encode_logs([ReadableLogRecord(_record(link), RESOURCE, SCOPE) for link in links])


def _record(link: Sealed) -> LogRecord:
    fields = fields_of(link)
    times = fields["time_unix_nano"], fields["observed_time_unix_nano"]
    return LogRecord(
        timestamp=int(times[0] or 0),
        observed_timestamp=int(times[1] or 0),
        context=Context(),
        severity_text=str(fields["severity_text"]),
        severity_number=SeverityNumber(fields["severity_number"]),
        body=link.text,
        event_name=link.event.kind,
        attributes={name.removeprefix(ATTRIBUTE): value for name, value in fields.items() if ATTRIBUTE in name},
    )


def records(request: ExportLogsServiceRequest) -> list[Record]:
    """The log records of a request, in their order."""
    return [
        record for resource in request.resource_logs for scope in resource.scope_logs for record in scope.log_records
    ]


def decoded(record: Record) -> dict[str, Field]:
    """Everything a log record says, field by field; what a sealed event never has stands there under its own name."""
    fields: dict[str, Field] = {}
    for descriptor, value in record.ListFields():
        match descriptor.name:
            case "attributes":
                for pair in record.attributes:
                    name = ATTRIBUTE + pair.key
                    fields[f"{name} (again)" if name in fields else name] = _value(pair.value)
            case "body":
                fields["body"] = _value(record.body)
            case name:
                fields[name] = value if isinstance(value, int | float | str) else str(value)
    if len(record.SerializeToString()) != _known_size(record):
        fields["unknown fields"] = True
    return fields


def _value(value: AnyValue) -> Field:
    match value.WhichOneof("value"):
        case "string_value":
            return value.string_value
        case "int_value":
            return value.int_value
        case "bool_value":
            return value.bool_value
        case "double_value":
            return value.double_value
        case None:
            return None
        case other:
            return f"({other})"


def _known_size(record: Record) -> int:
    known = Record()
    known.CopyFrom(record)
    known.DiscardUnknownFields()
    return len(known.SerializeToString())


def calling(
    endpoint: str, *, token: str, seconds: float = 10.0, certificates: Certificates | None = None
) -> httpx.Client:
    """Calls the receiver at that address (without a path) as the platform."""
    return httpx.Client(
        base_url=endpoint,
        timeout=seconds,
        headers={"Authorization": f"Bearer {token}"},
        verify=certificates.client() if certificates else True,
        trust_env=False,
    )


class OtlpDelivery:
    """`logs.relay.Delivery` over OTLP/HTTP: protobuf, gzip, a bearer token, and our certificate where there is one."""

    def __init__(
        self, endpoint: str, *, token: str, seconds: float = 10.0, certificates: Certificates | None = None
    ) -> None:
        """`endpoint` is the receiver's address without a path, as `http://127.0.0.1:4318`."""
        self._client = calling(endpoint, token=token, seconds=seconds, certificates=certificates)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def deliver(self, links: Sequence[Sealed]) -> Receipt | None:
        answer = self._ask(
            "POST",
            "/v1/logs",
            content=gzip.compress(encoded(links).SerializeToString(), compresslevel=1),
            headers={"Content-Type": PROTOBUF, "Content-Encoding": "gzip"},
        )
        said = _receipt(answer)
        if answer.status_code == httpx.codes.CONFLICT and said is not None:
            return said  # records are missing there: it says from where on
        if answer.status_code != httpx.codes.OK:
            raise ReceiverRefused(_reason(answer))
        rejected = _rejected(answer)
        if rejected:
            raise ReceiverRefused(f"{rejected} of {len(links)} records rejected")
        return said

    def head(self) -> Receipt | None:
        answer = self._ask("GET", "/head")
        return _receipt(answer) if answer.status_code == httpx.codes.OK else None

    def delivered(self, first: int, count: int) -> Sequence[Mapping[str, Field]] | None:
        answer = self._ask("GET", f"/delivered?first={first}&count={count}")
        if answer.status_code != httpx.codes.OK:
            return None
        try:
            return [decoded(record) for record in records(ExportLogsServiceRequest.FromString(answer.content))]
        except DecodeError:
            return []

    def _ask(
        self, method: str, path: str, content: bytes | None = None, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        try:
            answer = self._client.request(method, path, content=content, headers=headers)
        except httpx.HTTPError as cause:
            raise ReceiverUnavailable(type(cause).__name__) from cause
        if answer.status_code in TRY_LATER:
            later = answer.headers.get("Retry-After", "")
            raise ReceiverUnavailable(f"HTTP {answer.status_code}", float(later) if later.isdigit() else None)
        return answer


def _receipt(answer: httpx.Response) -> Receipt | None:
    written = answer.headers.get(RECEIPT)
    if written is None:
        return None
    try:
        return Receipt.parse(written)
    except ValueError:
        raise ReceiptInvalid(f"HTTP {answer.status_code}, {RECEIPT}") from None


def _rejected(answer: httpx.Response) -> int:
    try:
        return int(ExportLogsServiceResponse.FromString(answer.content).partial_success.rejected_log_records)
    except DecodeError:
        return 0  # a receiver that answers in JSON or plain text has taken all, or would not say 200


def _reason(answer: httpx.Response) -> str:
    try:
        said = Status.FromString(answer.content).message
    except DecodeError:
        said = ""
    return f"HTTP {answer.status_code} {said}".strip()
