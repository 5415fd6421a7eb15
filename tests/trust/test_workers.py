"""What an operator of several workers is told."""

from __future__ import annotations

import json

import pytest

from cds_service.observe.logs import Log
from cds_service.serving import warn_of_workers
from cds_service.settings import Settings
from tests.hooks.calls import Lines


@pytest.mark.parametrize(("auth", "events"), [(True, ["tokens-per-worker"]), (False, [])])
def test_several_workers_are_told_that_each_remembers_tokens_by_itself(auth: bool, events: list[str]) -> None:
    lines = Lines()
    warn_of_workers(Settings(require_auth=auth), Log("info", lines))
    assert [json.loads(line)["event"] for line in lines.raw] == events
