"""All measurements, one after the other, each in a process of its own.

    python -m bench                          everything
    python -m bench --only throughput,weight

Figures go to standard output, one JSON object a line; what is going on, to standard error.
`python -m bench.table FILE` makes a table of them. A part that fails does not stop the others, but
the command then ends with an error.
"""

import argparse
import subprocess
import sys

from bench.figures import tell
from bench.machine import show_machine
from bench.options import Options, add_options

PARTS = ("throughput", "lateness", "scaling", "growth", "pages", "weight")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", type=_parts, default=PARTS, help=", ".join(PARTS))
    add_options(parser)
    chosen = vars(parser.parse_args())
    only = chosen.pop("only")
    show_machine()
    failed = [part for part in only if not _measured(part, Options(**chosen))]
    if failed:
        sys.exit(f"Not measured: {', '.join(failed)}. What went wrong stands above.")


def _measured(part: str, options: Options) -> bool:
    tell(f"\n{part}")
    command = [sys.executable, "-m", f"bench.{part}", *options.as_arguments()]
    return subprocess.run(command, check=False).returncode == 0


def _parts(written: str) -> tuple[str, ...]:
    parts = tuple(written.split(","))
    if unknown := set(parts) - set(PARTS):
        raise argparse.ArgumentTypeError(f"there is no part {', '.join(sorted(unknown))}")
    return parts


if __name__ == "__main__":
    main()
