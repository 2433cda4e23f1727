# Copyright 2026 Cognityv
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The files of a run in results/: what was measured is written as it comes, so that whoever is cut off keeps it."""

import datetime
import json
import os
import subprocess
from pathlib import Path

from .machine import time_of_loop
from .report import make_report


class Results:
    """A file of results, its table and its plot beside it.

    :param path: of the JSON file
    :param content: as it is in the file
    """

    def __init__(self, path, content):
        self.path = path
        self.content = content

    @classmethod
    def begin(cls, root, description, settings, about):
        """A new file benchmarks/results/<date>-<description>.json."""
        path = get_free_path(root, description)
        date = datetime.date.today().isoformat()
        return cls(path, {"description": description, "date": date, "settings": [settings], **about, "cells": []})

    @classmethod
    def resume(cls, path, settings, about):
        """A file that a run before has left; its settings are kept beside these.

        Revision and machine have to be the same, as columns are compared.

        :param about: revision and machine of now
        :raises ValueError: when they are not
        """
        content = json.loads(Path(path).read_text())
        same = ("cores", "processor", "memory_gb", "postgresql", "python", "odoo")
        differing = [name for name in same if content["machine"][name] != about["machine"][name]]
        if content["revision"] != about["revision"]:
            differing.append("revision")
        if differing:
            raise ValueError(f"{path} was measured with another {', another '.join(differing)}; begin a new file.")
        content["settings"].append(settings)
        return cls(Path(path), content)

    def get_cell(self, row, lines, contender):
        """The cell, made when there is none."""
        key = {"row": row, "lines": lines, "contender": contender}
        for cell in self.content["cells"]:
            if key.items() <= cell.items():
                return cell
        self.content["cells"].append({**key, "runs": []})
        return self.content["cells"][-1]

    def get_runs(self, row, lines, contender):
        return self.get_cell(row, lines, contender)["runs"]

    def add_run(self, row, lines, contender, run):
        cell = self.get_cell(row, lines, contender)
        cell.pop("failure", None)
        cell["runs"].append(run)
        self.write()

    def add_failure(self, row, lines, contender, text):
        self.get_cell(row, lines, contender)["failure"] = text
        self.write()

    def write(self):
        """Whole or not at all."""
        self.path.parent.mkdir(exist_ok=True)
        partial = self.path.with_suffix(".part")
        partial.write_text(json.dumps(self.content, indent=1) + "\n")
        os.replace(partial, self.path)

    def close(self):
        """Nothing more is measured."""
        self.content["machine"]["loop_seconds_after"] = time_of_loop()
        self.content["cells"] = [cell for cell in self.content["cells"] if cell["runs"] or "failure" in cell]
        self.write()

    def publish(self, python):
        """Write the table and draw the plot.

        :param python: which has matplotlib
        :return: the table
        """
        report = make_report(self.content)
        picture = self.path.with_suffix(".svg")
        command = [str(python), "-m", "comparison.plot", str(self.path.resolve()), str(picture.resolve())]
        subprocess.run(command, check=True, cwd=Path(__file__).resolve().parents[1])
        if picture.exists():
            report += f"\n![Milliseconds a line against the number of lines]({picture.name})\n"
        self.path.with_suffix(".md").write_text(report)
        return report


def get_free_path(root, description):
    """benchmarks/results/<date>-<description>.json; a name that is taken gets a number."""
    folder = Path(root) / "benchmarks" / "results"
    folder.mkdir(exist_ok=True)
    stem = f"{datetime.date.today().isoformat()}-{description}"
    path, number = folder / f"{stem}.json", 1
    while path.exists():
        number += 1
        path = folder / f"{stem}-{number}.json"
    return path
