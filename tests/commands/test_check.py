"""`cds-service check`: what it finds in a request, and what it never quotes."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cds_service import cli
from cds_service.answer import Answerer
from cds_service.commands.check import as_json, diagnose, in_words
from cds_service.settings import Settings, variable
from tests.commands.requests import Call, broken, clean, first
from tests.hooks.calls import bundle, condition
from tests.hooks.conftest import answerer, anyio_backend

__all__ = ["answerer", "anyio_backend"]
DAY = ["--as-of", "2026-11-22"]
RECORDED = Path(__file__).parents[3] / "shared" / "examples" / "sandbox"
OUTCOME = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "exception"}]}
FOREIGN = {"reference": "Patient/p2"}
NEXT = [{"relation": "next", "url": "https://ehr.example/next"}]


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No CDS_ variable of the machine counts."""
    for name in Settings.model_fields:
        monkeypatch.delenv(variable(name), raising=False)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "request.json"


def checked(answerer: Answerer, call: object) -> dict[str, Any]:
    """What `--json` prints."""
    read = json.loads(json.dumps(as_json(diagnose(json.dumps(call).encode(), answerer))))
    assert isinstance(read, dict)
    return read


def printed(answerer: Answerer, call: object) -> str:
    """What is printed without it."""
    return "\n".join(in_words(diagnose(json.dumps(call).encode(), answerer)))


def complaints(found: dict[str, Any]) -> list[dict[str, Any]]:
    return [*found["protocol"], *found["prefetch"], *found["resources"]]


def test_of_a_clean_request_there_is_no_complaint(answerer: Answerer) -> None:
    found = checked(answerer, clean())
    assert complaints(found) == []
    assert (found["mend"], found["notes"]) == (0, 0)
    assert (found["answer"]["service"], found["answer"]["status"]) == ("miss-patient-view", 200)
    (says,) = found["answer"]["says"]
    assert says.startswith("one card [info]: ")


# What is broken, the place that is named, and a part of what is said of it.
BROKEN: dict[str, tuple[Call, str, str]] = {
    "no hook": (broken("hook", without=True), "hook", "is missing"),
    "a hook that is none": (broken("hook", by=7), "hook", "is a number, not text"),
    "a hook nobody knows": (broken("hook", by="chart-open"), "hook", "is no hook this service knows"),
    "no instance": (broken("hookInstance", without=True), "hookInstance", "is missing"),
    "an instance that is no UUID": (broken("hookInstance", by="x"), "hookInstance", "is no UUID"),
    "no context": (broken("context", without=True), "context", "is missing"),
    "a context that is text": (broken("context", by="p1"), "context", "is text, not an object"),
    "no user": (broken("context", "userId", without=True), "context.userId", "is missing"),
    "a user without type": (broken("context", "userId", by="u1"), "context.userId", "is not of the form Type/id"),
    "a user of another type": (broken("context", "userId", by="Device/1"), "context.userId", "another type"),
    "a user that is a number": (broken("context", "userId", by=7), "context.userId", "is a number, not text"),
    "no patient id": (broken("context", "patientId", without=True), "context.patientId", "is missing"),
    "an empty patient id": (broken("context", "patientId", by=""), "context.patientId", "is empty"),
    "a patient id with its type": (
        broken("context", "patientId", by="Patient/p1"),
        "context.patientId",
        "send the bare id",
    ),
    "a patient id that is none": (broken("context", "patientId", by="p 1"), "context.patientId", "is no FHIR id"),
    "an encounter with its type": (
        broken("context", "encounterId", by="Encounter/1"),
        "context.encounterId",
        "begins with Encounter/",
    ),
    "a server that is none": (broken("fhirServer", by="ehr"), "fhirServer", "is no absolute http address"),
    "a server nobody can read": (broken("fhirServer", by="https://["), "fhirServer", "is no address"),
    "a server that is an object": (broken("fhirServer", by={}), "fhirServer", "is an object, not text"),
    "authorization alone": (broken("fhirServer", without=True), "fhirAuthorization", "without fhirServer"),
    "authorization as text": (broken("fhirAuthorization", by="t"), "fhirAuthorization", "is text, not an object"),
    "authorization without token": (
        broken("fhirAuthorization", "access_token", without=True),
        "fhirAuthorization.access_token",
        "is missing",
    ),
    "another kind of token": (
        broken("fhirAuthorization", "token_type", by="mac"),
        "fhirAuthorization.token_type",
        "is not Bearer",
    ),
    "prefetch as a list": (broken("prefetch", by=[]), "prefetch", "is a list, not an object"),
    "no patient": (broken("prefetch", "patient", without=True), "prefetch.patient", "is not supplied, and is needed"),
    "no conditions": (
        broken("prefetch", "conditions", without=True),
        "prefetch.conditions",
        "is not supplied, and is needed",
    ),
    "a patient that is null": (broken("prefetch", "patient"), "prefetch.patient", "found no such Patient"),
    "another patient": (broken("prefetch", "patient", "id", by="p2"), "prefetch.patient", "is not the Patient"),
    "an error as a key": (broken("prefetch", "procedures", by=OUTCOME), "prefetch.procedures", "could not retrieve"),
    "an error among the entries": (
        broken("prefetch", "procedures", by=bundle(OUTCOME)),
        "prefetch.procedures",
        "holds an OperationOutcome",
    ),
    "a page of several": (broken("prefetch", "conditions", "link", by=NEXT), "prefetch.conditions", "send all pages"),
    "another type as a key": (
        broken("prefetch", "procedures", by=condition()),
        "prefetch.procedures",
        "is a resource of type Condition",
    ),
    "text as a key": (broken("prefetch", "procedures", by="none"), "prefetch.procedures", "is text: "),
    "an object as a key": (broken("prefetch", "procedures", by={}), "prefetch.procedures", "is an object: "),
    "another type among the entries": (
        broken("prefetch", "procedures", by=bundle(condition())),
        "prefetch.procedures",
        "1 not read under this key (Condition)",
    ),
    "another patient's": (
        broken(*first("conditions"), "subject", by=FOREIGN),
        "prefetch.conditions",
        "1 of 1 resources are of another patient",
    ),
    "a resource that cannot be read": (
        broken(*first("conditions"), "onsetDateTime", by=7),
        "prefetch.conditions",
        "1 left out (Condition): onsetDateTime is not a string",
    ),
    "a key that is not ours": (broken("prefetch", "condition", by=None), "prefetch.condition", "is it conditions?"),
    "a key like none of ours": (broken("prefetch", "zebra", by=None), "prefetch.zebra", "is no key of ours"),
    "a code that was not asked for": (
        broken(*first("observations"), "code", by={"coding": [{"system": "http://loinc.org", "code": "8310-5"}]}),
        "prefetch.observations",
        "do not match code= of the template",
    ),
    "a status that was not asked for": (
        broken(*first("medicationRequests"), "status", by="cancelled"),
        "prefetch.medicationRequests",
        "do not match status= of the template",
    ),
    "a category that was not asked for": (
        broken(*first("diagnosticReports"), "category", without=True),
        "prefetch.diagnosticReports",
        "do not match category= of the template",
    ),
    "a type that FHIR does not know": (
        broken("prefetch", "procedures", by=bundle({"resourceType": "Prozedur"})),
        "prefetch.procedures.entry[0].resource.resourceType",
        "is no type of resource",
    ),
    "entries that are none": (
        broken("prefetch", "procedures", by={"resourceType": "Bundle", "type": "searchset", "entry": [7, {}]}),
        "prefetch.procedures",
        "2 left out (entry): it holds no resource",
    ),
    "entries in no list": (
        broken("prefetch", "procedures", by={"resourceType": "Bundle", "type": "searchset", "entry": 7}),
        "prefetch.procedures",
        "is a resource of type Bundle: ",
    ),
    "codes that are none": (
        broken(*first("diagnosticReports"), "category", by=[{"coding": [7, {"code": 7}]}, {"coding": 7}, 7]),
        "prefetch.diagnosticReports",
        "do not match category= of the template",
    ),
    "contained resources that are none": (
        broken(*first("medicationRequests"), "contained", by=[7, {"resourceType": "Bundle"}, {}, {"resourceType": 7}]),
        "prefetch.medicationRequests.entry[0].resource.contained[3].resourceType",
        "is no type of resource",
    ),
    "contained in what is contained": (
        broken(
            *first("medicationRequests"),
            "contained",
            by=[{"resourceType": "Medication", "status": 7, "contained": [{"resourceType": "Drug"}]}],
        ),
        "prefetch.medicationRequests.entry[0].resource.contained[0].status",
        "is not text",
    ),
    "contained in no list": (
        broken(*first("medicationRequests"), "contained", by=7),
        "prefetch.medicationRequests.entry[0].resource.contained",
        "is not a list",
    ),
    "a list in a list": (
        broken(*first("conditions"), "note", by=[{"text": "x"}, {"text": 7}]),
        "prefetch.conditions.entry[0].resource.note[1].text",
        "is not text",
    ),
    "a type that is none": (
        broken("prefetch", "procedures", by=bundle({"resourceType": {}})),
        "prefetch.procedures.entry[0].resource.resourceType",
        "is no type of resource",
    ),
    "FHIR that is missing": (
        broken(*first("observations"), "status", without=True),
        "prefetch.observations.entry[0].resource.status",
        "is missing",
    ),
    "what is contained": (
        broken(*first("medicationRequests"), "contained", 0, "code", by="tramadol"),
        "prefetch.medicationRequests.entry[0].resource.contained[0].code",
        "is not an object",
    ),
    "a contained resource nobody knows": (
        broken(*first("medicationRequests"), "contained", 0, "resourceType", by="Drug"),
        "prefetch.medicationRequests.entry[0].resource.contained[0].resourceType",
        "is no type of resource",
    ),
}


@pytest.mark.parametrize(("call", "place", "says"), BROKEN.values(), ids=BROKEN)
def test_what_is_broken_is_named_and_must_be_mended(answerer: Answerer, call: Call, place: str, says: str) -> None:
    found = checked(answerer, call)
    named = [one for one in complaints(found) if one["place"] == place and says in one["says"]]
    assert [one["mend"] for one in named] == [True], complaints(found)
    assert found["mend"] >= 1
    assert f"  mend  {place}: " in printed(answerer, call)


KNOWN: dict[str, tuple[Call, str, str]] = {
    "an optional key left out": (broken("prefetch", "procedures", without=True), "prefetch.procedures", "not checked"),
    "one bare resource": (broken("prefetch", "conditions", by=condition()), "prefetch.conditions", "a Bundle of one"),
    "a wrapped key": (
        broken("prefetch", "conditions", by={"response": {"status": "200"}, "resource": bundle(condition())}),
        "prefetch.conditions",
        "it is unwrapped",
    ),
    "a member of one's own": (broken("user", by="x"), "user", "use extension"),
    "a member that is no name": (broken("Ada Lovelace", by="x"), "(no name)", "is skipped"),
    "a server without TLS": (broken("fhirServer", by="http://127.0.0.1/fhir"), "fhirServer", "is not https"),
}


@pytest.mark.parametrize(("call", "place", "says"), KNOWN.values(), ids=KNOWN)
def test_what_is_allowed_is_told_and_nothing_to_mend(answerer: Answerer, call: Call, place: str, says: str) -> None:
    found = checked(answerer, call)
    (only,) = complaints(found)
    assert (only["place"], only["mend"], found["mend"], found["notes"]) == (place, False, 0, 1)
    assert says in only["says"]


FINE = {
    "null for an optional key": broken("prefetch", "procedures", by=None),
    "an empty Bundle": broken("prefetch", "conditions", by={"resourceType": "Bundle", "type": "searchset"}),
    "a warning among the entries": broken(
        "prefetch", "procedures", by=bundle({"resourceType": "OperationOutcome", "issue": [{"severity": "warning"}]})
    ),
    "a patient as user": broken("context", "userId", by="Patient/p1"),
    "an extension": broken("extension", by={"com.example.x": {}}),
}


@pytest.mark.parametrize("call", FINE.values(), ids=FINE)
def test_what_is_fine(answerer: Answerer, call: Call) -> None:
    found = checked(answerer, call)
    assert complaints(found) == []


def with_hook(hook: str, **context: object) -> Call:
    return {**clean(), "hook": hook, "context": context}


CONTEXTS: list[tuple[Call, set[str]]] = [
    (with_hook("order-select", userId="Practitioner/1", patientId="p1", selections=[], draftOrders=bundle()), set()),
    (with_hook("order-select", userId="Practitioner/1", patientId="p1"), {"context.selections", "context.draftOrders"}),
    (with_hook("order-sign", userId="Patient/p1", patientId="p1", draftOrders=bundle()), {"context.userId"}),
    (with_hook("order-sign", userId="Practitioner/1", patientId="p1", draftOrders=[]), {"context.draftOrders"}),
    (with_hook("order-dispatch", patientId="p1", dispatchedOrders=["ServiceRequest/1"]), {"context.performer"}),
    (with_hook("appointment-book", userId="RelatedPerson/1", patientId="p1"), {"context.appointments"}),
]


@pytest.mark.parametrize(("call", "places"), CONTEXTS)
def test_each_hook_has_a_context_of_its_own(answerer: Answerer, call: Call, places: set[str]) -> None:
    found = checked(answerer, call)
    assert {it["place"] for it in found["protocol"] if it["place"].startswith("context")} == places


def test_drafts_are_checked_against_fhir_too(answerer: Answerer) -> None:
    draft = {"resourceType": "ServiceRequest", "status": "draft", "intent": "order", "reasonCode": {"text": "x"}}
    call = with_hook("order-sign", userId="Practitioner/1", patientId="p1", draftOrders=bundle(draft))
    found = checked(answerer, call)
    draft_at = "context.draftOrders.entry[0].resource"
    assert {it["place"] for it in found["resources"]} == {f"{draft_at}.subject", f"{draft_at}.reasonCode"}


def test_tasks_in_a_list_are_checked_too(answerer: Answerer) -> None:
    call = with_hook("order-dispatch", patientId="p1", fulfillmentTasks=[{"resourceType": "Task"}, 7])
    found = checked(answerer, call)
    assert {it["place"] for it in found["resources"]} == {
        "context.fulfillmentTasks[0].status",
        "context.fulfillmentTasks[0].intent",
    }


# A member of the clean Condition, Observation or Patient, and what is said of it. No value is quoted.
NOT_FHIR: list[tuple[str, str, object, str]] = [
    ("conditions", "code", 7, "is not an object"),
    ("conditions", "code", "Zzmarked", "is not an object"),
    ("conditions", "onsetDateTime", "Zzmarked", "is no FHIR dateTime"),
    ("conditions", "onsetDateTime", "2026-05-10T08:00:00", "is no FHIR dateTime"),
    ("conditions", "recordedDate", "2026-05-10T08:00", "is no FHIR dateTime"),
    ("conditions", "category", {"text": "Zzmarked"}, "is not a list"),
    ("conditions", "id", "", "is empty"),
    ("conditions", "id", "Zzmarked Zz", "has characters or blanks"),
    ("conditions", "Zzmarked name", 7, "is not defined by FHIR"),
    ("conditions", "meta", {"lastUpdated": "2026"}, "is no FHIR instant"),
    ("observations", "valueQuantity", {"value": "Zzmarked"}, "is no number"),
    ("observations", "valueBoolean", "Zzmarked", "is not true or false"),
    ("observations", "valueInteger", "Zzmarked", "is no whole number"),
    ("observations", "valueTime", "Zzmarked", "is no FHIR time"),
    ("observations", "valueString", "Zzmarked", "has several of "),
    ("medicationRequests", "medicationReference", None, "has none of medicationCodeableConcept, medicationReference"),
    ("medicationRequests", "subject", [], "is not an object"),
    ("serviceRequests", "subject", {"resourceType": "Zzmarked"}, "is of another type"),
]


@pytest.mark.parametrize(("key", "member", "value", "says"), NOT_FHIR)
def test_what_fhir_does_not_allow(answerer: Answerer, key: str, member: str, value: object, says: str) -> None:
    found = checked(answerer, broken(*first(key), member, by=value))
    assert [it for it in found["resources"] if says in it["says"]], found["resources"]
    assert "Zzmarked" not in json.dumps(complaints(found))


def test_complaints_of_one_resource_and_of_all_are_capped(answerer: Answerer) -> None:
    bad = {**condition(), **{f"x{number}": 7 for number in range(20)}}
    found = checked(answerer, broken("prefetch", "conditions", by=bundle(bad)))
    assert len(found["resources"]) == 6
    assert found["resources"][-1] == {
        "place": "prefetch.conditions.entry[0].resource",
        "says": "and 15 more",
        "mend": True,
    }
    found = checked(answerer, broken("prefetch", "conditions", by=bundle(*[bad] * 20)))
    assert len(found["resources"]) == 51
    assert found["resources"][-1]["place"] == "resources"


def test_what_was_understood_of_each_key(answerer: Answerer) -> None:
    call = broken(
        "prefetch",
        "conditions",
        by=bundle(condition(), condition(onsetDateTime=7), condition(subject=FOREIGN), {"resourceType": "Procedure"}),
    )
    found = checked(answerer, call)
    conditions = found["understood"]["keys"][1]
    assert conditions == {
        "key": "conditions",
        "sent": 4,
        "read": 1,
        "answer": "incomplete",
        "skipped": [
            "1 of another patient, or of none",
            "1 Condition: onsetDateTime is not a string",
            "1 Procedure: not read under this key",
        ],
    }
    assert found["understood"]["assessment"]["outcome"] == "recommend"
    words = printed(answerer, call)
    assert "  conditions: incomplete, 4 sent, 1 read\n" in words
    assert "    left out: 1 Condition: onsetDateTime is not a string\n" in words


def test_findings_and_gaps_in_words(answerer: Answerer) -> None:
    words = printed(answerer, broken("prefetch", "observations", without=True))
    assert "  persistent-pain present (full): " in words
    assert "  symptoms for 196 to 196 days\n" in words
    assert "  conservative care " in words
    assert "  gap: " in words
    assert "  200  one card [info]: Refer for MISS evaluation" in words
    assert words.splitlines()[-1] == "Nothing to mend, 1 to know."


ANSWERS: dict[str, tuple[Call, int, str]] = {
    "no sign": (broken("prefetch", "conditions", by=bundle()), 200, "no card: no sign of what the rules look for"),
    "a child": (broken("prefetch", "patient", "birthDate", by="2020-01-01"), 200, "no card: the patient is a child"),
    "no conditions": (broken("prefetch", "conditions", without=True), 412, "conditions: not supplied"),
    "conditions in part": (
        broken("prefetch", "conditions", by=bundle(link=NEXT)),
        412,
        "conditions: a further page was not supplied",
    ),
    "no user": (broken("context", "userId", without=True), 400, "context.userId is missing."),
    "no hook": (broken("hook", without=True), 400, "hook is missing."),
    "a hook nobody answers": (broken("hook", by="chart-open"), 404, "no service here answers this hook"),
}


@pytest.mark.parametrize(("call", "status", "says"), ANSWERS.values(), ids=ANSWERS)
def test_what_the_answer_would_be(answerer: Answerer, call: Call, status: int, says: str) -> None:
    found = checked(answerer, call)
    assert found["answer"]["status"] == status
    assert found["answer"]["says"][0].startswith(says)
    assert f"  {status}  {says}" in printed(answerer, call)


def test_a_card_that_the_site_silences(answerer: Answerer) -> None:
    found = checked(replace(answerer, silent=True), clean())
    assert found["answer"]["says"] == ["no card: the site silences this card (CDS_SILENT, CDS_SILENT_RULES)"]


def test_symptoms_without_an_end_of_the_range(answerer: Answerer) -> None:
    call = broken(
        *first("conditions"),
        by={**condition(), "onsetDateTime": None, "recordedDate": "2026-05-10"},
    )
    assert " or more days\n" in printed(answerer, call)


@pytest.mark.parametrize(
    ("call", "status"), [(clean(), 0), (broken("prefetch", "procedures", without=True), 0), (broken("hook", by=7), 1)]
)
def test_the_exit_status_says_whether_there_is_something_to_mend(
    path: Path, capsys: pytest.CaptureFixture[str], call: Call, status: int
) -> None:
    path.write_text(json.dumps(call), encoding="utf-8")
    assert cli.main(["check", str(path), *DAY]) == status
    assert cli.main(["check", str(path), "--json"]) == status
    assert capsys.readouterr().err == ""


def test_standard_input(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    stdin = io.TextIOWrapper(io.BytesIO(json.dumps(clean()).encode()))
    monkeypatch.setattr(sys, "stdin", stdin)
    assert cli.main(["check", "-", *DAY]) == 0
    out, _ = capsys.readouterr()
    assert out.startswith("Protocol: no complaint\nPrefetch: no complaint\nFHIR R4, 8 resources: no complaint\n")


REFUSED = {
    "a list": (b"[]", "is a list, not an object"),
    "text": (b'"x"', "is text, not an object"),
    "null": (b"null", "is null, not an object"),
    "depth": (b'{"x": ' + b"[" * 300 + b"]" * 300 + b"}", "is nested deeper than 100 levels"),
}


@pytest.mark.parametrize(("body", "says"), REFUSED.values(), ids=REFUSED)
def test_a_body_that_is_refused_as_it_is(
    path: Path, capsys: pytest.CaptureFixture[str], body: bytes, says: str
) -> None:
    path.write_bytes(body)
    assert cli.main(["check", str(path), "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    (only,) = complaints(found)
    assert (only["place"], only["says"]) == ("the body", f"{says}: the call is refused")
    assert found["answer"]["status"] == 400
    assert found["understood"] == {"keys": [], "assessment": None}


UNREADABLE = {
    "nothing": b"",
    "no JSON": b"{",
    "a comment": b"{} // x",
    "NaN": b'{"hook": NaN}',
    "UTF-16": json.dumps({}).encode("utf-16"),
    "a byte-order mark": b"\xef\xbb\xbf{}",
    "not UTF-8": b'{"hook": "\xff"}',
    "no end": b"[" * 100_000 + b"]" * 100_000,
}


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE)
def test_what_cannot_be_read_is_exit_2(path: Path, capsys: pytest.CaptureFixture[str], body: bytes) -> None:
    path.write_bytes(body)
    assert cli.main(["check", str(path)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("cds-service: ") and err.count("\n") == 1


def test_a_file_that_is_not_there_is_exit_2(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["check", str(path)]) == 2
    assert capsys.readouterr().err == f"cds-service: {path}: No such file or directory\n"


def test_text_that_would_do_something_to_a_terminal_does_not(answerer: Answerer) -> None:
    code = {"coding": [{"system": "http://snomed.info/sct", "code": "279039007", "display": "low \x1b[31mback"}]}
    call = broken(*first("conditions"), "code", by={**code, "text": "back pain \x1b]0;x\x07"})
    call["\x1b[2J"] = 7
    assert "\x1b" not in printed(answerer, call)


@pytest.mark.skipif(not RECORDED.is_dir(), reason=f"there is no folder {RECORDED.relative_to(RECORDED.parents[2])}")
@pytest.mark.parametrize("name", sorted(path.name for path in RECORDED.glob("*.json")))
def test_what_the_public_sandbox_sends(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    status = cli.main(["check", str(RECORDED / name), *DAY, "--json"])
    found = json.loads(capsys.readouterr().out)
    assert status == 1
    # It knows nothing of our templates; its protocol is sound, but for a hook that nobody answers.
    protocol = {it["place"] for it in found["protocol"] if it["mend"]}
    if name.startswith("patient-view"):
        assert protocol == set()
    if name.startswith("feedback"):
        assert protocol == {"hook", "hookInstance", "context"}
    if name == "order-select-no-drafts.json":
        assert {"context.selections", "context.draftOrders"} <= protocol


def test_no_other_command_loads_the_validator() -> None:
    code = "import sys, cds_service.cli; print(any(name.startswith('fhir.') for name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert done.stdout.strip() == b"False"
