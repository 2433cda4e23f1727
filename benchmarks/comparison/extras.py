# Copyright 2026 Cognityv
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What only the benchmark needs and only the benchmark installs: OCA's add-on, and tools in an environment of their own."""

import shutil
import subprocess
import sys
from pathlib import Path

from .databases import Failure

OCA_MODULE = "stock_inventory"
PIP = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check")


class Extras:
    """Below the folder of `./cognityv`; deleting it has them installed again.

    :param root: the repository
    :param conf: Odoo's configuration file
    """

    def __init__(self, root, conf):
        self.requirements = Path(root) / "benchmarks"
        self.folder = Path(conf).parent / "bench"

    def ensure_oca(self):
        """
        :return: the folder to be added to Odoo's path of add-ons
        :raises Failure: when the registry of packages cannot be reached
        """
        target = self.folder / "oca"
        command = [sys.executable, *PIP, "--no-deps", "--target", target]
        self.ensure(target, "requirements-oca.txt", lambda: [command])
        return target / "odoo" / "addons"

    def ensure_tools(self):
        """
        :return: the Python that has them
        :raises Failure: when the registry of packages cannot be reached
        """
        target = self.folder / "tools"
        python = target / "bin" / "python"
        self.ensure(target, "requirements-tools.txt", lambda: [[sys.executable, "-m", "venv", target], [python, *PIP]])
        return python

    def ensure(self, target, name, commands):
        """Install unless it is there: by the commands, the last of which takes the file of requirements.

        :param target: the folder that has it then
        """
        requirements = self.requirements / name
        mark = target / "installed.txt"
        if mark.exists() and mark.read_text() == requirements.read_text():
            return
        shutil.rmtree(target, ignore_errors=True)
        *before, last = commands()
        for command in [*before, [*last, "-r", requirements]]:
            done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
            if done.returncode:
                raise Failure(f"{name} could not be installed: {done.stderr.strip()[-500:]}")
        mark.write_text(requirements.read_text())
