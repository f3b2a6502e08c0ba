# SPDX-License-Identifier: Apache-2.0
"""Directories of reads as plain tables, and a model's figures counted from them with no code of ours."""

from __future__ import annotations

import csv
from pathlib import Path

from nadzor.simulate.reads import write_reads
from tests.shared import SHARED


def some_reads(room: Path) -> Path:
    """The real reads where they are, simulated ones elsewhere."""
    real = SHARED / "real-ai-reads"
    return real if real.is_dir() else write_reads(room, seed=2)


def table(file):
    """Study -> heading -> cell."""
    with file.open(newline="", encoding="utf-8") as lines:
        return {row.pop("Study"): row for row in csv.DictReader(lines)}


def write_table(file, rows, headings):
    """Write rows with these headings, the study in the last column."""
    with file.open("w", newline="", encoding="utf-8") as lines:
        writer = csv.writer(lines)
        writer.writerow([*headings, "Study"])
        writer.writerows([*(row[name] for name in headings), study] for study, row in rows.items())


def write_other_reads(room, source):
    """Another directory of the same shape: shuffled, without decisions, another radiologist, a bad model."""
    room.mkdir()
    first, second = sorted(source.glob("model_*_scores.csv"))[:2]
    decided = table(first.with_name(first.name.replace("_scores", "_decisions")))
    scores = dict(reversed(table(first).items()))
    names = sorted(next(iter(scores.values())), reverse=True)
    write_table(room / "model_shuffled_scores.csv", scores, names)
    write_table(room / "model_shuffled_decisions.csv", decided, names[1:] + names[:1])
    write_table(room / "model_undecided_scores.csv", table(second), names)
    poor = {
        study: {name: f"{1 - float(cell):.9f}" for name, cell in row.items()} for study, row in scores.items()
    }
    wrong = {
        study: {name: str(1 - int(cell)) for name, cell in row.items()} for study, row in decided.items()
    }
    write_table(room / "model_poor_scores.csv", poor, names)
    write_table(room / "model_poor_decisions.csv", wrong, names)
    for file in ("radiologist_a.csv", "reference_standard.csv"):
        (room / file).write_bytes((source / file).read_bytes())
    (room / "radiologist_carol.csv").write_bytes((source / "radiologist_b.csv").read_bytes())
    return room


def figures(reads, model, finding):
    """AUC, sensitivity, specificity and agreement of one model and finding, by counting."""
    scores, truth = table(reads / f"model_{model}_scores.csv"), table(reads / "reference_standard.csv")
    file = reads / f"model_{model}_decisions.csv"
    decided = table(file) if file.exists() else {}
    present = [float(scores[study][finding]) for study in scores if truth[study][finding] == "1"]
    absent = [float(scores[study][finding]) for study in scores if truth[study][finding] == "0"]
    beats = sum((p > a) + (p == a) / 2 for p in present for a in absent)
    pairs = [(row[finding], truth[study][finding]) for study, row in decided.items()]
    views = [
        row[finding] == seen[study][finding]
        for seen in map(table, sorted(reads.glob("radiologist_*.csv")))
        for study, row in decided.items()
    ]
    return {
        "n": len(scores),
        "positives": len(present),
        "auc": beats / (len(present) * len(absent)),
        "sensitivity": share([said == "1" for said, true in pairs if true == "1"]),
        "specificity": share([said == "0" for said, true in pairs if true == "0"]),
        "agreement": share(views),
    }


def share(holds):
    """How many of them hold; None of none."""
    return sum(holds) / len(holds) if holds else None
