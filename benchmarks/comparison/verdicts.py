# Copyright 2026 Cognityv
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The targets, and whether a run meets them. No Odoo here."""

from typing import NamedTuple

from .measured import divide

CORE_RATIO, FLOOR_RATIO, GROWTH, SMALL_RATIO, OPENING_RATIO = 20, 2.5, 1.2, 20, 1.2
FILL_SECONDS, FILL_MB = 10, 300
SMALL, MIDDLE, LARGE, LARGEST = 100, 1_000, 10_000, 100_000
NOT_MEASURED = "not measured"


class Verdict(NamedTuple):
    """
    :param met: None when it was not measured
    """

    target: str
    limit: str
    measured: str
    met: bool | None


def judge(measured):
    """
    :return: list of Verdict
    """
    return [judgement(measured) for judgement in JUDGEMENTS]


def judge_ratio(target, limit, value, met):
    """
    :param met: says of a value whether it is good enough
    """
    if value is None:
        return Verdict(target, limit, NOT_MEASURED, None)
    return Verdict(target, limit, f"{value:.2f}", met(value))


def judge_core(measured):
    core, ours = (measured.validate_seconds("each", LARGE, contender) for contender in ("core", "sets"))
    target = f"validate {LARGE:,} lines: Odoo core's time / ours"
    return judge_ratio(target, f"{CORE_RATIO} or more", divide(core, ours), lambda ratio: ratio >= CORE_RATIO)


def judge_floor(measured):
    ours, floor = (measured.validate_seconds("each", LARGE, contender) for contender in ("sets", "floor"))
    target = f"validate {LARGE:,} lines: our time / SQL floor's"
    return judge_ratio(target, f"{FLOOR_RATIO} or less", divide(ours, floor), lambda ratio: ratio <= FLOOR_RATIO)


def judge_growth(measured):
    few, many = (measured.validate_seconds("each", lines, "sets") for lines in (MIDDLE, LARGEST))
    ratio = divide(many and many / LARGEST, few and few / MIDDLE)
    target = f"validate: time a line at {LARGEST:,} / at {MIDDLE:,}"
    return judge_ratio(target, f"{GROWTH} or less", ratio, lambda ratio: ratio <= GROWTH)


def judge_small(measured):
    many, one = (measured.seconds("small", MIDDLE, "sets", [step]) for step in ("many", "one"))
    target = f"{MIDDLE:,} sheets of one line / one of {MIDDLE:,}"
    return judge_ratio(target, f"{SMALL_RATIO} or more", divide(many, one), lambda ratio: ratio >= SMALL_RATIO)


def judge_fill(measured):
    target, limit = f"fill {LARGEST:,} lines", f"{FILL_SECONDS} s and {FILL_MB} MB more, or less"
    seconds = measured.seconds("start", LARGEST, "sets", ["fill"])
    growth = measured.growth("start", LARGEST, "sets", "fill")
    if seconds is None:
        return Verdict(target, limit, NOT_MEASURED, None)
    met = seconds <= FILL_SECONDS and growth <= FILL_MB
    return Verdict(target, limit, f"{seconds:.2f} s, {growth:.0f} MB more", met)


def judge_statements(measured):
    """Independent of the number of lines: the same number for all."""
    found = {lines: measured.validate_statements("each", lines, "sets") for lines in measured.sizes("each")}
    found = {lines: statements for lines, statements in found.items() if statements is not None}
    target, limit = "validate: statements, by number of lines", "the same"
    if len(found) < 2:
        return Verdict(target, limit, NOT_MEASURED, None)
    text = ", ".join(f"{lines:,}: {statements:.0f}" for lines, statements in found.items())
    return Verdict(target, limit, text, len(set(found.values())) == 1)


def judge_opening(measured):
    few, many = (measured.seconds("opening", lines, "sets") for lines in (SMALL, LARGEST))
    target = f"open a sheet of {LARGEST:,} lines / of {SMALL:,}"
    return judge_ratio(target, f"{OPENING_RATIO} or less", divide(many, few), lambda ratio: ratio <= OPENING_RATIO)


JUDGEMENTS = (
    judge_core,
    judge_floor,
    judge_growth,
    judge_small,
    judge_fill,
    judge_statements,
    judge_opening,
)
