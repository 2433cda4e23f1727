# Copyright 2026 Cognityv
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The benchmark of inventory sheets beside Odoo's Apply, OCA's add-on and plain SQL; ../bench.py is its command line.

What there is, without Odoo: `scenarios` (rows and contenders by name), `measured` (what a file of results says),
`report` (tables), `verdicts` (targets), `plot` (picture), `browser` (opens sheets in Chromium).
What measures: `contenders` and `floor` (what each does), `seeding`, `grounds` (the database of each), `measuring`
(one run), `opening` (the row in the browser), `results` (the files), `extras` (what only the benchmark installs).
Used by the other benchmarks too: `databases`, `processes`, `machine`, `apart`.
"""
