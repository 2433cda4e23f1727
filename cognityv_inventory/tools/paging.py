"""Tables cut into pages before they are printed: wkhtmltopdf without its own Qt repeats neither headers nor table heads."""

import textwrap
import unicodedata

from odoo.addons.base.models.ir_actions_report import _wkhtml

# wkhtmltopdf without its own Qt, as Debian has it, shrinks what it prints to this, whatever the paper format says.
SHRUNK_TO = 0.77


def get_paper_zoom():
    """By how much a page has to be enlarged for a pixel of it to be 1/96 inch on paper.

    :return: factor for the CSS property `zoom`
    """
    return 1.0 if _wkhtml().is_patched_qt else round(1 / SHRUNK_TO, 2)


def paginate(blocks, capacity):
    """Cut blocks of rows into pages. A block begins on a page only with its first row, and its head is repeated.

    :param blocks: list of (height of the head, list of the heights of the rows)
    :param capacity: the height of a page, in the same measure; a row that is higher has a page for itself
    :return: list of pages, each a list of (index of the block, its first row on the page, the row after its last one)
    """
    pages, page, left = [], [], capacity
    for index, (head, rows) in enumerate(blocks):
        start = 0
        while start < len(rows) or start == 0:
            needed = head + sum(rows[start : start + 1])
            if page and needed > left:
                pages.append(page)
                page, left = [], capacity
            end = _get_end(rows, start, left - head)
            page.append((index, start, end))
            left -= head + sum(rows[start:end])
            if end == len(rows):
                break
            start = end
    return [*pages, page] if page else pages


def _get_end(rows, start, room):
    """The row after the last one that has room; one always has."""
    end = start
    while end < len(rows) and (rows[end] <= room or end == start):
        room -= rows[end]
        end += 1
    return end


# Letters that are half as wide again as the average, or more.
WIDE_LETTERS = "MW@%m"


def count_text_lines(text, width):
    """How many lines a text takes in a column.

    :param width: of the column, in characters of average width; Chinese and the like take two, and so do wide letters
    """
    text = "".join(char * (2 if _is_wide(char) else 1) for char in text)
    return sum(len(textwrap.wrap(part, width)) or 1 for part in text.split("\n"))


def _is_wide(char):
    return char in WIDE_LETTERS or (not char.isascii() and unicodedata.east_asian_width(char) in "WF")
