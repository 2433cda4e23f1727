"""Reads a count file (XLSX or CSV) into rows of text and numbers. Knows nothing of Odoo."""

import csv
import io
import zipfile
import zlib

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

DELIMITERS = ";,\t|"
# What a file that is none, or a broken one, makes openpyxl and csv raise; XML errors are SyntaxErrors.
UNREADABLE = (
    InvalidFileException,
    zipfile.BadZipFile,
    zlib.error,
    csv.Error,
    AttributeError,
    EOFError,
    KeyError,
    OSError,
    RuntimeError,
    SyntaxError,
    ValueError,
)
# A sheet of 100,000 lines has some 20 MB of XML; a file that unpacks to far more is an attack.
MAX_UNPACKED_BYTES = 500 * 2**20
# Spreadsheets write these lines first to say how they separate.
SEPARATOR_LINE = "sep="


class UnreadableFile(Exception):
    """Neither a spreadsheet nor a text file of columns."""


def read_rows(content):
    """All rows of a file, the header included.

    :param content: bytes of an XLSX workbook (its first sheet is read) or of a CSV file in UTF-8, UTF-16 or Windows-1252
    :return: list of (row number as a spreadsheet shows it, list of cell values), empty rows left out
    :raises UnreadableFile: when it is neither
    """
    try:
        rows = _read_xlsx(content) if content.startswith(b"PK") else _read_csv(content)
    except UNREADABLE as error:
        raise UnreadableFile from error
    return [(number, cells) for number, cells in rows if any(cell not in (None, "") for cell in cells)]


def _read_xlsx(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(part.file_size for part in archive.infolist()) > MAX_UNPACKED_BYTES:
            raise UnreadableFile
    workbook = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    sheet = workbook.worksheets[0]
    # Some programs write a wrong size of the sheet, and the reader would believe it.
    sheet.reset_dimensions()
    return [
        (number, list(cells))
        for number, cells in enumerate(sheet.iter_rows(values_only=True), 1)
        if any(cell not in (None, "") for cell in cells)
    ]


def _read_csv(content):
    lines = _decode(content).splitlines(keepends=False)
    skipped = 1 if lines and lines[0].lower().startswith(SEPARATOR_LINE) else 0
    delimiter = lines[0][len(SEPARATOR_LINE) :][:1] if skipped else _delimiter(lines)
    reader = csv.reader((line + "\n" for line in lines[skipped:]), delimiter=delimiter or ",")
    return [(reader.line_num + skipped, [cell.strip() for cell in cells]) for cells in reader]


def _decode(content):
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16")
    if b"\0" in content:
        raise UnreadableFile
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _delimiter(lines):
    """The candidate that cuts the header into the most columns."""
    header = next((line for line in lines if line.strip()), "")
    return max(DELIMITERS, key=lambda char: len(next(csv.reader([header], delimiter=char), [])))
