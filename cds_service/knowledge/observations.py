"""The measurements that are read: a LOINC code outside this list is not, on whatever path it came."""

from collections.abc import Mapping
from dataclasses import dataclass

from cds_service.knowledge.layers import Layer, Line, laid_over
from cds_service.knowledge.systems import LOINC
from cds_service.knowledge.value_sets import ValueSet

OBSERVATIONS_FILE = "observation_codes.csv"
COLUMNS = ("loinc", "what", "value", "units", "rule", "set")
VALUES = ("Quantity", "CodeableConcept")


@dataclass(frozen=True, slots=True)
class ObservationCode:
    """One measurement: the UCUM units it is read in, and in words (`rule`) how they are brought to one.

    `concept` is the value set that holds the code.
    """

    loinc: str
    what: str
    value: str
    units: tuple[str, ...]
    rule: str
    concept: str


def read_observations(ours: Layer, site: Layer, sets: Mapping[str, ValueSet]) -> Mapping[str, ObservationCode]:
    """Every measurement by its LOINC code, in the order of the file. Raises KnowledgeError."""
    lines = laid_over(OBSERVATIONS_FILE, COLUMNS, lambda line: line["loinc"], ours, site)
    read: dict[str, ObservationCode] = {}
    for line in lines:
        if line["loinc"] in read:
            raise line.wrong(f"{line['loinc']} stands here twice", "remove one of the two")
        read[line["loinc"]] = _observation_of(line, sets)
    return read


def _observation_of(line: Line, sets: Mapping[str, ValueSet]) -> ObservationCode:
    if line["value"] not in VALUES:
        raise line.wrong(f"value {line['value']!r} is unknown", f"use one of {', '.join(VALUES)}")
    held = sets[line["set"]].rows if line["set"] in sets else ()
    if not any(row.system == LOINC and row.code == line["loinc"] for row in held):
        raise line.wrong(
            f"{line['loinc']} is not in the value set {line['set']}", "add it there, or name the right set"
        )
    units = tuple(unit for unit in line["units"].split(" | ") if unit)
    return ObservationCode(line["loinc"], line["what"], line["value"], units, line["rule"], line["set"])
