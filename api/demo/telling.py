"""How the story is told: acts, steps, tables and refusals, in Chinese or English."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.rule import Rule
from rich.table import Table

from logs.errors import Language

SHOWN = 8


class Teller:
    """Prints each step as it happens."""

    def __init__(self, console: Console, language: Language) -> None:
        self._console = console
        self._language: Language = language

    def say(self, zh: str, en: str) -> str:
        """One of the two."""
        return zh if self._language == "zh" else en

    def act(self, zh: str, en: str) -> None:
        """A new part of the story."""
        self._console.print()
        self._console.print(Rule(f"[bold]{escape(self.say(zh, en))}[/]", align="left", style="cyan"))

    def step(self, who: str, zh: str, en: str) -> None:
        """Somebody did something."""
        self._console.print(f"[green]✓[/] [bold]{escape(who)}[/]  {escape(self.say(zh, en))}")

    def note(self, zh: str, en: str) -> None:
        """Something worth knowing beside the story."""
        self._console.print(f"  [dim]{escape(self.say(zh, en))}[/]")

    def asks(self, who: str, sql: str) -> None:
        """Somebody sends SQL."""
        self._console.print(f"[blue]→[/] [bold]{escape(who)}[/]  POST /api/v1/queries")
        for line in sql.splitlines():
            self._console.print(f"    [cyan]{escape(line)}[/]")

    def refused(self, who: str, problem: Mapping[str, Any]) -> None:
        """Somebody was refused: every reason, and what to do instead."""
        title = f"{problem['status']} {problem['title']}"
        self._console.print(f"[red]✗[/] [bold]{escape(who)}[/]  {escape(title)}  [dim]{problem['type']}[/]")
        for reason in problem.get("reasons", ()):
            place = self._place(reason)
            self._console.print(f"    [red]•[/] {escape(place + reason['message'])}  [dim]{escape(reason['rule'])}[/]")
            if reason.get("instead"):
                self._console.print(f"      → {escape(reason['instead'])}")
        if not problem.get("reasons"):
            self._console.print(f"    {escape(problem['detail'])}")
            if problem.get("remedy"):
                self._console.print(f"    → {escape(problem['remedy'])}")

    def _place(self, reason: Mapping[str, Any]) -> str:
        if reason.get("line") is None:
            return ""
        line, column = reason["line"], reason.get("column") or 1
        return self.say(f"第 {line} 行第 {column} 列：", f"line {line}, column {column}: ")

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[Any]], *, shown: int = SHOWN) -> None:
        """A small table; what is hidden shows as a dot."""
        drawn = Table(box=None, padding=(0, 2), header_style="bold cyan")
        for name in columns:
            drawn.add_column(escape(name), overflow="fold")
        for row in rows[:shown]:
            drawn.add_row(*("[dim]·[/]" if value is None else escape(_figure(value)) for value in row))
        self._console.print(drawn)
        if len(rows) > shown:
            self.note(f"…… 共 {len(rows)} 行", f"… {len(rows)} rows in all")

    def closing(self, lines: Sequence[str]) -> None:
        """Where to look next; long lines stay whole, to be copied."""
        self._console.print()
        self._console.print(Panel.fit(escape(self.say("接下来", "Where to look next")), style="bold cyan"))
        for line in lines:
            self._console.print(line, markup=False, soft_wrap=True)

    @contextmanager
    def progress(self, zh: str, en: str, *, total: float | None = None) -> Iterator["Steps"]:
        """A bar while something takes its time; a plain line where nobody watches."""
        if not self._console.is_terminal:
            self.note(f"{zh} ……", f"{en} …")
        bar = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=30),
            TextColumn("{task.fields[note]}", style="dim"),
            TimeElapsedColumn(),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        )
        with bar:
            yield Steps(bar, bar.add_task(escape(self.say(zh, en)), total=total, note=""))


class Steps:
    """What moves a bar."""

    def __init__(self, bar: Progress, task: Any) -> None:
        self._bar, self._task = bar, task

    def reach(self, done: float, *, note: str = "") -> None:
        """So much is done."""
        self._bar.update(self._task, completed=done, note=escape(note))

    def advance(self, *, note: str = "") -> None:
        """One more is done."""
        self._bar.update(self._task, advance=1, note=escape(note))


def _figure(value: Any) -> str:
    match value:
        case bool():
            return str(value).lower()
        case int():
            return f"{value:,}"
        case float():
            return f"{value:,.2f}"
        case _:
            return str(value)
