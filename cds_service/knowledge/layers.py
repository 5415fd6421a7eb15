"""A folder of knowledge files is read once; what is hashed is what is used.

There are two layers: ours, and the site's laid over it. Line numbers count from 1, the header included.
"""

import csv
import io
import tomllib
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from importlib.resources.abc import Traversable
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from cds_service.errors import KnowledgeError

KNOWLEDGE_SUFFIXES = (".csv", ".toml")
Entry = TypeVar("Entry")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table: its cells by column, and where it stands."""

    file: str
    number: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    def wrong(self, what: str, mend: str) -> KnowledgeError:
        """The error to raise about this line."""
        return KnowledgeError(f"{self.file}:{self.number}: {what}; {mend}")


@dataclass(frozen=True, slots=True)
class Layer:
    """The knowledge files of one folder, by name relative to it, in the order of their names."""

    folder: str
    files: Mapping[str, bytes]

    def at(self, name: str) -> str:
        """The file as error messages call it."""
        return f"{self.folder}/{name}"

    def text(self, name: str) -> str:
        """The file's text. Raises KnowledgeError where it is missing or not UTF-8."""
        if name not in self.files:
            raise KnowledgeError(f"{self.at(name)}: is missing; put it back from the release")
        try:
            return self.files[name].decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise KnowledgeError(f"{self.at(name)}: is not UTF-8 ({error.reason}); save it as UTF-8") from error

    def toml(self, name: str) -> dict[str, Any]:
        """The file as TOML. Raises KnowledgeError where it is missing or cannot be read."""
        try:
            return tomllib.loads(self.text(name))
        except tomllib.TOMLDecodeError as error:
            raise KnowledgeError(f"{self.at(name)}: {error}; mend the TOML there") from error

    def lines(self, name: str, columns: Sequence[str], optional: frozenset[str] = frozenset()) -> list[Line]:
        """The file as a table of just these columns, in any order; an optional column left out is blank."""
        try:
            return list(self._lines(name, columns, optional))
        except csv.Error as error:
            raise KnowledgeError(f"{self.at(name)}: {error}; save it as CSV with one row a line") from error

    def _lines(self, name: str, columns: Sequence[str], optional: frozenset[str]) -> Iterator[Line]:
        at = self.at(name)
        reader = csv.reader(io.StringIO(self.text(name), newline=""), strict=True)
        header = next(reader, [])
        if len(set(header)) != len(header) or not set(columns) - optional <= set(header) <= set(columns):
            raise KnowledgeError(f"{at}:1: the columns are {','.join(header)}; make them {','.join(columns)}")
        blank = dict.fromkeys(optional.difference(header), "")
        for cells in filter(None, reader):
            line = Line(at, reader.line_num, dict(zip(header, cells, strict=False)) | blank)
            if len(cells) != len(header):
                raise line.wrong(f"{len(cells)} cells, not {len(header)}", "quote a cell that holds a comma")
            yield line


def read_layer(folder: Traversable) -> Layer:
    """Every CSV and TOML file of a folder and the folders in it, hidden ones apart."""
    if not folder.is_dir():
        raise KnowledgeError(f"{folder}: is not a folder; name one, or unset CDS_KNOWLEDGE_DIR or CDS_CARDS_DIR")
    return Layer(str(folder), dict(sorted(_files(folder, ""))))


def _files(folder: Traversable, under: str) -> Iterator[tuple[str, bytes]]:
    for entry in folder.iterdir():
        if entry.name.startswith((".", "__")):
            continue
        if entry.is_dir():
            yield from _files(entry, f"{under}{entry.name}/")
        elif entry.name.endswith(KNOWLEDGE_SUFFIXES):
            yield f"{under}{entry.name}", entry.read_bytes()


def tables(name: str, ours: Layer, site: Layer) -> dict[str, tuple[str, dict[str, Any]]]:
    """Each table of a TOML file, and the file with the last word on it; a site replaces the keys it names."""
    found: dict[str, tuple[str, dict[str, Any]]] = {}
    for layer in (ours, site) if name in site.files else (ours,):
        for key, table in layer.toml(name).items():
            if not isinstance(table, dict):
                raise KnowledgeError(f"{layer.at(name)}: {key}: is no table; write [{key}] and its keys under it")
            found[key] = (layer.at(name), found[key][1] | table if key in found else table)
    return found


def checked(kind: TypeAdapter[Entry], at: str, key: str, table: object) -> Entry:
    """A TOML table as a typed value. Raises KnowledgeError naming file, key and what is wrong with it."""
    try:
        return kind.validate_python(table)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in (key, *first["loc"]))
        raise KnowledgeError(f"{at}: {where}: {first['msg']}; mend it there") from error


def nearest(name: str, names: Iterable[str]) -> str:
    """The mend for a name nobody reads."""
    near = get_close_matches(name, names, n=1)
    return f"did you mean {near[0]}?" if near else "remove it"


def laid_over(
    name: str,
    columns: Sequence[str],
    key: Callable[[Line], Hashable],
    ours: Layer,
    site: Layer,
    optional: frozenset[str] = frozenset(),
) -> list[Line]:
    """A table's lines of ours, without those the site has a line of the same key for, then the site's."""
    lines = ours.lines(name, columns, optional)
    if name not in site.files:
        return lines
    theirs = site.lines(name, columns, optional)
    replaced = {key(line) for line in theirs}
    return [line for line in lines if key(line) not in replaced] + theirs
