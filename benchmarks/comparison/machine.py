# Copyright 2026 Cognityv
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the numbers depend on."""

import os
import platform
import re
import subprocess
import time
from pathlib import Path

import odoo.release


def describe_machine(cluster):
    """What the numbers depend on; nothing that says whose machine it is."""
    settings = ("server_version", "shared_buffers", "fsync", "synchronous_commit")
    postgres = {name: cluster.execute(f"SHOW {name}")[0][0] for name in settings}
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    model = re.search(r"^model name\s*: (.*)", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return {
        "cores": os.cpu_count(),
        "processor": model.group(1) if model else platform.machine(),
        "memory_gb": round(memory / 1e9, 1),
        "load_before": round(os.getloadavg()[0], 2),
        "loop_seconds_before": time_of_loop(),
        "system": f"{platform.system()} {platform.release().split('-')[0]}",
        "postgresql": postgres,
        "python": platform.python_version(),
        "odoo": odoo.release.version,
    }


def time_of_loop():
    """Seconds that Python takes to count to five million: how fast the machine is at this moment."""
    started = time.perf_counter()
    for _number in range(5_000_000):
        pass
    return round(time.perf_counter() - started, 3)


def describe_revision(root):
    """The commit that was measured, with a + when files of the add-ons differ from it."""

    def git(*arguments):
        return subprocess.run(["git", "-C", root, *arguments], capture_output=True, text=True).stdout.strip()

    revision = git("rev-parse", "--short", "HEAD")
    return revision + ("+" if git("status", "--porcelain", "--", "cognityv_*") else "")
