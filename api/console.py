"""What commands print: rich where a person looks, one plain line where something is refused."""

import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer
from rich.console import Console
from sqlalchemy.exc import OperationalError

from api.faults import InternalFault
from api.state import known
from logs.errors import Language, Refusal

WIDTH = 120  # columns where nobody says how wide the page is

out = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else WIDTH)
err = Console(stderr=True, highlight=False, soft_wrap=True)

REFUSED = 2


def spoken(lang: str | None) -> Language:
    """The language asked for, else that of `XDS_LANGUAGE`, else Chinese."""
    return "en" if (lang or os.environ.get("XDS_LANGUAGE", "zh")).lower().startswith("en") else "zh"


def say_refusal(refusal: Refusal, language: Language) -> None:
    """What, where and why; and what to do, on a line of its own where it is long."""
    detail, remedy = refusal.detail(language), refusal.remedy(language)
    title = refusal.title[language]
    what = title if detail == title else f"{title}：{detail}" if language == "zh" else f"{title}: {detail}"
    err.print(f"[bold red]✗[/] {_escaped(what)}")
    if remedy:
        err.print(f"  → {_escaped(remedy)}")


@contextmanager
def plainly(language: Language, state: Path) -> Iterator[None]:
    """Ends the program with exit code 2 and a clear line where something is refused; no traceback ever."""
    try:
        yield
    except typer.Exit:
        raise
    except Refusal as refusal:
        say_refusal(refusal, language)
        sys.exit(REFUSED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except Exception as error:  # noqa: BLE001 - the last resort; the text of the error could quote a value
        if isinstance(error, OSError | OperationalError) and (seen := known(error, state)) is not None:
            say_refusal(seen, language)
            sys.exit(REFUSED)
        frames = traceback.extract_tb(error.__traceback__)[-4:]
        where = " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames))
        say_refusal(InternalFault(f"{type(error).__name__} {where}"), language)
        sys.exit(1)


def _escaped(text: str) -> str:
    return text.replace("[", "\\[")
