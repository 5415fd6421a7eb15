"""Our knowledge as it ships, and ways to lay a site's files over it or to spoil a copy of it."""

import shutil
from collections.abc import Callable, Mapping
from importlib.resources import files
from pathlib import Path

import pytest

from cds_service.knowledge.load import Knowledge, load_knowledge

Site = Callable[[Mapping[str, str]], Knowledge]


def written(folder: Path, contents: Mapping[str, str]) -> Path:
    """The folder, with these files in it."""
    for name, text in contents.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    return load_knowledge()


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """Loads with these files laid over ours."""
    return lambda contents: load_knowledge(written(tmp_path / "site", contents))


@pytest.fixture
def ours(tmp_path: Path) -> Path:
    """A copy of our knowledge folder, to spoil."""
    source = Path(str(files("cds_service.knowledge")))
    return Path(shutil.copytree(source, tmp_path / "ours", ignore=shutil.ignore_patterns("*.py", "__pycache__")))
