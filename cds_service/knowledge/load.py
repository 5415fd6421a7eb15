"""Everything the rules know, read and checked once, when the service starts.

A site lays its own files over ours, by the same names: `CDS_KNOWLEDGE_DIR` for numbers, codes, patterns and
sources, `CDS_CARDS_DIR` for words. The knowledge version hashes them all: a card says what it was made from.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from cds_service.errors import KnowledgeError
from cds_service.knowledge.codes import Codes, codes_of
from cds_service.knowledge.drug_names import Names, read_names
from cds_service.knowledge.evidence import Evidence, read_evidence
from cds_service.knowledge.guide import Guide, Language, read_guides
from cds_service.knowledge.layers import Layer, nearest, read_layer
from cds_service.knowledge.observations import ObservationCode, read_observations
from cds_service.knowledge.opioids import MorphineEquivalent, OpioidProduct, read_equivalents, read_products
from cds_service.knowledge.patterns import Patterns, read_patterns
from cds_service.knowledge.rule_pages import RULE_PAGES_FILE, RulePages, read_rule_pages
from cds_service.knowledge.source_document import SOURCE_DOCUMENT_FILE, Statement, read_source_document
from cds_service.knowledge.thresholds import ThresholdNote, Thresholds, read_threshold_notes, thresholds_of
from cds_service.knowledge.value_sets import DESCRIPTIONS_FILE, ValueSet, read_value_sets

RELEASE = "2026.11.0"
NO_LAYER = Layer("", {})
# What describes our own logic; no site lays anything over it.
OURS_ALONE = {DESCRIPTIONS_FILE, RULE_PAGES_FILE, SOURCE_DOCUMENT_FILE}


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What the rules know. `version` is the release and the first eight hex digits of a hash over every file.

    `given` are the numbers, `threshold_notes` what stands behind each; `observations` are by LOINC code,
    `opioid_products` by RxNorm code, `drug_names` by the word for an ingredient, the others by name or id. The last
    three are words for the public pages: what rules read, what the source document states, the patient handout.
    """

    version: str
    codes: Codes
    given: Thresholds
    threshold_notes: Mapping[str, ThresholdNote]
    evidence: Mapping[str, Evidence]
    patterns: Patterns
    observations: Mapping[str, ObservationCode]
    value_sets: Mapping[str, ValueSet]
    opioid_products: Mapping[str, tuple[OpioidProduct, ...]]
    morphine_equivalents: tuple[MorphineEquivalent, ...]
    drug_names: Names
    rule_pages: RulePages
    source_document: tuple[Statement, ...]
    guides: Mapping[Language, Guide]


def load_knowledge(
    knowledge_dir: Path | None = None, cards_dir: Path | None = None, *, ours: Traversable | None = None
) -> Knowledge:
    """Our knowledge with a site's laid over it. `ours` stands in for the packaged folder.

    Raises KnowledgeError at the first thing wrong, naming file, line or key, and the mend.
    """
    packaged = read_layer(ours or files("cds_service.knowledge"))
    site = read_layer(knowledge_dir) if knowledge_dir else NO_LAYER
    _check_names(packaged, site)
    cards = read_layer(files("cards"))
    site_cards = read_layer(cards_dir) if cards_dir else NO_LAYER
    return knowledge_of(packaged, site, version_of((packaged, site, cards, site_cards)))


def knowledge_of(ours: Layer, site: Layer, version: str) -> Knowledge:
    """Both layers as one, checked. Raises KnowledgeError."""
    evidence = read_evidence(ours, site)
    notes = read_threshold_notes(ours, site, evidence)
    sets = read_value_sets(ours, site)
    pages = read_rule_pages(ours, sets, notes)
    guides = read_guides(ours, site)
    return Knowledge(
        version=version,
        codes=codes_of(sets.values()),
        given=thresholds_of(notes),
        threshold_notes=notes,
        evidence=evidence,
        patterns=read_patterns(ours, site, sets),
        observations=read_observations(ours, site, sets),
        value_sets=sets,
        opioid_products=read_products(ours, site),
        morphine_equivalents=read_equivalents(ours, site),
        drug_names=read_names(ours, site, sets),
        rule_pages=pages,
        source_document=read_source_document(ours, pages, (section.id for section in guides["en"].sections)),
        guides=guides,
    )


def _check_names(ours: Layer, site: Layer) -> None:
    """A file of another name would be read by nobody, and its author would not know."""
    known = ours.files.keys() - OURS_ALONE
    for name in site.files.keys() - known:
        raise KnowledgeError(f"{site.at(name)}: is no file a site can lay over; {nearest(name, known)}")


def version_of(layers: Iterable[Layer]) -> str:
    """The release, and a hash over the names and bytes of all files, layer by layer."""
    digest = sha256()
    for place, layer in enumerate(layers):
        for name, content in layer.files.items():
            digest.update(f"{place}/{name} {len(content)}\n".encode())
            digest.update(content)
    return f"{RELEASE}+{digest.hexdigest()[:8]}"
