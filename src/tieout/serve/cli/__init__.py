"""The command line: one program, one module per command."""

import importlib
import json
import sys
from collections.abc import Sequence
from functools import cached_property
from typing import Any, Literal

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tieout import __version__
from tieout.errors import LinesRefused, ReferenceRefused, StoreDiffers, TieoutError
from tieout.serve.cli.printable import printable, printable_json
from tieout.serve.settings import Settings
from tieout.store.database import require_tables
from tieout.store.house import House

# command -> module that defines it; a module is imported only when its command is used
COMMANDS = {
    "demo": "demo",
    "init": "init",
    "reference": "reference",
    "load": "load",
    "totals": "totals",
    "run": "run",
    "parked": "waiting",
    "rejected": "waiting",
    "set-aside": "decisions",
    "take-back": "decisions",
    "decisions": "decisions",
    "invoices": "show",
    "show": "show",
    "verify": "workflow",
    "issue": "workflow",
    "pay": "workflow",
    "manual-line": "corrections",
    "credit": "corrections",
    "charge": "corrections",
    "discard": "corrections",
    "summarize": "summary",
    "summaries": "summary",
    "audit": "audit",
    "certificate": "certificate",
    "export": "export",
    "check-vendor": "check_vendor",
    "explain": "explain",
    "diff": "diff",
    "what-if": "what_if",
    "match": "match",
    "key": "key",
    "versions": "versions",
    "serve": "serve",
    "job": "job",
    "work": "work",
    "verify-store": "store",
    "gc": "store",
    "backup": "backup",
    "restore": "backup",
    "bench": "bench",
}
PIPE_WIDTH = 150  # room for two tables side by side
REFUSED, WRONG_USAGE, WITH_OPEN_ROWS = 1, 2, 3


class Shell:
    """What every command works with: settings, the stores, and how to answer."""

    def __init__(self, *, as_json: bool, settings: Settings | None = None) -> None:
        """Open nothing yet."""
        self.json = as_json
        self.settings = settings or Settings()
        width = None if sys.stdout.isatty() else PIPE_WIDTH
        self.console = Console(soft_wrap=True, highlight=False, width=width)

    @cached_property
    def house(self) -> House:
        """The installation; refused when `tieout init` was never run."""
        house = self.settings.open_house()
        require_tables(house.catalog)
        return house

    def print_json(self, value: Any) -> None:
        """Print one JSON document on standard output."""
        indent = 2 if sys.stdout.isatty() else None
        click.echo(printable_json(json.dumps(value, ensure_ascii=False, indent=indent)))

    def say(self, text: str, *, style: str | None = None) -> None:
        """Print a sentence for a person, brackets as they are; nothing when JSON was asked for."""
        if not self.json:
            self.console.print(printable(text, keep="\n"), style=style, markup=False)

    def warn(self, sentence: str) -> None:
        """Print a sentence that stands beside the answer on standard error, always on one line."""
        click.echo(f"tieout: {printable(sentence)}", err=True)

    def table(
        self, title: str, columns: Sequence[str], *, rows: Sequence[Sequence[object]]
    ) -> None:
        """Print rows for a person; columns that end in `>` are aligned to the right."""
        if self.json:
            return
        table = Table(title=Text(printable(title)), title_justify="left", title_style="bold")
        for column in columns:
            side: Literal["left", "right"] = "right" if column.endswith(">") else "left"
            table.add_column(column.rstrip(">"), justify=side, overflow="fold")
        for row in rows:
            table.add_row(*("" if cell is None else Text(printable(str(cell))) for cell in row))
        self.console.print(table)


class _Commands(click.Group):
    """Finds a command in its module when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Give the commands in the order of the work."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command's module and give the command."""
        del ctx
        module = COMMANDS.get(cmd_name)
        if module is None:
            return None
        found = getattr(
            importlib.import_module(f"tieout.serve.cli.{module}"), cmd_name.replace("-", "_")
        )
        return found if isinstance(found, click.Command) else None


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="tieout")
@click.option(
    "--json", "as_json", is_flag=True, help="One JSON document on standard output, nothing else."
)
@click.pass_context
def cli(ctx: click.Context, *, as_json: bool) -> None:
    """Turn a cloud vendor's invoice files into the invoices of every tier, to the cent."""
    ctx.obj = Shell(as_json=as_json)


def main() -> None:
    """Run the program; a refusal is one message on standard error and exit 1."""
    arguments = sys.argv[1:]
    if "--json" in arguments:  # wherever it stands, it belongs to the program
        arguments = ["--json", *(word for word in arguments if word != "--json")]
    try:
        cli.main(args=arguments, prog_name="tieout", standalone_mode=False)
    except click.exceptions.Exit as leave:
        sys.exit(leave.exit_code)
    except click.Abort:
        click.echo("stopped; nothing was half done", err=True)
        sys.exit(130)
    except click.ClickException as wrong:
        wrong.show()
        sys.exit(WRONG_USAGE)
    except TieoutError as refusal:
        click.echo(f"tieout: {printable(str(refusal), keep=_lines(refusal))}", err=True)
        sys.exit(REFUSED)
    except Exception as error:
        said = _outage(error)
        if said is None:
            raise
        click.echo(f"tieout: {printable(said)}", err=True)
        sys.exit(REFUSED)


def _outage(error: Exception) -> str | None:
    """Give the sentence for what failed around the command: a full disk, a cut connection."""
    # slow to import, and every command's errors are told here
    found: str | None = importlib.import_module("tieout.pipeline.outage").outage(error)
    return found


def _lines(refusal: TieoutError) -> str:
    """Give the sign that may stand in the sentence: each fault or difference has a line."""
    return "\n" if isinstance(refusal, ReferenceRefused | LinesRefused | StoreDiffers) else ""
