"""The codes of what is ordered: a site's own first (`CDS_REFERRAL_CODES`), then the common ones.

Ours stand in our value sets, or in a public list named here: the categories in FHIR's `servicerequest-category`,
the referrals for weight and smoking in the value sets of the eCQM programme, that for cardiology in Synthea.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, TypeAdapter, ValidationError

from cds_service.errors import SettingsError
from cds_service.knowledge.systems import LOINC, SNOMED, SYSTEM_BY_URI
from cds_service.record.patient import Region
from cds_service.wire.cds_hooks import Coding

SETTING = "CDS_REFERRAL_CODES"
OrderKind = Literal[
    "spine-referral", "mri", "physical-therapy", "hba1c", "smoking-cessation", "weight-management", "cardiology"
]
CodesOf = Literal[
    "spine-referral",
    "mri",
    "mri-cervical",
    "mri-thoracic",
    "mri-lumbar",
    "physical-therapy",
    "hba1c",
    "smoking-cessation",
    "weight-management",
    "cardiology",
]
Codings = Mapping[CodesOf, tuple[Coding, ...]]
NO_CODINGS: Codings = {}

REFERRAL = Coding(SNOMED, "3457005", "Patient referral")
CATEGORIES: Mapping[OrderKind, Coding] = {
    "spine-referral": REFERRAL,
    "mri": Coding(SNOMED, "363679005", "Imaging"),
    "physical-therapy": REFERRAL,
    "hba1c": Coding(SNOMED, "108252007", "Laboratory procedure"),
    "smoking-cessation": REFERRAL,
    "weight-management": REFERRAL,
    "cardiology": REFERRAL,
}
COMMON: Codings = {
    "spine-referral": (
        Coding(SNOMED, "308482002", "Referral to neurosurgeon"),
        Coding(SNOMED, "308481009", "Referral to orthopaedic surgeon"),
    ),
    "mri": (Coding(LOINC, "36067-7", "MR Spine"),),
    "mri-cervical": (Coding(LOINC, "24935-9", "MR Cervical spine"),),
    "mri-thoracic": (Coding(LOINC, "24980-5", "MR Thoracic spine"),),
    "mri-lumbar": (Coding(LOINC, "24968-0", "MR Lumbar spine"),),
    "physical-therapy": (Coding(SNOMED, "91251008", "Physical therapy"),),
    "hba1c": (Coding(LOINC, "4548-4", "Hemoglobin A1c/Hemoglobin.total in Blood"),),
    "smoking-cessation": (Coding(SNOMED, "225323000", "Smoking cessation education"),),
    "weight-management": (Coding(SNOMED, "408289007", "Refer to weight management program"),),
    "cardiology": (Coding(SNOMED, "183519002", "Referral to cardiology service"),),
}


def _one_line(text: str) -> str:
    if not text or not text.isprintable():
        raise ValueError("write one line of printable text")
    return text


# What FHIR's own check lets pass, and no catalogue means: blanks in an address, tabs in a code.
Address = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9+.-]*:[!-~]+$")]
OneLine = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_one_line)]


class SiteCoding(BaseModel):
    """One code of a site, as its file has it."""

    model_config = ConfigDict(extra="forbid", strict=True)

    system: Address
    code: OneLine
    display: OneLine = ""


_SITE = TypeAdapter(dict[CodesOf, list[SiteCoding]])


def codes_for(kind: OrderKind, regions: tuple[Region, ...]) -> CodesOf:
    """Under which name the codes of an order stand: an MRI of one region has its own."""
    by_region: Mapping[tuple[Region, ...], CodesOf] = {
        ("cervical",): "mri-cervical",
        ("thoracic",): "mri-thoracic",
        ("lumbar",): "mri-lumbar",
    }
    return by_region.get(regions, "mri") if kind == "mri" else kind


def site_codes(path: Path | None) -> Codings:
    """A site's codes by what is ordered. Raises SettingsError, naming the place in the file and the mend."""
    if path is None:
        return NO_CODINGS
    found = _read(path)
    codes = {kind: tuple(Coding(c.system, c.code, c.display) for c in codings) for kind, codings in found.items()}
    for kind, codings in codes.items():
        for coding in codings:
            _check(path, kind, coding)
    return codes


def wrong_code(where: str, why: str) -> SettingsError:
    """The sentence with which a start stops."""
    mend = "write [[kind]] tables with system, code and display as your order catalogue has them"
    return SettingsError(f"{SETTING}: {where}: {why}; {mend}, the kinds being {', '.join(get_args(CodesOf))}")


def _read(path: Path) -> dict[CodesOf, list[SiteCoding]]:
    try:
        return _SITE.validate_python(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise wrong_code(str(path), error.strerror or "cannot be read") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise wrong_code(str(path), f"is not TOML ({error})") from None
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"] if part != "[key]")
        raise wrong_code(f"{path}: {place}", first["msg"]) from None


def _check(path: Path, kind: str, coding: Coding) -> None:
    """A code of a system we know has its shape and its check digit."""
    system = SYSTEM_BY_URI.get(coding.system)
    if system is None:
        return
    if not system.code.fullmatch(coding.code) or not system.check_digit_holds(coding.code):
        raise wrong_code(f"{path}: {kind}", f"{coding.code} is no code of {system.title}")
