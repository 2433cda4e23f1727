"""Reads a count file (XLSX or CSV) into rows of text and numbers. Knows nothing of Odoo."""

import csv
import io
import zipfile

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

DELIMITERS = ";,\t|"


class UnreadableFile(Exception):
    """Neither a spreadsheet nor a text file of columns."""


def read_rows(content):
    """All rows of a file, the header included.

    :param content: bytes of an XLSX workbook (its first sheet is read) or of a CSV file in UTF-8 or Windows-1252
    :return: list of (row number as a spreadsheet shows it, list of cell values), empty rows left out
    :raises UnreadableFile: when it is neither
    """
    rows = _read_xlsx(content) if content.startswith(b"PK") else _read_csv(content)
    return [(number, cells) for number, cells in rows if any(cell not in (None, "") for cell in cells)]


def _read_xlsx(content):
    try:
        workbook = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise UnreadableFile from error
    sheet = workbook.worksheets[0]
    return [(number, list(cells)) for number, cells in enumerate(sheet.iter_rows(values_only=True), 1)]


def _read_csv(content):
    text = _decode(content)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    rows = []
    try:
        for cells in reader:
            rows.append((reader.line_num, [cell.strip() for cell in cells]))
    except csv.Error as error:
        raise UnreadableFile from error
    return rows


def _decode(content):
    if b"\0" in content:
        raise UnreadableFile
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _delimiter(text):
    """The candidate that cuts the header, its first line, into the most columns."""
    header = text.lstrip("\r\n").partition("\n")[0]
    return max(DELIMITERS, key=lambda char: len(next(csv.reader([header], delimiter=char), [])))
