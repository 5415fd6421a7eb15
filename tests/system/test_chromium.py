"""Which browser the tests drive, and what happens on a machine that has none."""

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.system.chromium import NoChromium, chromium_path, ensure_chromium, install_chromium

Which = Callable[[str], str | None]
ROOT = Path(__file__).parents[2]


def having(*programs: str) -> Which:
    """A machine on which these programs can be run, and no others."""
    return lambda name: name if name in programs else None


def downloaded() -> str:
    return "/cache/chrome"


class TestPath:
    def test_the_named_browser_comes_first(self) -> None:
        assert (
            chromium_path({"CDS_CHROMIUM": "/mine/chrome"}, having("/mine/chrome", "chromium"), downloaded)
            == "/mine/chrome"
        )

    def test_a_named_browser_that_cannot_be_run_is_an_error_and_not_another_browser(self) -> None:
        with pytest.raises(NoChromium, match="CDS_CHROMIUM is '/mine/chrome'"):
            chromium_path({"CDS_CHROMIUM": "/mine/chrome"}, having("chromium"), downloaded)

    @pytest.mark.parametrize("name", ["chromium", "chromium-browser", "google-chrome"])
    def test_then_whichever_is_on_the_path(self, name: str) -> None:
        assert chromium_path({"CDS_CHROMIUM": ""}, having(name, "/cache/chrome"), downloaded) == name

    def test_then_the_one_that_playwright_downloaded(self) -> None:
        assert chromium_path({}, having("/cache/chrome"), downloaded) == "/cache/chrome"

    def test_none_at_all_says_in_one_line_what_to_install(self) -> None:
        with pytest.raises(NoChromium, match=r"^no browser for the tests: install chromium, or set CDS_CHROMIUM.*$"):
            chromium_path({}, having(), downloaded)


class TestInstall:
    def commands(self, works: Callable[[Sequence[str]], bool], which: Which, *, root: bool) -> list[str]:
        ran: list[str] = []

        def run(command: Sequence[str]) -> bool:
            ran.append(" ".join(command).replace(sys.executable, "python"))
            return works(command)

        install_chromium(root=root, which=which, run=run)
        return ran

    apt = ("env DEBIAN_FRONTEND=noninteractive apt-get -qq update",)
    apt_install = "env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y chromium"
    playwright = "python -m playwright install chromium"

    def test_root_takes_the_system_package(self) -> None:
        assert self.commands(lambda _: True, having("apt-get"), root=True) == [*self.apt, self.apt_install]

    def test_where_the_system_has_none_playwright_downloads(self) -> None:
        def no_such_package(command: Sequence[str]) -> bool:
            return "update" in command

        assert self.commands(no_such_package, having("apt-get"), root=True) == [
            *self.apt,
            self.apt_install,
            self.playwright,
        ]

    def test_anyone_else_takes_the_download(self) -> None:
        assert self.commands(lambda _: True, having("apt-get"), root=False) == [self.playwright]

    def test_so_does_root_without_apt(self) -> None:
        assert self.commands(lambda _: True, having(), root=True) == [self.playwright]


class TestEnsure:
    def test_nothing_is_installed_where_a_browser_is(self) -> None:
        assert ensure_chromium(lambda: "chromium", pytest.fail, named=False) == "chromium"

    def test_one_is_installed_where_none_is(self) -> None:
        installed: list[str] = []

        def find() -> str:
            if not installed:
                raise NoChromium("none")
            return installed[0]

        assert ensure_chromium(find, lambda: installed.append("new"), named=False) == "new"

    def test_a_wrong_name_is_told_and_nothing_installed(self) -> None:
        def find() -> str:
            raise NoChromium("wrong name")

        with pytest.raises(NoChromium, match="wrong name"):
            ensure_chromium(find, pytest.fail, named=True)


def program(**environ: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "tests.system.chromium"],
        cwd=ROOT,
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_program_prints_the_path_of_a_real_browser() -> None:
    answer = program()
    assert answer.returncode == 0
    version = subprocess.run([answer.stdout.strip(), "--version"], capture_output=True, text=True, check=True)
    assert "Chrom" in version.stdout


def test_the_program_fails_with_one_line() -> None:
    answer = program(CDS_CHROMIUM="/nowhere/chromium")
    assert answer.returncode == 1
    assert answer.stderr.count("\n") == 1
    assert "correct or unset it" in answer.stderr
