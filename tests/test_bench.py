"""What `./cognityv bench` makes of its measurements: medians, tables, verdicts, files. No database."""

import json
import re

import pytest

from benchmarks.comparison.measured import Measured, divide
from benchmarks.comparison.report import make_report, make_table
from benchmarks.comparison.results import Results
from benchmarks.comparison.scenarios import CONTENDERS, DEFAULT_ROWS, GAPS, ROWS
from benchmarks.comparison.verdicts import judge

MACHINE = {
    "cores": 2,
    "processor": "P",
    "memory_gb": 25.3,
    "load_before": 0.1,
    "loop_seconds_before": 0.06,
    "loop_seconds_after": 0.061,
    "system": "Linux 6",
    "python": "3.11.7",
    "odoo": "19.0",
    "postgresql": {"server_version": "15.1 (x)", "shared_buffers": "2GB", "fsync": "on", "synchronous_commit": "off"},
}


def cell(row, lines, contender, *runs):
    """A cell of runs, each a dict of step → seconds or (seconds, statements)."""
    return {"row": row, "lines": lines, "contender": contender, "runs": list(map(make_run, runs))}


def make_run(steps):
    values = {name: value if isinstance(value, tuple) else (value, 10) for name, value in steps.items()}
    measured = {
        name: {"seconds": seconds, "statements": statements, "growth_mb": 20.0 * number}
        for number, (name, (seconds, statements)) in enumerate(values.items(), 1)
    }
    return {"steps": measured, "peak_mb": 200.0, "growth_mb": 20.0 * len(values)}


def content(*cells):
    about = {"description": "trial", "date": "2026-01-02", "revision": "abc", "machine": MACHINE, "settings": {}}
    return {**about, "cells": list(cells)}


# All targets, reached by a hair.
GOOD = [
    cell("each", 1_000, "sets", {"validate": (1.0, 70)}),
    cell("each", 10_000, "core", {"count": 50.0, "apply": 200.0}),
    cell("each", 10_000, "sets", {"fill": 50.0, "validate": (10.0, 70)}),
    cell("each", 10_000, "floor", {"apply": 4.0}),
    cell("each", 100_000, "sets", {"validate": (120.0, 70)}),
    cell("small", 1_000, "sets", {"one": 2.0, "many": 40.0}),
    cell("start", 100_000, "sets", {"create": 1.0, "fill": 10.0, "start": 99.0}),
    cell("opening", 100, "sets", {"open": 1.0}),
    cell("opening", 100_000, "sets", {"open": 1.2}),
]


def get_verdicts(cells):
    return [verdict.met for verdict in judge(Measured(cells))]


def test_targets_are_met_at_their_limit():
    assert get_verdicts(GOOD) == [True] * 7


@pytest.mark.parametrize(
    ("number", "worse"),
    [
        (0, cell("each", 10_000, "core", {"count": 50.0, "apply": 199.0})),
        (1, cell("each", 10_000, "floor", {"apply": 3.9})),
        (2, cell("each", 100_000, "sets", {"validate": (121.0, 70)})),
        (3, cell("small", 1_000, "sets", {"one": 2.0, "many": 39.0})),
        (4, cell("start", 100_000, "sets", {"create": 1.0, "fill": 10.1, "start": 1.0})),
        (5, cell("each", 1_000, "sets", {"validate": (1.0, 69)})),
        (6, cell("opening", 100_000, "sets", {"open": 1.3})),
    ],
)
def test_target_that_is_missed(number, worse):
    """The later cell of the same place replaces the good one."""
    assert get_verdicts([*GOOD, worse]) == [place != number for place in range(7)]


def test_fill_that_takes_too_much_memory():
    run = make_run({"fill": 1.0, "start": 1.0})
    run["steps"]["fill"]["growth_mb"] = 301.0
    assert get_verdicts([*GOOD, {"row": "start", "lines": 100_000, "contender": "sets", "runs": [run]}])[4] is False


def test_what_was_not_measured_is_no_success():
    assert get_verdicts([]) == [None] * 7
    assert get_verdicts([cell("each", 10_000, "core", {"apply": 1.0})]) == [None] * 7


def test_median_of_the_steps_that_are_compared():
    runs = [{"apply": 1.0, "done": 0.5, "count": 9.0}, {"apply": 5.0, "done": 0.5}, {"apply": 2.0, "done": 0.5}]
    measured = Measured([cell("each", 100, "oca", *runs)])
    assert measured.validate_seconds("each", 100, "oca") == 2.5
    assert measured.seconds("each", 100, "oca") == 5.5
    assert measured.seconds("each", 100, "oca", ["fill"]) is None
    assert measured.growth("each", 100, "oca") == 60.0
    assert measured.growth("each", 100, "oca", "done") == 40.0
    assert divide(1.0, None) is divide(None, 1.0) is None


def test_report_says_what_is_there_and_why_something_is_not():
    failed = {"row": "each", "lines": 1_000, "contender": "oca", "runs": [], "failure": "no luck"}
    report = make_report(content(*GOOD, failed))
    assert re.search(r"\| 10,000 +\| +200\.00 \(20\.00\) \| .* 20\.0 \| +2\.5 \|", report)
    assert "OCA stock_inventory: failed: no luck (at 1,000)" in report
    assert "Odoo core: up to 10,000 lines (at 100,000)" in report
    assert "SQL floor: the floor is that of moving stock" in report
    assert "| met |" in report
    assert "NOT met" not in report
    assert "fsync on" in report


def test_table_is_aligned():
    lines = make_table(["a", "number"], [["long text", "1"], ["b", "22,222,222"]]).splitlines()
    assert len({len(line) for line in lines}) == 1
    assert lines[1] == "|-----------|-----------:|"


def test_every_row_says_what_becomes_of_every_contender():
    for name, row in ROWS.items():
        assert set(row.contenders) | set(row.absent) == set(CONTENDERS), name
        assert not set(row.contenders) & set(row.absent), name
        assert row.gap in GAPS
    assert set(DEFAULT_ROWS) < set(ROWS)


def test_gaps():
    for name, share in {"each": 100, "tenth": 10, "mixed": 90}.items():
        gaps = [GAPS[name](position) for position in range(100)]
        assert sum(gap != 0 for gap in gaps) == share, name
        assert set(gaps) - {0.0} == {1.0, -1.0}, name


def test_results_are_in_the_file_as_they_come(tmp_path):
    about = {"revision": "abc", "machine": dict(MACHINE)}
    results = begin(tmp_path, about)
    results.add_run("each", 100, "core", make_run({"apply": 1.0}))
    results.add_failure("each", 100, "oca", "no luck")
    again = Results.resume(results.path, {"runs": 2}, about)
    assert len(again.get_runs("each", 100, "core")) == 1
    again.add_run("each", 100, "oca", make_run({"apply": 2.0}))
    assert not list(results.path.parent.glob("*.part"))
    written = json.loads(results.path.read_text())
    assert written["settings"] == [{}, {"runs": 2}]
    cells = written["cells"]
    assert [(found["contender"], len(found["runs"])) for found in cells] == [("core", 1), ("oca", 1)]
    assert not any("failure" in found for found in cells)
    with pytest.raises(ValueError, match="revision"):
        Results.resume(results.path, {}, {**about, "revision": "other"})
    with pytest.raises(ValueError, match="cores"):
        Results.resume(results.path, {}, {**about, "machine": {**MACHINE, "cores": 64}})


def begin(folder, about):
    (folder / "benchmarks").mkdir()
    return Results.begin(folder, "trial", {}, about)


def test_name_that_is_taken_gets_a_number(tmp_path):
    about = {"revision": "abc", "machine": dict(MACHINE)}
    first = begin(tmp_path, about)
    first.write()
    assert Results.begin(tmp_path, "trial", {}, about).path.stem == f"{first.path.stem}-2"
