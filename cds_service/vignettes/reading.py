"""The vignette files: read, checked and told apart; every mistake names its file, the vignette and the line.

`like` takes another vignette as it is, and what is written then replaces it, list by list; `also` adds lines to
the lists instead. A name is not taken over: it belongs to one demo patient.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from pydantic import ValidationError

from cds_service.errors import KnowledgeError
from cds_service.vignettes.lines import Vignette

Told = dict[str, Any]


def load_vignettes(folder: Traversable | None = None) -> tuple[Vignette, ...]:
    """Every vignette of the folder, in the order of file names and of lines. Raises KnowledgeError."""
    told = _told(folder or files("cds_service.vignettes"))
    return tuple(_vignette(name, told) for name in told)


def _told(folder: Traversable) -> dict[str, Told]:
    """The tables of all files by their id, each with the rule its file is about."""
    told: dict[str, Told] = {}
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        if file.name.endswith(".toml"):
            _add(told, file)
    return told


def _add(told: dict[str, Told], file: Traversable) -> None:
    try:
        tables = tomllib.loads(file.read_text("utf-8"))
    except tomllib.TOMLDecodeError as wrong:
        raise KnowledgeError(f"{file.name}: {wrong}") from None
    for name, table in tables.items():
        if not isinstance(table, dict):
            raise KnowledgeError(f"{file.name}: {name} stands outside of any vignette; begin one with [its-id]")
        if name in told:
            raise KnowledgeError(f"{file.name}: the vignette {name} is already in {told[name]['about']}.toml")
        told[name] = {**table, "id": name, "about": file.name.removesuffix(".toml")}


def _vignette(name: str, told: Mapping[str, Told]) -> Vignette:
    try:
        return Vignette.model_validate(_whole(name, told, ()))
    except ValidationError as wrong:
        first = wrong.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise KnowledgeError(f"{told[name]['about']}.toml: {name}: {where}: {first['msg']}") from None


def _whole(name: str, told: Mapping[str, Told], seen: tuple[str, ...]) -> Told:
    """The table with what it takes from the vignette it is like."""
    own = dict(told[name])
    base = own.pop("like", "")
    also = own.pop("also", {})
    whole = {**_base(base, name, told, (*seen, name)), **own} if base else own
    for key, lines in also.items():
        whole[key] = [*whole.get(key, []), *lines]
    return whole


def _base(base: str, name: str, told: Mapping[str, Told], seen: tuple[str, ...]) -> Told:
    if base in seen or base not in told:
        why = "is like itself" if base in seen else "is not there"
        raise KnowledgeError(f"{told[name]['about']}.toml: {name}: like: {base} {why}")
    whole = _whole(base, told, seen)
    return {key: value for key, value in whole.items() if key not in ("name", "story", "shows", "edge", "expect")}
