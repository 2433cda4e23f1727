"""Sizes of labels. Millimetres throughout."""

from dataclasses import dataclass

A4 = (210.0, 297.0)
# Below this width or height a second code beside the QR code would leave no room for either.
ROOM_FOR_BARS = (50.0, 28.0)


@dataclass(frozen=True)
class LabelFormat:
    """One label, and how labels lie on a sheet; on a roll each label is a page of its own."""

    key: str
    width: float
    height: float
    columns: int = 1
    rows: int = 1
    # Between one label and the next.
    gap_x: float = 0.0
    gap_y: float = 0.0
    is_sheet: bool = True

    @property
    def per_page(self):
        return self.columns * self.rows

    @property
    def page_size(self):
        return A4 if self.is_sheet else (self.width, self.height)

    @property
    def has_room_for_bars(self):
        return self.width >= ROOM_FOR_BARS[0] and self.height >= ROOM_FOR_BARS[1]

    def get_corner(self, position):
        """Left and top of the label at a position of the page, counted from 0, row by row.

        The labels lie in the middle of the sheet, as on every sheet of these sizes.
        """
        row, column = divmod(position, self.columns)
        page_width, page_height = self.page_size
        left = (page_width - self.columns * self.width - (self.columns - 1) * self.gap_x) / 2
        top = (page_height - self.rows * self.height - (self.rows - 1) * self.gap_y) / 2
        return left + column * (self.width + self.gap_x), top + row * (self.height + self.gap_y)


# The sizes of the makers' own lists: Avery L7651, L7654, L7159, 3474, L7160, L7163, L7164, L7165, and those that others
# sell under numbers of their own.
SHEETS = (
    LabelFormat("a4_65", 38.1, 21.2, 5, 13, 2.5),
    LabelFormat("a4_40", 45.7, 25.4, 4, 10, 2.6),
    LabelFormat("a4_24", 63.5, 33.9, 3, 8, 2.5),
    LabelFormat("a4_24_wide", 70.0, 37.0, 3, 8),
    LabelFormat("a4_21", 63.5, 38.1, 3, 7, 2.5),
    LabelFormat("a4_14", 99.1, 38.1, 2, 7, 2.5),
    LabelFormat("a4_12", 63.5, 72.0, 3, 4, 2.5),
    LabelFormat("a4_8", 99.1, 67.7, 2, 4, 2.5),
)
ROLLS = tuple(
    LabelFormat(f"roll_{width}x{height}", width, height, is_sheet=False)
    for width, height in ((30, 20), (50, 25), (57, 32), (62, 29), (89, 36), (100, 50), (102, 152))
)
FORMATS = {label_format.key: label_format for label_format in SHEETS + ROLLS}
