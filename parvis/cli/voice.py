"""How a command speaks: sentences and tables for people, one JSON object for programs."""

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from textwrap import indent
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from parvis.cli.failures import Failure

Advance = Callable[[str, float, float], None]
# A pipe has no width; whoever reads it wants whole words.
WIDTH_OF_A_PIPE = 200
WIDTH_OF_TWO_COLUMNS = 100


@dataclass(frozen=True, slots=True)
class Voice:
    in_json: bool

    def tell(self, sentence: str) -> None:
        """For people only: a program gets what it needs from `answer`."""
        if not self.in_json:
            self._out().print(sentence, markup=False, highlight=False, soft_wrap=True)

    def answer(self, facts: Mapping[str, object], *sentences: str) -> None:
        """The command's result, in whichever form was asked for."""
        if self.in_json:
            self.line(facts)
        for sentence in sentences:
            self.tell(sentence)

    def line(self, facts: Mapping[str, object]) -> None:
        sys.stdout.write(json.dumps(facts, ensure_ascii=False, default=str) + "\n")
        sys.stdout.flush()

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        if self.in_json:
            return
        from rich.table import Table
        from rich.text import Text

        table = Table(box=None, pad_edge=False, header_style="bold")
        for column in columns:
            table.add_column(column, overflow="fold")
        for row in rows:
            table.add_row(*(Text(cell) for cell in row))
        self._out().print(table)

    def beside(self, left: Sequence[str], right: Sequence[str]) -> None:
        """Two texts: in columns where there is room for them, else one below the other."""
        if self.in_json:
            return
        if self._out().width < WIDTH_OF_TWO_COLUMNS:
            self.tell(indent("\n".join((*left, "", *right)), "  "))
        else:
            self._columns("\n".join(left), "\n".join(right))

    def fail(self, failure: "Failure") -> None:
        if self.in_json:
            error = {"code": failure.code, "message": str(failure), **failure.facts}
            self.line({"error": error, "exit_code": int(failure.exit_code)})
        else:
            self._err().print(str(failure), markup=False, highlight=False, soft_wrap=True)

    @contextmanager
    def progress(self, doing: str) -> Iterator[Advance]:
        """A bar on a terminal, nothing elsewhere. What is yielded takes the step, done and total;
        a total of 0 is one that is not known."""
        if self.in_json or not sys.stderr.isatty():
            yield lambda doing, done, total: None
            return
        from rich.progress import Progress

        with Progress(console=self._err(), transient=True) as bar:
            task = bar.add_task(doing, total=None)
            yield lambda doing, done, total: bar.update(
                task, description=doing, completed=done, total=total or None
            )

    def _columns(self, left: str, right: str) -> None:
        from rich.padding import Padding
        from rich.table import Table
        from rich.text import Text

        out = self._out()
        grid = Table.grid(padding=(0, 2))
        for _ in range(2):
            grid.add_column(max_width=(out.width - 6) // 2)
        grid.add_row(Text(left), Text(right))
        out.print(Padding(grid, (0, 0, 0, 2)))

    def _out(self) -> "Console":
        return _console(to_stderr=False)

    def _err(self) -> "Console":
        return _console(to_stderr=True)


def _console(*, to_stderr: bool) -> "Console":
    """Rich leaves colours out by itself when it is not on a terminal or NO_COLOR is set."""
    from rich.console import Console

    stream = sys.stderr if to_stderr else sys.stdout
    return Console(stderr=to_stderr, width=None if stream.isatty() else WIDTH_OF_A_PIPE)
