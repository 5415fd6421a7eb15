"""Seven signs, always all, always in the order of the source document (clinical-logic F)."""

from __future__ import annotations

from typing import get_args

from cds_service.findings.sign import Sign, SignId
from cds_service.findings.signs import signs
from tests.findings.comorbid_charts import KEYS
from tests.findings.grounds import grounds


def test_each_is_absent_under_its_own_name_where_nothing_is_on_record() -> None:
    assert signs(grounds()) == tuple(Sign(name, "absent") for name in get_args(SignId))


def test_each_is_unknown_under_its_own_name_where_nothing_was_answered() -> None:
    because = "not everything it needs was answered"
    assert signs(grounds(unanswered=KEYS)) == tuple(Sign(name, "unknown", because=because) for name in get_args(SignId))
