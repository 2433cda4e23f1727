"""Which font shows a text, and how wide it is.

DejaVu Sans shows Latin, Greek, Cyrillic and a few more. What it lacks is drawn in whatever font of the machine has it,
found by fontconfig; what has to be shaped or runs from right to left is drawn by Pillow, since reportlab does neither.
"""

import subprocess
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from PIL import ImageFont
from reportlab.pdfbase.ttfonts import TTFont, TTFontFile, TTFOpenFile

# Where systems keep DejaVu; the last resort, which every reportlab has, shows Western European letters only.
FOLDERS = (
    "/usr/share/fonts/truetype/dejavu",
    "/usr/share/fonts/dejavu-sans-fonts",
    "/usr/share/fonts/dejavu",
    "/usr/share/fonts/TTF",
)
FILES = {False: ("DejaVuSans.ttf", "Vera.ttf"), True: ("DejaVuSans-Bold.ttf", "VeraBd.ttf")}
# Pixels at which a width is measured.
MEASURE = 100
SUFFIXES = (".ttf", ".otf", ".ttc", ".otc")


@dataclass(frozen=True)
class Font:
    """A font for one text."""

    path: str
    index: int = 0
    # Drawn as a picture: shaped, from right to left, or of a kind that a PDF file of reportlab cannot hold.
    is_drawn: bool = False

    def measure(self, text, size):
        """The width of a text, in the unit of `size`."""
        if self.is_drawn:
            return load_drawn(self, MEASURE).getlength(text) * size / MEASURE
        return load_embedded(self).stringWidth(text, size)


def choose_font(text, bold=False):
    """The font that shows all of the text, or the usual one, which has boxes for what is missing."""
    usual = _get_usual_path(bold)
    if not _get_missing(text, usual):
        return Font(usual, is_drawn=_needs_shaping(text))
    path, index = _find_font("".join(sorted(set(text))), bold) or (usual, 0)
    return Font(path, index, is_drawn=True)


def get_unshown(texts):
    """The letters of these texts that no font of this machine shows, in order, each once."""
    usual = _get_usual_path(False)
    lacking = [text for text in texts if _get_missing(text, usual) and choose_font(text).path == usual]
    return "".join(dict.fromkeys("".join(_get_missing(text, usual) for text in lacking)))


@lru_cache(maxsize=64)
def load_drawn(font, pixels):
    return ImageFont.truetype(font.path, pixels, index=font.index)


@lru_cache(maxsize=8)
def load_embedded(font):
    return TTFont(Path(font.path).stem, font.path)


@lru_cache(maxsize=2)
def _get_usual_path(bold):
    wanted, last_resort = FILES[bold]
    for folder in FOLDERS:
        if (path := Path(folder, wanted)).exists():
            return str(path)
    return TTFOpenFile(last_resort)[0]


@lru_cache(maxsize=8)
def _get_letters(path):
    return TTFontFile(path).charToGlyph.keys()


def _get_missing(text, path):
    letters = _get_letters(path)
    return "".join(letter for letter in text if ord(letter) not in letters)


def _needs_shaping(text):
    return any(unicodedata.combining(letter) or unicodedata.bidirectional(letter) in ("R", "AL") for letter in text)


@lru_cache(maxsize=256)
def _find_font(letters, bold):
    """Path and index of a font with all these letters, by fontconfig; None without one, or without fontconfig."""
    pattern = f":charset={' '.join(f'{ord(letter):x}' for letter in letters)}"
    command = ["fc-list", "-f", "%{file}|%{index}\n", pattern]
    try:
        listing = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    found = [line.rsplit("|", 1) for line in listing.splitlines()]
    fonts = sorted((("bold" in path.lower()) != bold, path, index) for path, index in found if path[-4:] in SUFFIXES)
    # The upper half of the index tells variants of variable fonts apart.
    return (fonts[0][1], int(fonts[0][2]) & 0xFFFF) if fonts else None
