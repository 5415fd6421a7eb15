"""Names that nobody can read back."""

from __future__ import annotations

import pytest

from cds_service.store.pseudonyms import Pseudonyms

UUID = "6d0a1c0e-6a0c-4c7e-9f3b-6a2f0f7c1d55"


def test_the_same_key_gives_the_same_name_and_another_key_another() -> None:
    ours, again, other = Pseudonyms(b"k"), Pseudonyms(b"k"), Pseudonyms(b"l")
    assert ours.patient("p1") == again.patient("p1") != other.patient("p1")
    assert Pseudonyms().patient("p1") != Pseudonyms().patient("p1")


def test_one_text_has_another_name_as_another_kind() -> None:
    ours = Pseudonyms(b"k")
    assert ours.patient("p1") != ours.findings(["p1"])


def test_a_set_has_no_order() -> None:
    ours = Pseudonyms(b"k")
    assert ours.findings(["a", "b"]) == ours.findings(["b", "a"]) != ours.findings(["a"])
    assert ours.findings([]) != ours.findings(["a"])


@pytest.mark.parametrize("text", [UUID, UUID.upper(), f"urn:uuid:{UUID}"])
def test_a_card_of_ours_is_known_however_it_is_written(text: str) -> None:
    assert Pseudonyms().card(text) == UUID


def test_any_other_id_is_hashed() -> None:
    ours = Pseudonyms(b"k")
    assert ours.card("Ada Lovelace") == ours.card("Ada Lovelace") != ours.card("Ada")
    assert "Ada" not in ours.card("Ada Lovelace")


def test_keys_of_any_length_count_whole() -> None:
    assert Pseudonyms(b"k" * 99 + b"a").patient("p1") != Pseudonyms(b"k" * 99 + b"b").patient("p1")


def test_a_name_outlives_releases() -> None:
    """A store is full of them: made otherwise, every quiet period would end."""
    assert Pseudonyms(b"k").patient("p1").hex() == "dbc06840e560a32874d052d156fd1bda"
