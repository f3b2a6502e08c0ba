# SPDX-License-Identifier: Apache-2.0
"""A directory of reads is read whatever the order of its columns, and refused with the line that is wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from nadzor.base.problems import Refusal
from nadzor.simulate.read_directory import finding_code, read_directory


def _write(path: Path, name: str, *lines: str) -> None:
    (path / name).write_text("\n".join(lines) + "\n")


def test_columns_in_any_order_and_missing_decisions(tmp_path: Path) -> None:
    """Two models with their columns swapped read alike; one without decisions has none."""
    _write(tmp_path, "model_a_scores.csv", "Study,Edema,Fracture", "s1,0.5,0.25")
    _write(tmp_path, "model_a_decisions.csv", "Fracture,Study,Edema", "0,s1,1")
    _write(tmp_path, "model_b_scores.csv", "Fracture,Edema,Study", "0.25,0.5,s1")
    first, second = read_directory(tmp_path).models
    assert first.scores == second.scores == {"s1": {"Edema": 0.5, "Fracture": 0.25}}
    assert first.decisions == {"s1": {"Fracture": False, "Edema": True}}
    assert second.decisions == {}


def test_every_radiologist_and_the_standard_are_found(tmp_path: Path) -> None:
    """Any radiologist_*.csv is a reader; other files are left alone."""
    _write(tmp_path, "model_a_scores.csv", "Study,Edema", "s1,0.5")
    for name in ("radiologist_c.csv", "radiologist_dd.csv", "reference_standard.csv", "notes.csv"):
        _write(tmp_path, name, "Study,Edema", "s1,1")
    reads = read_directory(tmp_path)
    assert sorted(reads.radiologists) == ["c", "dd"]
    assert reads.reference == {"s1": {"Edema": True}}


def test_an_empty_cell_is_no_value(tmp_path: Path) -> None:
    """A score that was not given is absent, not zero."""
    _write(tmp_path, "model_a_scores.csv", "Study,Edema,Fracture", "s1,,0.25")
    assert read_directory(tmp_path).models[0].scores == {"s1": {"Fracture": 0.25}}


@pytest.mark.parametrize("cell", ["1.5", "nan", "high"])
def test_a_score_outside_0_1_is_refused_with_its_line(tmp_path: Path, cell: str) -> None:
    """The refusal names the file and the line."""
    _write(tmp_path, "model_a_scores.csv", "Study,Edema", "s1,0.5", f"s2,{cell}")
    with pytest.raises(Refusal) as refused:
        read_directory(tmp_path)
    assert (refused.value.code, refused.value.at) == ("reads.malformed", "model_a_scores.csv:3")


def test_a_table_without_studies_is_refused(tmp_path: Path) -> None:
    """A file without a Study column cannot be joined to anything."""
    _write(tmp_path, "model_a_scores.csv", "Id,Edema", "s1,0.5")
    with pytest.raises(Refusal, match="reads.malformed"):
        read_directory(tmp_path)


@pytest.mark.parametrize("lines", [["s1,0.5", "s1,0.6"], ["s1,0.5,0.7"]], ids=["twice", "too long"])
def test_an_ambiguous_row_is_refused(tmp_path: Path, lines: list[str]) -> None:
    """A study that comes twice, or more cells than headings: nobody can say which value counts."""
    _write(tmp_path, "model_a_scores.csv", "Study,Edema", *lines)
    with pytest.raises(Refusal, match="reads.malformed") as refused:
        read_directory(tmp_path)
    assert refused.value.at == f"model_a_scores.csv:{1 + len(lines)}"


def test_another_encoding_is_refused(tmp_path: Path) -> None:
    """A table saved in an old Windows encoding is named, not guessed at."""
    (tmp_path / "model_a_scores.csv").write_bytes("Study,Отёк\ns1,0.5\n".encode("cp1251"))
    with pytest.raises(Refusal, match="reads.malformed") as refused:
        read_directory(tmp_path)
    assert refused.value.facts["reason"] == "not UTF-8"


def test_a_byte_order_mark_and_odd_names_do_no_harm(tmp_path: Path) -> None:
    """What a spreadsheet writes is read; any name a file can have is a model's name."""
    (tmp_path / "model_Мой ИИ v2_scores.csv").write_bytes("\ufeffStudy,Edema\r\ns1,0.5\r\n".encode())
    (model,) = read_directory(tmp_path).models
    assert (model.name, model.scores) == ("Мой ИИ v2", {"s1": {"Edema": 0.5}})


def test_a_directory_without_models_is_refused(tmp_path: Path) -> None:
    """Nothing to replay is said, not passed over."""
    with pytest.raises(Refusal, match="reads.missing"):
        read_directory(tmp_path)


def test_headings_in_another_alphabet_stay_apart() -> None:
    """Two Russian headings are two findings, each a legal code."""
    codes = [finding_code(label) for label in ("Отёк лёгких", "Плевральный выпот", "X", "Очаг > 8 мм " * 9)]
    assert len(set(codes)) == 4
    assert all(re.fullmatch(r"[a-z][a-z0-9_]{1,39}", code) for code in codes)


@pytest.mark.parametrize(
    ("label", "code"),
    [("Pleural Effusion", "pleural_effusion"), ("2nd rib", "f_2nd_rib"), ("A/B  c", "a_b_c")],
)
def test_a_heading_becomes_a_finding_code(label: str, code: str) -> None:
    """Codes are lower case, begin with a letter and have no spaces."""
    assert finding_code(label) == code
