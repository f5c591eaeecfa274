"""A collector that no one here wrote takes the log and passes it on, and the proof holds over what came out of it."""

import gzip
import json
import subprocess
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path

import httpx
import pytest
from google.protobuf.json_format import MessageToDict
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

from logs.adapters.ed25519 import Ed25519Signer
from logs.adapters.evidence import verify
from logs.adapters.otlp import OtlpDelivery
from logs.model import EventId
from logs.relay import audit, flush
from logs.seal import Head
from logs.sealer import Checkpoints
from logs.service import Begin, backlog
from tests.logs.conftest import LATER
from tests.logs.factories import an_event
from tests.logs.receivers import KNOWN, PLATFORM, free_port, wait_until

COUNT = 2000
SIGNER = Ed25519Signer(bytes(32))


class Sink(ThreadingHTTPServer):
    """Behind the collector: writes each request it is sent as a line of OTLP/JSON."""

    def __init__(self, path: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.path, self.records, self.lock = path, 0, threading.Lock()

    def keep(self, body: bytes) -> None:
        request = ExportLogsServiceRequest.FromString(body)
        with self.lock, self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(MessageToDict(request), ensure_ascii=False) + "\n")
            self.records += sum(
                len(scope.log_records) for resource in request.resource_logs for scope in resource.scope_logs
            )


class _Handler(BaseHTTPRequestHandler):
    server: Sink

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.keep(gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        del format, args


@pytest.fixture
def sink(tmp_path: Path) -> Iterator[Sink]:
    server = Sink(tmp_path / "collected.jsonl")
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    yield server
    server.shutdown()
    serving.join()
    server.server_close()


@pytest.fixture
def rotel(sink: Sink, tmp_path: Path) -> Iterator[str]:
    """The address of a rotel agent that passes on to the sink."""
    found = find_spec("rotel")
    assert found is not None
    assert found.origin is not None
    agent, http, grpc = Path(found.origin).with_name("rotel-agent"), free_port(), free_port()
    command = [
        *(str(agent), "start", "--exporter", "otlp", "--otlp-exporter-protocol", "http"),
        *("--otlp-http-endpoint", f"127.0.0.1:{http}", "--otlp-grpc-endpoint", f"127.0.0.1:{grpc}"),
        *("--otlp-exporter-endpoint", f"http://127.0.0.1:{sink.server_address[1]}"),
        *("--batch-timeout", "50ms"),
    ]
    with (tmp_path / "rotel.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env={})
    address = f"http://127.0.0.1:{http}"
    wait_until(lambda: _answers(address))
    yield address
    process.terminate()
    process.wait(20)


def _answers(address: str) -> bool:
    try:
        httpx.get(address, trust_env=False)
    except httpx.TransportError:
        return False
    return True


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_rotel_receives_the_log_and_it_is_proved_complete_and_unaltered(
    begin: Begin, record: Callable[..., None], rotel: str, sink: Sink
) -> None:
    record(*(an_event(number, facts={"query": f"q{number}", "sql": "SELECT 1 -- 查询"}) for number in range(COUNT)))
    signing = Checkpoints(SIGNER, lambda: EventId("c1"))
    with OtlpDelivery(rotel, token="unused") as delivery:
        assert flush(begin, delivery, receiver=KNOWN, at=LATER, checkpoints=signing, batch=300) == COUNT + 1
        assert audit(begin, delivery, receiver=KNOWN, first=1, count=10, at=LATER) == 0  # it hands nothing back
    assert backlog(begin, PLATFORM).count == 0
    wait_until(lambda: sink.records >= COUNT + 1)
    with begin() as work:
        end: Head = work.ledger.acknowledged(PLATFORM)
    report = verify(sink.path, witnesses=[end], keys=frozenset({SIGNER.key}))
    assert report.findings == ()
    assert (report.records, report.head, report.checkpoints) == (COUNT + 1, end, 1)
