"""The command line: serve, demo, assess, check, clients, knowledge, store, settings, openapi.

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
from typing import Any

from cds_service.answer import Answered, Answerer, answerer_of
from cds_service.app import DEFAULT_URL, create_app
from cds_service.commands.check import check_arguments
from cds_service.commands.clients import clients_arguments
from cds_service.commands.knowledge import knowledge_arguments
from cds_service.commands.store import store_arguments
from cds_service.errors import CdsError, SettingsError
from cds_service.hooks.documents import openapi_text
from cds_service.record.from_file import supplied_from_bundle
from cds_service.record.patient import Key
from cds_service.record.prefetch import KEYS
from cds_service.rendering.tree import rule_lines
from cds_service.serving import serve
from cds_service.settings import Command, Settings, load_settings, variable
from cds_service.wire.soundness import Undecodable

WRONG = 2
UNCLEAR_PATIENT = 3
OPENAPI_FILE = Path(__file__).parents[1] / "openapi" / "openapi.json"
Environment = Mapping[str, str]


class UnreadableFile(CdsError):
    """A file is not there, or is no Bundle."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit status."""
    given = _parser().parse_args(arguments)
    try:
        return int(given.run(given, os.environ))
    except CdsError as error:
        print(f"cds-service: {' '.join(str(error).split())}", file=sys.stderr)
        return WRONG


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="cds-service")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _server_arguments(commands.add_parser("serve", help="the service"), "serve")
    _server_arguments(commands.add_parser("demo", help="the service with the demo EHR"), "demo")
    _assess_arguments(commands.add_parser("assess", help="one patient from a FHIR Bundle"))
    check_arguments(commands.add_parser("check", help="what is wrong with a request that should work"))
    knowledge_arguments(commands.add_parser("knowledge", help="check, show or export what the rules know"))
    clients_arguments(commands.add_parser("clients", help="register an EHR, list who is registered, check a token"))
    store_arguments(commands.add_parser("store", help="what is kept: how much, purge it, follow the key by another"))
    settings = commands.add_parser("settings", help="every setting, its value and where it comes from")
    settings.set_defaults(run=_settings)
    document = commands.add_parser("openapi", help="the OpenAPI document")
    document.add_argument("--check", action="store_true", help="only say whether the file is up to date")
    document.set_defaults(run=_openapi)
    return parser


def _server_arguments(parser: argparse.ArgumentParser, command: Command) -> None:
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=_port, default=8000)
    parser.add_argument("--workers", type=_count, default=1, help="processes that share the port")
    parser.set_defaults(run=_serve, command=command)


def _port(text: str) -> int:
    return _number(text, 65_535)


def _count(text: str) -> int:
    return _number(text, 256)


def _number(text: str, most: int) -> int:
    if text.isascii() and text.isdecimal() and 0 < int(text) <= most:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 to {most}")


def _assess_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("bundles", nargs="*", default=["-"], metavar="BUNDLE.json", help="- reads stdin")
    parser.add_argument("--as-of", type=date.fromisoformat, metavar="DATE", help="the day of assessment")
    parser.add_argument("--json", action="store_true", help="one JSON object for each file")
    parser.add_argument("--answered", metavar="KEY,…", help="the prefetch keys that count as answered")
    parser.set_defaults(run=_assess)


def _serve(given: argparse.Namespace, environ: Environment) -> int:
    return serve(given.command, environ, given.host, given.port, given.workers)


def _assess(given: argparse.Namespace, environ: Environment) -> int:
    answerer = answerer_of(load_settings(environ, "assess").settings, DEFAULT_URL)
    answered = _answered_keys(given.answered)
    day = given.as_of or answerer.today()
    for name in given.bundles:
        found = _of_file(name, answerer, answered, day)
        if found is None:
            print(f"cds-service: {name}: the Bundle holds no Patient, or several", file=sys.stderr)
            return UNCLEAR_PATIENT
        told = answerer.told(found)
        print(json.dumps(told, ensure_ascii=False) if given.json else "\n".join(_in_words(told)))
    return 0


def _of_file(name: str, answerer: Answerer, answered: frozenset[Key], day: date) -> Answered | None:
    try:
        body = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        chart = supplied_from_bundle(body, answered)
    except (OSError, Undecodable) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise UnreadableFile(f"{name}: {why}") from None
    return answerer.of_chart(chart, day) if chart else None


def _answered_keys(listed: str | None) -> frozenset[Key]:
    if listed is None:
        return frozenset(KEYS)
    names = {name.strip() for name in listed.split(",") if name.strip()}
    if wrong := names.difference(KEYS):
        raise SettingsError(f"--answered: there is no key {min(wrong)!r}; use some of {', '.join(KEYS)}")
    return frozenset(key for key in KEYS if key in names)


def _in_words(told: Mapping[str, Any]) -> list[str]:
    """The assessment for a reader at a terminal."""
    lines = [f"Outcome on {told['assessedOn']}: {told['outcome']}" + (f" ({told['why']})" if "why" in told else "")]
    lines += rule_lines(told)
    lines += [f"  gap: {gap}" for gap in told["gaps"]]
    lines += [f"  data: {oddity}" for oddity in told["dataQuality"]]
    for card in told["cards"]:
        lines += ["", f"[{card['indicator']}] {card['summary']}", "", card["detail"]]
    return [*lines, ""]


def _settings(given: argparse.Namespace, environ: Environment) -> int:
    loaded = load_settings(environ, "settings")
    for name in Settings.model_fields:
        print(f"{variable(name):30}{_shown(getattr(loaded.settings, name)):24}{loaded.origins[name]}")
    for name in loaded.unknown:
        print(f"{name:30}{'':24}unknown")
    return 0


def _shown(value: object) -> str:
    """As it would be written in the environment."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return ",".join(value) or "(none)"
    return "(unset)" if value is None else str(value)


def _openapi(given: argparse.Namespace, environ: Environment) -> int:
    text = openapi_text(create_app(Settings(require_auth=False)))
    if not given.check:
        print(text, end="")
        return 0
    if OPENAPI_FILE.exists() and OPENAPI_FILE.read_text(encoding="utf-8") == text:
        return 0
    print(f"cds-service: {OPENAPI_FILE.name} is out of date; run `make openapi`", file=sys.stderr)
    return 1
