"""Sign 7: a good candidate: a localised diagnosis, precise imaging, nothing that stands in the way."""

from __future__ import annotations

from cds_service.findings.finding import Present
from cds_service.findings.grounds import Grounds
from cds_service.findings.obesity import body_mass
from cds_service.findings.on_record import entry_fact, in_order
from cds_service.findings.sign import Sign
from cds_service.record.patient import Condition, PatientRecord

CANDIDATE_SETS = (
    "disc_herniation",
    "spinal_stenosis",
    "degenerative_disc_spondylosis",
    "spondylolisthesis",
    "redflag_vertebral_fracture",
)


def favourable_candidate(seen: Grounds) -> Sign:
    """Full: a localised candidate diagnosis, MRI or CT within a year, no factor of rows 6 or 7, BMI not 30 or more.

    In part: a candidate diagnosis, the rest missing. A factor or a BMI that is unknown does not stand in the way.
    It never starts a card.
    """
    named = candidates(seen.record)
    if not named:
        return seen.absent("favourable-candidate")
    missing = _missing(seen, named)
    return Sign(
        "favourable-candidate",
        "present",
        "partial" if missing else "full",
        because="a candidate diagnosis" + ("" if missing else " with imaging and no factor against"),
        facts=tuple(entry_fact(entry, _candidate_set(entry)) for entry in named),
        missing=missing,
    )


def candidates(record: PatientRecord) -> tuple[Condition, ...]:
    """The open entries that name a candidate diagnosis in full."""
    return in_order(entry for entry in record.conditions if entry.open and _candidate_set(entry))


def _candidate_set(entry: Condition) -> str:
    return next((name for name in CANDIDATE_SETS if entry.counts_for(name)), "")


def _missing(seen: Grounds, named: tuple[Condition, ...]) -> tuple[str, ...]:
    """What keeps the sign from being full, in words."""
    imaged = isinstance(seen.imaging, Present) and seen.imaging.value.sure
    against = any(True in (risk.major, risk.extreme, risk.modifiable) for risk in seen.risks)
    found = (
        ("the part of the spine", all(entry.region == "unknown" for entry in named)),
        (f"MRI or CT within {seen.given.imaging_days} days", not imaged),
        ("treatment of a risk", against),
        (f"a BMI below {seen.given.obesity_caution_bmi:g}", _heavy(seen)),
    )
    return tuple(words for words, lacking in found if lacking)


def _heavy(seen: Grounds) -> bool:
    """Measured, or the least that a code says."""
    mass = body_mass(seen.record, seen.given)
    return mass is not None and mass.value >= seen.given.obesity_caution_bmi
