# Copyright 2026 Cognityv
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A run in which a test was skipped fails.

Odoo skips a browser test when it finds no browser, and pytest would call that a success:
a skipped test has tested nothing.
"""

import pytest


def skipped_tests(config):
    """The reports of skipped tests, subtests and whole test files."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    reports = [report for kind in reporter.stats.values() for report in kind] if reporter else []
    # A test that is expected to fail, and does, has run; pytest calls that skipped as well.
    return [report for report in reports if getattr(report, "skipped", False) and not hasattr(report, "wasxfail")]


def pytest_sessionfinish(session):
    # Before pytest's own summary, which takes the exit status as it is then.
    if session.exitstatus == pytest.ExitCode.OK and skipped_tests(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter):
    # Called before pytest prints its closing line, which stays the last one.
    if skipped := skipped_tests(terminalreporter.config):
        terminalreporter.section("skipped, hence failed", red=True)
        for report in skipped:
            terminalreporter.line(report.nodeid, red=True)
