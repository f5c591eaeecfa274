"""Reading what a developer brings in, apart from the platform: a process of its own, within limits, without network.

The bytes are a stranger's, and neither DuckDB nor Arrow promises to withstand hostile files. What comes back is a short
text of names, kinds and counts, and a snapshot that only confined query workers will ever open.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sandbox.adapters.nonpublic_tables import scanned_of
from sandbox.nonpublic.errors import FileUnreadable
from sandbox.nonpublic.rule import AccessRule
from sandbox.nonpublic.service import Read
from sandbox.reasons import Text

ROOT = Path(__file__).resolve().parents[2]
MOST_SAID = 1 << 20  # bytes of a report
LONG: Text = {"zh": "读取超过时限", "en": "reading it took too long"}
BROKEN: Text = {"zh": "读取进程异常结束", "en": "the process that read it ended without a report"}
SMALLER: Text = {"zh": "减小文件或改用另一种格式", "en": "bring a smaller file, or another format"}


class ApartScan:
    """Scans files in processes of their own (`sandbox.nonpublic.service.Scan`), working in one folder."""

    def __init__(self, folder: Path, *, seconds: float = 300.0) -> None:
        self._folder = folder
        self._seconds = seconds

    @contextmanager
    def __call__(self, file: Path, rule: AccessRule) -> Iterator[Read]:
        """What is in a file; raises `FileUnreadable`."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with TemporaryDirectory(dir=self._folder, prefix="scan-", ignore_cleanup_errors=True) as made:
            room = Path(made)
            wanted = {"file": str(file), "room": str(room), "withheld": sorted(rule.withheld_kinds)}
            said = self._run({**wanted, "seconds": int(self._seconds) + 1})
            if refused := said.get("refused"):
                raise FileUnreadable(refused["what"], refused["instead"])
            yield Read(scanned_of(said["scanned"]), room / "own.duckdb")

    def _run(self, wanted: dict[str, Any]) -> dict[str, Any]:
        environment = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": wanted["room"]}
        command = [sys.executable, "-m", "sandbox.adapters.scan_main"]
        with subprocess.Popen(  # noqa: S603  # our own interpreter, with words of our own
            command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as process:
            try:
                out, _ = process.communicate(json.dumps(wanted).encode(), timeout=self._seconds)
            except subprocess.TimeoutExpired:
                process.kill()
                raise FileUnreadable(LONG, SMALLER) from None
        try:
            said = json.loads(out[:MOST_SAID])
        except ValueError:
            raise FileUnreadable(BROKEN, SMALLER) from None
        return said if isinstance(said, dict) else {}
