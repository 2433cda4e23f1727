"""A worker that is killed while it starts a sheet in the background.

Called with: path of the configuration and database. Does what waits; once a sheet is started, and nothing of it
committed, it says "started" and waits for its end.
"""

import sys
import time
from unittest.mock import patch

import odoo
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry


def main(config, database):
    odoo.tools.config.parse_config(["-c", config, "-d", database, "--log-level=critical"])
    with Registry(database).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        sheet_class = env.registry["stock.inventory.sheet"]
        start = sheet_class.action_start

        def start_and_wait(self):
            start(self)
            self.env.flush_all()
            sys.stdout.write("started\n")
            sys.stdout.flush()
            time.sleep(600)

        with patch.object(sheet_class, "action_start", start_and_wait):
            env["stock.inventory.job"]._cron_run()


if __name__ == "__main__":
    main(*sys.argv[1:])
