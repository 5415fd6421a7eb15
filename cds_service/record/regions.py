"""Which part of the spine an entry speaks of: cervical, thoracic or lumbar (sacral included), else unknown.

Asked in this order (clinical-logic L, "Region"): the site in the code, the value-set row, bodySite, the words. The
first that names a region decides; where it names two, the region is unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from cds_service.knowledge.rows import Row
from cds_service.knowledge.systems import ICD_10, ICD_10_CM, SNOMED
from cds_service.record.patient import Region
from cds_service.record.words import holds_one, strings_of
from cds_service.wire.fhir import CodeableConcept

# Families of ICD-10 codes, without dots, that name one region.
FAMILIES: Mapping[str, Region] = {
    "M50": "cervical",
    "M542": "cervical",
    "M530": "cervical",
    "M531": "cervical",
    "M543": "lumbar",
    "M544": "lumbar",
    "M545": "lumbar",
}
DISC = "M51"
SITED = ("M40", "M41", "M43", "M47", "M480", "M532", "M541")
# ICD-10-CM subcategories whose site stands one place later, in the sixth character.
SITED_LATER = ("M402", "M411", "M435", "M438", "M470", "M478", "M532")
SITES: Mapping[str, Region] = {
    "1": "cervical",
    "2": "cervical",
    "3": "cervical",
    "4": "thoracic",
    "5": "thoracic",
    "6": "lumbar",
    "7": "lumbar",
    "8": "lumbar",
}
# SNOMED body structures: neck, cervical, thoracic and lumbar spine, lower back.
BODY_SITES: Mapping[str, Region] = {
    "45048000": "cervical",
    "122494005": "cervical",
    "122495006": "thoracic",
    "122496007": "lumbar",
    "37822005": "lumbar",
}
ROW_REGIONS: Mapping[str, Region] = {"cervical": "cervical", "thoracic": "thoracic", "lumbar": "lumbar"}
WORDS: tuple[tuple[Region, re.Pattern[str]], ...] = (
    ("cervical", re.compile(r"\b(?:neck\b|cervic)", re.IGNORECASE)),
    ("thoracic", re.compile(r"\b(?:thorac|dorsal\b)", re.IGNORECASE)),
    ("lumbar", re.compile(r"\b(?:low(?:er)? back\b|lumb|sacr|sciatic)", re.IGNORECASE)),
)

STEMS = ("neck", "cervic", "thorac", "dorsal", "back", "lumb", "sacr", "sciatic")


def region_of(
    codes: Iterable[tuple[str, str]],
    coded: Iterable[tuple[Row, str]],
    sites: list[CodeableConcept] | None,
    words: Iterable[str],
) -> Region:
    """The region, by the first of the four that names one."""
    found = {site for system, code in codes if code[:1] == "M" and (site := code_region(system, code))}
    if not found:
        found = {ROW_REGIONS[row.region] for row, _ in coded if row.region and row.use != "ignore"}
    if not found and sites:
        found = sites_regions(sites)
    if not found:
        found = words_regions(words)
    return found.pop() if len(found) == 1 else "unknown"


def code_region(system: str, code: str) -> Region | None:
    """The region that an ICD-10 code (without dots) fixes by itself."""
    if system not in (ICD_10, ICD_10_CM):
        return None
    region = FAMILIES.get(code[:3]) or FAMILIES.get(code[:4])
    if region is not None:
        return region
    if code.startswith(DISC):
        return "thoracic" if code[4:5] in ("4", "5") else "lumbar"
    if not code.startswith(SITED):
        return None
    place = 5 if system == ICD_10_CM and code.startswith(SITED_LATER) else 4
    return SITES.get(code[place : place + 1])


def sites_regions(sites: list[CodeableConcept]) -> set[Region]:
    """The regions that bodySite names by code, else by its words."""
    coded = {
        BODY_SITES[coding.code]
        for site in sites
        for coding in site.coding or ()
        if coding.system == SNOMED and coding.code and coding.code in BODY_SITES
    }
    return coded or words_regions(strings_of(sites))


def words_regions(words: Iterable[str]) -> set[Region]:
    """The regions that words name: neck, cervic-; thorac-, dorsal; low back, lumb-, sacr-, sciatic-."""
    telling = [text for text in words if holds_one(text.lower(), STEMS)]
    return {region for region, regex in WORDS for text in telling if regex.search(text)} if telling else set()
