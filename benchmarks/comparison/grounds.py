# Copyright 2026 Cognityv
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The database of each contender, and the process with its registry that forks a process for each run.

Odoo core and OCA's add-on are measured without our add-ons in the database, so that nothing of ours takes their time.
"""

import contextlib
import multiprocessing
import os
import subprocess
import sys

from odoo.modules.registry import Registry
from odoo.sql_db import close_all

from .databases import PREFIX, Failure
from .extras import OCA_MODULE
from .processes import FORK, in_child
from .scenarios import WARM_UP_LINES
from .seeding import seed_areas


class Ground:
    """A seeded database, made anew from its seed for each run."""

    def __init__(self, cluster, key, template):
        self.cluster = cluster
        self.template = template
        self.name = f"{PREFIX}{os.getpid()}_{key}"
        self.seeded = f"{self.name}_seed"
        self.areas = {}
        self.process = self.connection = None

    def open(self):
        """Start the process that has the registry; the database has to be there."""
        self.connection, theirs = multiprocessing.Pipe()
        close_all()
        self.process = FORK.Process(target=live, args=(theirs, self.connection, self.name))
        self.process.start()
        theirs.close()

    def close(self):
        if self.process:
            with contextlib.suppress(OSError):
                self.connection.send(None)
            self.process.join(10)
            self.process.terminate()
            self.process.join()
        for name in (self.name, self.seeded):
            self.cluster.drop(name)

    def seed(self, sizes, products):
        """Make the stock of these sizes, of nothing but the installed add-ons."""
        self.cluster.copy(self.template, self.name)
        if not self.process:
            self.open()
        self.areas = self.ask(seed_areas, [WARM_UP_LINES, *sizes], products)
        self.cluster.copy(self.name, self.seeded)

    def reset(self):
        self.cluster.copy(self.seeded, self.name)

    def call(self, function, *arguments):
        """What `function` returns in a process of its own, given the database's name and its areas besides."""
        return self.ask(function, self.areas, *arguments)

    def run(self, function, *arguments):
        """Call on a fresh copy."""
        self.reset()
        return self.call(function, *arguments)

    def ask(self, function, *arguments):
        """
        :raises Failure: when it failed there
        """
        self.connection.send((function, arguments))
        try:
            succeeded, result = self.connection.recv()
        except EOFError:
            raise Failure("The process that measures has ended; was there too little memory?") from None
        if not succeeded:
            raise Failure(result)
        return result


def live(connection, others, database):
    """The body of a ground's process."""
    others.close()
    Registry(database)
    # Who asks may have been killed.
    with contextlib.suppress(EOFError):
        for function, arguments in iter(connection.recv, None):
            try:
                connection.send((True, in_child(function, database, *arguments)))
            except Failure as failure:
                connection.send((False, str(failure)))


@contextlib.contextmanager
def open_grounds(cluster, options, keys):
    """Those grounds that are needed.

    :param keys: of `scenarios.Contender.ground`
    :return: dict of key → Ground
    """
    made = f"{PREFIX}{os.getpid()}_made"
    templates = {"ours": options.template, "odoo": options.core_template, "oca": made}
    grounds = {key: Ground(cluster, key, templates[key]) for key in templates if key in keys}
    try:
        if "oca" in keys:
            install_oca(cluster, options, made)
        yield grounds
    finally:
        close_all()
        for ground in grounds.values():
            ground.close()
        cluster.drop(made)


def install_oca(cluster, options, name):
    """Make the database with OCA's add-on beside Odoo's own."""
    cluster.copy(options.core_template, name)
    paths = f"--addons-path={','.join([*options.addons_path, str(options.oca_folder)])}"
    command = [sys.executable, "-m", "odoo", "-c", options.conf, "-d", name, paths, "-i", OCA_MODULE]
    done = subprocess.run(
        [*command, "--stop-after-init", "--no-http", "--log-level=warn"], capture_output=True, text=True
    )
    if done.returncode:
        raise Failure(f"{OCA_MODULE} could not be installed:\n{done.stderr[-1500:]}")
