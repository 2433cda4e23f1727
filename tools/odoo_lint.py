#!/usr/bin/env python3
# Copyright 2026 Cognityv
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Runs Odoo's own `test_lint` over our add-ons only: odoo_lint.py CONF ADDON...

As an ordinary module, `test_lint` reads all of Odoo, for many minutes; what it enumerates is
narrowed here to the add-ons named. Some checks read the registry, hence a database where the
add-ons are installed: COGNITYV_LINT_DATABASE, else cognityv_template. Nothing is written to
it, but nobody can copy it while this runs.

Every check that this Odoo's `test_lint` has is run, one added by a later release too, but:

* test_l10n: reads modules named l10n_* only.
* test_eslint: needs Node.js, eslint 8 and its prettier plug-in, and a point-of-sale add-on to read.

A check also fails when it is skipped, or when it logs a warning: that is how some of
`test_lint` tell what they found. test_docstring looks at one method of each name only;
test_index and test_routes read all that is installed, of which Odoo's part passes.
"""

import argparse
import contextlib
import logging
import os
import re
import sys
import time
from unittest.mock import patch

from odoo.modules import Manifest
from odoo.modules.registry import Registry
from odoo.tests.loader import get_module_test_cases, get_test_modules, run_suite
from odoo.tests.suite import OdooSuite
from odoo.tools import config
from odoo.tools.which import defpath

import odoo.addons

LEFT_OUT = {"test_l10n": "reads l10n_* only", "test_eslint": "needs eslint of Node.js"}
SUBTEST_OF_MODULE = re.compile(r"\w+: Subtest [^\n]*?\(module='(\w+)'")


class Findings(logging.Handler):
    """What the checks find, as they log it: Odoo's test runner logs failures too.

    A model that we extend has methods of Odoo's; what is found in those is dropped.
    """

    def __init__(self, addons):
        super().__init__(logging.WARNING)
        self.addons = addons
        self.messages = []

    def emit(self, record):
        message = record.getMessage()
        subtest = SUBTEST_OF_MODULE.match(message)
        if not subtest or subtest[1] in self.addons:
            self.messages.append(f"{record.name}: {message}")


def configure(conf, addons):
    """Read Odoo's configuration, and take what it logs from the screen into the findings."""
    database = os.environ.get("COGNITYV_LINT_DATABASE", "cognityv_template")
    config.parse_config(["-c", conf, "-d", database, "--no-http", "--log-level=warn"], setup_logging=True)
    findings = Findings(addons)
    logging.getLogger().handlers = [findings]
    # Where Odoo looks for programs: `pylint` is beside Python in a virtual environment.
    defpath.insert(0, os.path.dirname(sys.executable))
    return database, findings


def ensure_installed(database, addons):
    if missing := set(addons) - Registry(database)._init_modules:
        sys.exit(f"odoo_lint: the database {database} lacks {', '.join(sorted(missing))}")


def our_models(database, addons):
    """The models that our add-ons define or extend, instead of all."""
    return {
        name: model
        for name, model in Registry(database).items()
        if any(base.__dict__.get("_module") in addons for base in model.mro())
    }


def narrowed(addons):
    """For each test module that needs it, a function that makes the patches to narrow what it reads."""
    paths = [Manifest.for_addon(name).path for name in addons]
    registry = {"Registry": lambda database: our_models(database, addons)}
    prefix = "odoo.addons.test_lint.tests."
    return {
        "test_naming": lambda: [patch.multiple(f"{prefix}test_naming", **registry)],
        "test_override_signatures": lambda: [patch.multiple(f"{prefix}test_override_signatures", **registry)],
        # The empty prefix: Odoo holds only `base` to proper reStructuredText, we hold ourselves to it too.
        "test_docstring": lambda: [patch.multiple(f"{prefix}test_docstring", MODULES_TO_LINT=("",), **registry)],
        "test_pylint": lambda: [patch.object(config, "root_path", paths[0])],
        "test_markers": lambda: [patch.object(odoo.addons, "__path__", paths), patch.object(odoo, "__path__", [])],
    }


def run(module, patches, findings):
    """Run the tests of one module of `test_lint`.

    :return: how many, and what they found
    """
    cases = list(get_module_test_cases(module))
    findings.messages = []
    with contextlib.ExitStack() as stack:
        for patcher in patches:
            stack.enter_context(patcher)
        result = run_suite(OdooSuite(cases))
    if result.skipped:
        findings.messages.append(f"{result.skipped} of its tests were skipped")
    return len(cases), findings.messages


def report(name, count, messages, seconds):
    print(f"  {name}: {count} tests, {len(messages)} findings, {seconds:.1f} s", flush=True)
    for message in messages:
        print("    " + message.rstrip().replace("\n", "\n    "), flush=True)


def run_all(addons, findings):
    """Run every check; return the names of those that failed."""
    patches, failed = narrowed(addons), []
    for module in get_test_modules("test_lint"):
        name = module.__name__.rpartition(".")[2]
        if name in LEFT_OUT:
            print(f"  {name}: left out, {LEFT_OUT[name]}")
            continue
        started = time.monotonic()
        count, messages = run(module, patches.get(name, list)(), findings)
        report(name, count, messages, time.monotonic() - started)
        failed += [name] if messages else []
    return failed


def main():
    parser = argparse.ArgumentParser(description="Odoo's test_lint over some add-ons only.")
    parser.add_argument("conf", help="Odoo's configuration file")
    parser.add_argument("addons", nargs="+", metavar="addon")
    options = parser.parse_args()
    database, findings = configure(options.conf, options.addons)
    ensure_installed(database, options.addons)
    manifests = [Manifest.for_addon(name) for name in options.addons]
    with patch.object(Manifest, "all_addon_manifests", lambda: manifests):
        failed = run_all(options.addons, findings)
    print(f"test_lint of {', '.join(options.addons)}: {'failed: ' + ', '.join(failed) if failed else 'passed'}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
