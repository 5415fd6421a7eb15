"""Every knob: its default, its words, what it refuses."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from cds_service.errors import SettingsError
from cds_service.observe.logs import Log
from cds_service.serving import warn
from cds_service.settings import Command, Settings, load_settings, variable
from tests.hooks.calls import Lines

FREE = {"CDS_REQUIRE_AUTH": "false"}


def of(**variables: str) -> Settings:
    """The settings of `serve` in development."""
    given = {"PROFILE": "development", "REQUIRE_AUTH": "false", **variables}
    return load_settings({f"CDS_{name}": value for name, value in given.items()}).settings


def test_the_defaults_of_serve() -> None:
    settings = load_settings(FREE).settings
    assert settings == Settings(require_auth=False)
    assert (settings.profile, settings.demo, settings.allowed_origins) == ("production", False, ())


def test_the_defaults_of_demo() -> None:
    settings = load_settings({}, "demo").settings
    assert (settings.profile, settings.demo, settings.require_auth) == ("development", True, False)
    assert settings.allowed_origins == ("*",)
    assert load_settings({"CDS_ALLOWED_ORIGINS": "https://a.example"}, "demo").settings.allowed_origins == (
        "https://a.example",
    )


@pytest.mark.parametrize(("word", "value"), [("true", True), ("1", True), ("false", False), ("0", False)])
def test_booleans(word: str, value: bool) -> None:
    assert of(SILENT=word).silent is value


def test_lists_are_separated_by_commas() -> None:
    assert of(SILENT_RULES="consider, recommend,,").silent_rules == ("consider", "recommend")
    assert of(ALLOWED_ORIGINS="https://a.example,http://localhost:3000").allowed_origins == (
        "https://a.example",
        "http://localhost:3000",
    )


def test_every_other_kind() -> None:
    settings = of(TODAY="2026-11-22", MAX_BODY_BYTES="5", BODY_TIMEOUT_SECONDS="0.5", KNOWLEDGE_DIR="x")
    assert settings.today == date(2026, 11, 22)
    assert (settings.max_body_bytes, settings.body_timeout_seconds) == (5, 0.5)
    assert settings.knowledge_dir == Path("x")
    assert of(SUGGESTION_INTENT="proposal", REFERRAL_CODES="codes.toml").referral_codes == Path("codes.toml")
    assert (of(SUGGESTION_INTENT="proposal").suggestion_intent, of().suggestion_intent) == ("proposal", "order")
    assert of(PUBLIC_URL="https://x.example/miss/").public_url == "https://x.example/miss"


def test_where_counts_and_traces_go() -> None:
    assert (of().metrics_port, of().traces_url) == (None, None)
    settings = of(METRICS_PORT="9464", TRACES_URL="https://x.example/v1/traces")
    assert (settings.metrics_port, settings.traces_url) == (9464, "https://x.example/v1/traces")


def test_an_empty_variable_is_as_unset() -> None:
    assert of(TODAY="", MAX_BODY_BYTES="") == of()


WRONG = {
    "MAX_BODY_BYTES": ("0", "-1", "many"),
    "BODY_TIMEOUT_SECONDS": ("0", "soon", "inf", "nan"),
    "QUIET_DAYS": ("-1", "3651", "a month"),
    "RETENTION_DAYS": ("0", "-1", "36501", "a year"),
    "PATIENT_HASH_KEY_FORMER": ("short",),
    "SILENT": ("perhaps",),
    "TODAY": ("22.11.2026", "2026-11-31", "20261122", "1795305600", "2026-11-22T00:00:00Z"),
    "PROFILE": ("staging",),
    "MAX_INDICATOR": ("fatal",),
    "LOG_LEVEL": ("loud",),
    "METRICS_PORT": ("0", "65536", "main"),
    "TRACES_URL": ("collector:4318", "ftp://x.example", "https://x.example/?a=b", "https://name:word@x.example"),
    "SUGGESTION_INTENT": ("plan", "ORDER"),
    "PUBLIC_URL": (
        "x.example",
        "ftp://x.example",
        "https://",
        "https://:8000",
        "https://x.example/?a=b",
        "https://x.example/#a",
        "https://name:word@x.example",
        "https://[",
    ),
    "ALLOWED_ORIGINS": ("x.example", "https://x.example/", "https://x.example/path", "https://", "HTTPS://X.example"),
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in WRONG.items() for value in values])
def test_a_wrong_value_names_the_variable_and_not_the_value(name: str, value: str) -> None:
    with pytest.raises(SettingsError) as refused:
        of(**{name: value})
    assert str(refused.value).startswith(f"CDS_{name}: ")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("command", "variables", "name"),
    [
        ("serve", {}, "CDS_REQUIRE_AUTH"),
        ("serve", {"CDS_REQUIRE_AUTH": "true"}, "CDS_REQUIRE_AUTH"),
        ("demo", {"CDS_REQUIRE_AUTH": "true"}, "CDS_REQUIRE_AUTH"),
        ("serve", {**FREE, "CDS_TODAY": "2026-11-22"}, "CDS_TODAY"),
        ("serve", {**FREE, "CDS_DEMO": "true"}, "CDS_DEMO"),
        ("demo", {"CDS_PROFILE": "production"}, "CDS_DEMO"),
        ("serve", {**FREE, "CDS_PATIENT_HASH_KEY_FORMER": "k" * 32}, "CDS_PATIENT_HASH_KEY_FORMER"),
        ("serve", {**FREE, "CDS_RETENTION_DAYS": "29"}, "CDS_RETENTION_DAYS"),
        ("assess", {"CDS_PROFILE": "production", "CDS_TODAY": "2026-11-22"}, "CDS_TODAY"),
    ],
)
def test_a_forbidden_combination_names_the_setting(command: Command, variables: dict[str, str], name: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load_settings(variables, command)
    assert str(refused.value).startswith(name)


@pytest.mark.parametrize(
    ("command", "variables"),
    [
        ("assess", {}),
        ("assess", {"CDS_TODAY": "2026-11-22"}),
        ("serve", FREE | {"CDS_PROFILE": "development", "CDS_TODAY": "2026-11-22", "CDS_DEMO": "true"}),
        ("demo", {"CDS_TODAY": "2026-11-22"}),
        ("serve", {**FREE, "CDS_RETENTION_DAYS": "30"}),
        ("serve", {**FREE, "CDS_RETENTION_DAYS": "1", "CDS_QUIET_DAYS": "0"}),
        ("serve", {**FREE, "CDS_PATIENT_HASH_KEY": "n" * 32, "CDS_PATIENT_HASH_KEY_FORMER": "k" * 32}),
        ("settings", {"CDS_TODAY": "2026-11-22"}),
    ],
)
def test_what_is_permitted(command: Command, variables: dict[str, str]) -> None:
    assert isinstance(load_settings(variables, command).settings, Settings)


def test_where_each_came_from_and_what_nobody_knows() -> None:
    loaded = load_settings(FREE | {"CDS_SILENTLY": "1", "CDS_CHROMIUM": "x", "HOME": "/"})
    assert loaded.origins["require_auth"] == "environment"
    assert loaded.origins["demo"] == "default"
    assert loaded.unknown == ("CDS_SILENTLY",)


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({}, ["CDS_PUBLIC_URL", "CDS_REQUIRE_AUTH"]),
        ({"CDS_PUBLIC_URL": "http://x.example"}, ["CDS_PUBLIC_URL", "CDS_REQUIRE_AUTH"]),
        ({"CDS_PUBLIC_URL": "https://x.example"}, ["CDS_REQUIRE_AUTH"]),
        ({"CDS_PROFILE": "development"}, []),
        ({"CDS_NOBODY": "x", "CDS_PROFILE": "development"}, ["CDS_NOBODY"]),
    ],
)
def test_a_start_warns_of_what_an_operator_should_look_at(variables: dict[str, str], named: list[str]) -> None:
    lines = Lines()
    warn(load_settings(FREE | variables), Log("info", lines))
    assert [json.loads(line)["setting"] for line in lines.raw] == named


def test_a_service_that_checks_tokens_does_not_warn_that_it_does_not() -> None:
    lines = Lines()
    warn(load_settings({"CDS_PUBLIC_URL": "https://x.example"}, "settings"), Log("info", lines))
    assert lines.raw == []


def test_every_setting_is_described() -> None:
    for name, field in Settings.model_fields.items():
        assert field.description, variable(name)
