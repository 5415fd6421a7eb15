"""The command line: serve, demo, assess, settings, openapi.

A wrong setting, wrong knowledge or an unreadable file ends a command with exit status 2 and one line on stderr.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from cds_service.errors import CdsError
from cds_service.observe import Log
from cds_service.settings import Command, Loaded, Settings, load_settings, variable

WRONG = 2
UNCLEAR_PATIENT = 3
OPENAPI_FILE = Path(__file__).parents[1] / "openapi" / "openapi.json"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit status."""
    given = _parser().parse_args(arguments)
    try:
        return int(given.run(given, os.environ))
    except CdsError as error:
        print(f"cds-service: {' '.join(str(error).split())}", file=sys.stderr)
        return WRONG


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="cds-service", description=__doc__.split("\n")[0])
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, run, says in (
        ("serve", _serve, "the service"),
        ("demo", _demo, "the service with the demo EHR"),
    ):
        command = commands.add_parser(name, help=says, description=says)
        command.add_argument("--host", default="127.0.0.1")
        command.add_argument("--port", type=int, default=8000)
        command.set_defaults(run=run)
    _assess_arguments(commands.add_parser("assess", help="one patient from a FHIR Bundle"))
    settings = commands.add_parser("settings", help="every setting, its value and where it comes from")
    settings.set_defaults(run=_settings)
    document = commands.add_parser("openapi", help="the OpenAPI document")
    document.add_argument("--check", action="store_true", help="only say whether the file is up to date")
    document.set_defaults(run=_openapi)
    return parser


def _assess_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("bundles", nargs="*", default=["-"], metavar="BUNDLE.json", help="- reads stdin")
    parser.add_argument("--as-of", type=date.fromisoformat, metavar="DATE", help="the day of assessment")
    parser.add_argument("--json", action="store_true", help="one JSON object for each file")
    parser.add_argument("--answered", metavar="KEY,…", help="the prefetch keys that count as answered")
    parser.set_defaults(run=_assess)
