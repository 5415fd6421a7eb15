"""The code systems our value sets are written in: names, aliases, shapes and check digits.

Shapes catch a slip of the hand, they do not prove that a code exists. SNOMED CT and LOINC codes carry a check
digit. Aliases are the `urn:oid:` and older forms met in data; ICD-9-CM procedures have an OID of their own.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

SNOMED = "http://snomed.info/sct"
SNOMED_EDITION = SNOMED + "/"
LOINC = "http://loinc.org"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
ATC = "http://www.whocc.no/atc"
CPT = "http://www.ama-assn.org/go/cpt"
HCPCS = "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"
ICD_10 = "http://hl7.org/fhir/sid/icd-10"
ICD_10_CM = "http://hl7.org/fhir/sid/icd-10-cm"
ICD_10_PCS = "http://www.cms.gov/Medicare/Coding/ICD10"
ICD_9_CM = "http://hl7.org/fhir/sid/icd-9-cm"

_TIMES = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
    (1, 2, 3, 4, 0, 6, 7, 8, 9, 5),
    (2, 3, 4, 0, 1, 7, 8, 9, 5, 6),
    (3, 4, 0, 1, 2, 8, 9, 5, 6, 7),
    (4, 0, 1, 2, 3, 9, 5, 6, 7, 8),
    (5, 9, 8, 7, 6, 0, 4, 3, 2, 1),
    (6, 5, 9, 8, 7, 1, 0, 4, 3, 2),
    (7, 6, 5, 9, 8, 2, 1, 0, 4, 3),
    (8, 7, 6, 5, 9, 3, 2, 1, 0, 4),
    (9, 8, 7, 6, 5, 4, 3, 2, 1, 0),
)
_TURNS = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
    (1, 5, 7, 6, 2, 8, 3, 0, 9, 4),
    (5, 8, 0, 3, 7, 9, 6, 1, 4, 2),
    (8, 9, 1, 6, 0, 4, 3, 5, 2, 7),
    (9, 4, 5, 3, 1, 2, 6, 8, 7, 0),
    (4, 2, 8, 6, 5, 7, 3, 9, 0, 1),
    (2, 7, 9, 3, 8, 0, 6, 4, 1, 5),
    (7, 0, 4, 6, 9, 1, 3, 2, 5, 8),
)


def verhoeff_holds(code: str) -> bool:
    """The last digit of a SNOMED CT code agrees with the others, by Verhoeff's dihedral check."""
    sum_ = 0
    for place, digit in enumerate(reversed(code)):
        sum_ = _TIMES[sum_][_TURNS[place % 8][int(digit)]]
    return sum_ == 0


def mod_10_holds(code: str) -> bool:
    """The digit after the hyphen of a LOINC code agrees with those before it, by the mod 10 (Luhn) check."""
    digits = [int(digit) for digit in reversed(code.replace("-", ""))]
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def always_holds(_code: str) -> bool:
    """Codes of this system carry no check digit."""
    return True


MODIFIED = re.compile(r"(\d{4}[0-9A-Z])((?:[- ][0-9A-Z]{2})+)", re.ASCII)


def modifiers_of(code: str) -> tuple[str, ...]:
    """The two-character modifiers written behind a CPT code: "63030-LT" has LT."""
    found = MODIFIED.fullmatch(code)
    return tuple(found[2].replace("-", " ").split()) if found else ()


def without_modifiers(code: str) -> str:
    """The CPT code itself."""
    found = MODIFIED.fullmatch(code)
    return found[1] if found else code


def folded(code: str) -> str:
    """A code of a nesting system as it is compared: without dots, in upper case."""
    return code.replace(".", "").upper()


@dataclass(frozen=True, slots=True)
class CodeSystem:
    """A code system: what it is called, and what its codes look like.

    `beneath` is the shape of a prefix, that is of a code that stands for everything under it; None where
    codes do not nest, and then they match letter for letter. `modified`: modifiers may be written behind a code.
    """

    title: str
    uri: str
    code: re.Pattern[str]
    beneath: re.Pattern[str] | None = None
    aliases: tuple[str, ...] = ()
    check_digit_holds: Callable[[str], bool] = always_holds
    modified: bool = False

    @property
    def nests(self) -> bool:
        """A code stands under every code it begins with."""
        return self.beneath is not None

    def compared(self, code: str) -> str:
        """The code as it is compared: where codes nest, without dots and in upper case."""
        return folded(code) if self.nests else code


def shape(pattern: str) -> re.Pattern[str]:
    """A pattern in which a digit is 0 to 9 and nothing else."""
    return re.compile(pattern, re.ASCII)


CODE_SYSTEMS = (
    CodeSystem(
        title="SNOMED CT",
        uri=SNOMED,
        code=shape(r"[1-9]\d{5,17}"),
        check_digit_holds=verhoeff_holds,
        aliases=("urn:oid:2.16.840.1.113883.6.96",),
    ),
    CodeSystem(
        title="LOINC",
        uri=LOINC,
        code=shape(r"[1-9]\d{0,6}-\d"),
        check_digit_holds=mod_10_holds,
        aliases=("urn:oid:2.16.840.1.113883.6.1",),
    ),
    CodeSystem(
        title="RxNorm",
        uri=RXNORM,
        code=shape(r"[1-9]\d{1,7}"),
        aliases=("urn:oid:2.16.840.1.113883.6.88",),
    ),
    CodeSystem(
        title="CPT",
        uri=CPT,
        code=shape(r"\d{4}[0-9A-Z]"),
        aliases=("urn:oid:2.16.840.1.113883.6.12",),
        modified=True,
    ),
    CodeSystem(
        title="HCPCS",
        uri=HCPCS,
        code=shape(r"[A-V]\d{4}"),
        aliases=(
            "https://www.cms.gov/Medicare/Coding/MedHCPCSGenInfo/index.html",
            "http://www.nlm.nih.gov/research/umls/hcpcs",
        ),
    ),
    CodeSystem(
        title="ATC",
        uri=ATC,
        code=shape(r"[A-Z]\d\d[A-Z]{2}\d\d"),
        beneath=shape(r"[A-Z](\d\d([A-Z]{1,2}(\d\d)?)?)?"),
        aliases=("urn:oid:2.16.840.1.113883.6.73",),
    ),
    CodeSystem(
        title="ICD-10",
        uri=ICD_10,
        code=shape(r"[A-Z]\d\d\.?\d{0,2}"),
        beneath=shape(r"[A-Z](\d|\d\d\.?\d{0,2})?"),
    ),
    CodeSystem(
        title="ICD-10-CM",
        uri=ICD_10_CM,
        code=shape(r"[A-Z]\d[0-9A-Z]\.?[0-9A-Z]{0,4}"),
        beneath=shape(r"[A-Z](\d|\d[0-9A-Z]\.?[0-9A-Z]{0,4})?"),
        aliases=("urn:oid:2.16.840.1.113883.6.90",),
    ),
    CodeSystem(
        title="ICD-10-PCS",
        uri=ICD_10_PCS,
        code=shape(r"[0-9A-HJ-NP-Z]{7}"),
        beneath=shape(r"[0-9A-HJ-NP-Z]{1,7}"),
        aliases=("urn:oid:2.16.840.1.113883.6.4",),
    ),
    CodeSystem(
        title="ICD-9-CM",
        uri=ICD_9_CM,
        code=shape(r"(\d{2,3}|V\d\d|E\d{3})\.?\d{0,2}"),
        beneath=shape(r"(\d{2,3}|V\d\d|E\d{3})\.?\d{0,2}"),
        aliases=(
            "urn:oid:2.16.840.1.113883.6.103",
            "urn:oid:2.16.840.1.113883.6.104",
            "http://terminology.hl7.org/CodeSystem/icd9cm",
        ),
    ),
)
SYSTEM_BY_URI = {uri: system for system in CODE_SYSTEMS for uri in (system.uri, *system.aliases)}
