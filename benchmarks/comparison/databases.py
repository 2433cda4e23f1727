# Copyright 2026 Cognityv
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Scratch databases: copied from a prepared one, and dropped at the end."""

import configparser
import contextlib
import os
import re
import shutil
from pathlib import Path

import psycopg2

from odoo.api import Environment
from odoo.modules.registry import Registry
from odoo.sql_db import close_all

PREFIX = "cognityv_bench_"


class Failure(Exception):
    """One sentence for the person at the keyboard."""


class Cluster:
    """Copies and drops databases and their file stores."""

    def __init__(self, conf):
        self.conf = conf
        parsed = configparser.RawConfigParser()
        parsed.read(conf)
        self.options = parsed["options"]
        self.filestore = Path(self.options["data_dir"]) / "filestore"

    def execute(self, statement):
        """The rows of one statement that cannot run in a transaction; () when it has none."""
        keys = {"host": "db_host", "port": "db_port", "user": "db_user", "password": "db_password"}
        access = {key: self.options[name] for key, name in keys.items() if self.options.get(name, "False") != "False"}
        connection = psycopg2.connect(dbname="postgres", **access)
        try:
            connection.autocommit = True
            with connection.cursor() as cr:
                cr.execute(statement)
                return cr.fetchall() if cr.description else ()
        finally:
            connection.close()

    def names(self):
        return [row[0] for row in self.execute("SELECT datname FROM pg_database")]

    def copy(self, source, name):
        """Make `name` a copy of `source`, to which nobody may be connected."""
        self.drop(name)
        version = int(self.execute("SHOW server_version_num")[0][0])
        strategy = "STRATEGY file_copy" if version >= 150000 else ""
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{source}" {strategy}')
        files = self.filestore / source
        if files.exists():
            # Files of a file store are named by their content and never change: a hard link will do.
            shutil.copytree(files, self.filestore / name, copy_function=os.link)

    def drop(self, name):
        self.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        shutil.rmtree(self.filestore / name, ignore_errors=True)

    def drop_stale(self):
        """Drop what runs that were killed have left."""
        for name in self.names():
            match = re.match(PREFIX + r"(\d+)", name)
            if match and not Path(f"/proc/{match.group(1)}").exists():
                self.drop(name)

    @contextlib.contextmanager
    def scratch(self, template):
        """A copy of `template` to work in, and the name of another database to keep a copy of it in."""
        name = f"{PREFIX}{os.getpid()}"
        seed = f"{name}_seed"
        try:
            self.copy(template, name)
            yield name, seed
        finally:
            close_all()
            self.drop(name)
            self.drop(seed)


@contextlib.contextmanager
def transaction(database):
    """An environment of the administrator; committed at the end."""
    with Registry(database).cursor() as cr:
        admin = Environment(cr, 1, {}).ref("base.user_admin")
        yield Environment(cr, admin.id, {})


def vacuum(database):
    """Let PostgreSQL know what is in the tables, as autovacuum would sooner or later."""
    with Registry(database).cursor() as cr:
        cr._cnx.rollback()
        cr._cnx.autocommit = True
        cr.execute("VACUUM ANALYZE")
        cr._cnx.autocommit = False
