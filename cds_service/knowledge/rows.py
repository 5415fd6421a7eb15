"""One code of a value set, and the words that say what it proves.

- `match`: `exact`, the code itself; `prefix`, the code and everything under it.
- `use`: `full`, counts wherever the set is named; `weak`, counts with lower confidence; `history`, proves
  that something once was; `ignore`, the code is known and has no effect.
- `only_if`: blank, or a condition looked at on the day of assessment (`ONLY_IF` says in which sets).
- `region`: cervical, thoracic, lumbar (sacral included), or blank where the code does not fix it.

`note` is commentary, with one exception: a row whose note says "check digit is wrong" is let through.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from cds_service.knowledge.layers import Line
from cds_service.knowledge.systems import CODE_SYSTEMS, SYSTEM_BY_URI, CodeSystem

COLUMNS = ("system", "code", "display", "match", "use", "only_if", "region", "verified_by", "note")
OPTIONAL_COLUMNS = frozenset({"only_if", "region", "verified_by", "note"})

MATCHES = ("exact", "prefix")
USES = ("full", "weak", "history", "ignore")
REGIONS = ("", "cervical", "thoracic", "lumbar")
Resource = Literal["Condition", "Procedure", "Medication", "Observation", "DiagnosticReport", "ServiceRequest"]
RESOURCES: tuple[Resource, ...] = get_args(Resource)
ANY_SET: frozenset[str] = frozenset()
ONLY_IF: Mapping[str, frozenset[str]] = {
    "": ANY_SET,
    "spine-text": ANY_SET,
    "spine-context": ANY_SET,
    "prior-spine-surgery": frozenset({"failed_back_surgery", "epidural_scarring"}),
    "severity-text": frozenset({"severe_instability", "severe_depression", "cardio_major"}),
    "initial-encounter": frozenset({"redflag_unstable_fracture"}),
    "adult": frozenset({"vitals_bmi_weight_height"}),
    "recent": frozenset(
        {
            "cardio_major",
            "redflag_cauda_equina",
            "redflag_cord_compression",
            "redflag_vertebral_fracture",
            "diabetes_uncontrolled",
            "long_term_opioid_status",
        }
    ),
}
UNVERIFIED = "unverified"
UNVERIFIED_USES = ("weak", "ignore")
WRONG_CHECK_DIGIT = "check digit is wrong"
RED_FLAG = "redflag_"


@dataclass(frozen=True, slots=True)
class Row:
    """One code of one value set. `system` is the canonical URI, `code` stands as in the file."""

    concept: str
    system: str
    code: str
    display: str
    match: str
    use: str
    only_if: str
    region: str
    verified_by: str
    note: str


def same_code(line: Line) -> tuple[str, str]:
    """System and code as they are compared: a site that names the two again replaces our row."""
    system = SYSTEM_BY_URI.get(line["system"])
    if system is None:
        return line["system"], line["code"]
    return system.uri, system.compared(line["code"])


def row_of(concept: str, line: Line) -> Row:
    """A checked row. Raises KnowledgeError naming file, line, and the mend."""
    system = SYSTEM_BY_URI.get(line["system"])
    if system is None:
        raise line.wrong(f"system {line['system']} is unknown", f"use one of {' '.join(s.uri for s in CODE_SYSTEMS)}")
    _check_words(concept, line)
    _check_code(system, line)
    return Row(concept, system.uri, *(line[column] for column in COLUMNS[1:]))


def _check_words(concept: str, line: Line) -> None:
    for column, words in (("match", MATCHES), ("use", USES), ("only_if", ONLY_IF), ("region", REGIONS)):
        if line[column] not in words:
            raise line.wrong(f"{column} {line[column]!r} is unknown", f"use one of {', '.join(filter(None, words))}")
    if ONLY_IF[line["only_if"]] and concept not in ONLY_IF[line["only_if"]]:
        raise line.wrong(
            f"only_if {line['only_if']} has no meaning in {concept}",
            f"leave it out; it belongs to {', '.join(sorted(ONLY_IF[line['only_if']]))}",
        )
    if line["verified_by"] == UNVERIFIED and line["use"] not in UNVERIFIED_USES:
        raise line.wrong(f"{line['code']} is unverified and {line['use']}", "make it weak or ignore, or verify it")


def _check_code(system: CodeSystem, line: Line) -> None:
    code = line["code"]
    if line["match"] == "prefix" and not system.nests:
        raise line.wrong(f"{system.title} codes do not nest", "make the match exact and list the codes")
    shape = system.beneath if line["match"] == "prefix" and system.beneath else system.code
    if not shape.fullmatch(code):
        raise line.wrong(f"{code!r} has not the shape of a code of {system.title}", "copy it again from its source")
    if not system.check_digit_holds(code) and WRONG_CHECK_DIGIT not in line["note"]:
        raise line.wrong(f"{system.title} {code} fails its check digit", "copy it again from its source")
