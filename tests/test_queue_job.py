"""Background work where OCA's `queue_job` is installed: the real one, with its runner, and without Odoo's scheduler."""

import os
import re
import socket
import subprocess
import time
from pathlib import Path

import psycopg2
import pytest

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "tests" / "requirements-queue.txt"


@pytest.fixture(scope="module")
def queue_addons(script, tmp_path_factory):
    """The folder of the add-on; with what it needs, in a folder that only this test's processes look into."""
    target = tmp_path_factory.mktemp("queue")
    command = [script.PYTHON, "-m", "pip", "install", "--quiet", "--no-deps", "--target", target, "-r", REQUIREMENTS]
    subprocess.run([str(part) for part in command], check=True)
    return target


class Odoo:
    """Commands of Odoo on a database, with the add-on in reach."""

    def __init__(self, script, settings, database, queue_addons):
        addons = f"{settings['addons_path']},{queue_addons / 'odoo' / 'addons'}"
        options = [f"--addons-path={addons}", "--max-cron-threads=0", "--log-level=warn"]
        self.options = ["-c", script.CONF, "-d", database, *options]
        self.databases = script.set_up()
        self.environment = {**os.environ, "PYTHONPATH": str(queue_addons)}

    def start(self, *arguments, **options):
        command = [str(part) for part in self.databases.odoo_command(*arguments)]
        return subprocess.Popen(command, env=self.environment, text=True, **options)

    def run(self, *arguments, **options):
        process = self.start(*arguments, *self.options, "--no-http", stdout=subprocess.PIPE, **options)
        output, _errors = process.communicate(timeout=300)
        assert process.returncode == 0, output
        return output


def get_free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(connection, query, timeout=60):
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        with connection, connection.cursor() as cr:
            cr.execute(query)
            if (rows := cr.fetchall()) and all(row[0] for row in rows):
                return True
        time.sleep(0.2)
    return False


def test_the_queue_does_the_work(script, options, database, queue_addons):
    odoo = Odoo(script, options, database, queue_addons)
    odoo.run("-i", "queue_job", "--stop-after-init")
    with (ROOT / "tests" / "queue_begin.py").open() as begin:
        job_id = int(re.search(r"JOB (\d+)", odoo.run("shell", stdin=begin)).group(1))
    connection = psycopg2.connect(dbname=database, **{key: options[f"db_{key}"] for key in ("host", "port", "user")})
    server = odoo.start(*odoo.options, f"--http-port={get_free_port()}", "--load=base,web,queue_job")
    try:
        done = f"SELECT state = 'done' FROM stock_inventory_job WHERE id = {job_id}"
        assert wait_for(connection, done)
        assert wait_for(connection, "SELECT state = 'done' FROM queue_job WHERE model_name = 'stock.inventory.job'")
        assert wait_for(connection, "SELECT count(*) = 1 FROM stock_inventory_sheet_line")
    finally:
        connection.close()
        server.terminate()
        server.wait(timeout=60)
