"""What the project is built from is pinned, hashed, explained, and checked by one command."""

import os
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
RUN = (ROOT / "requirements.lock").read_text(encoding="utf-8")
DEV = (ROOT / "requirements-dev.lock").read_text(encoding="utf-8")

FHIR_SERVER = (ROOT / "requirements-fhir-server.lock").read_text(encoding="utf-8")

every_lock = pytest.mark.parametrize("lock", [RUN, DEV, FHIR_SERVER], ids=["run", "dev", "fhir-server"])


def pinned(lock: str) -> dict[str, str]:
    """Name and version of each package of a lock."""
    return dict(re.findall(r"^([a-z0-9-]+)==(\S+)", lock, flags=re.MULTILINE))


def name(requirement: str) -> str:
    """The package that a requirement asks for, as locks spell it."""
    return re.split(r"[^\w.-]", requirement, maxsplit=1)[0].lower().replace(".", "-").replace("_", "-")


@every_lock
def test_a_lock_names_no_address_and_no_option(lock: str) -> None:
    assert [line for line in lock.splitlines() if "://" in line or line.startswith("-")] == []


@every_lock
def test_each_package_is_pinned_and_hashed(lock: str) -> None:
    packages = re.split(r"^(?=[a-z])", lock, flags=re.MULTILINE)[1:]
    assert packages
    assert [p for p in packages if not re.match(r"[a-z0-9-]+==\S+", p) or "--hash=sha256:" not in p] == []


def test_the_development_lock_holds_the_run_lock() -> None:
    assert pinned(RUN).items() <= pinned(DEV).items()


def test_the_locks_hold_all_that_the_project_asks_for() -> None:
    project = tomllib.loads(PROJECT)
    assert {name(r) for r in project["project"]["dependencies"]} <= pinned(RUN).keys()
    assert {name(r) for r in project["dependency-groups"]["dev"]} <= pinned(DEV).keys()


def test_each_dependency_says_why_it_is_there() -> None:
    project = tomllib.loads(PROJECT)
    asked = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    explained = {match[2] for match in re.finditer(r"""^    (["'])(.+)\1, # \w.+$""", PROJECT, re.MULTILINE)}
    assert [requirement for requirement in asked if requirement not in explained] == []


def test_ci_runs_what_is_run_at_a_desk() -> None:
    ci = ROOT / ".ci" / "run"
    assert ci.read_text(encoding="utf-8").splitlines()[-1] == "exec make test"
    assert os.access(ci, os.X_OK)
