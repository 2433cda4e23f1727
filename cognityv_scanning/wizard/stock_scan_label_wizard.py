import base64
import io
import re
import zipfile
from urllib.parse import quote

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.stock_scan_code import MODELS
from ..tools.label.fonts import get_unshown
from ..tools.label.formats import FORMATS, ROLLS, SHEETS
from ..tools.label.layout import fits_bars
from ..tools.label.pdf import SHEET_DPI, make_pdf
from ..tools.label.picture import make_png
from ..tools.label.symbols import DoesNotFit
from ..tools.label.zpl import make_zpl
from ..tools.rpc_value import is_id, printable

# Drawing a label takes about 20 ms: so many take less than the 60 seconds that Odoo gives a request.
MOST_RECORDS = 2000
MOST_LABELS = 20000
OUTPUTS = [
    ("sheet", "Label sheets, A4 (PDF)"),
    ("roll", "Label roll (PDF)"),
    ("zpl", "Label printer that reads ZPL (Zebra)"),
    ("png", "Pictures (PNG)"),
]
ORDER_SUBJECTS = [("record", "The order itself"), ("items", "What is on it")]
SHEET_SUBJECTS = [
    ("places", "The places on it"),
    ("items", "The products and tracking numbers on it"),
    ("record", "The sheet itself"),
]
ORDERS = ("sale.order", "mrp.production")
# What a person chose is offered again next time.
REMEMBERED = ("output", "sheet_format", "roll_format", "dpi", "content", "with_bars")


class StockScanLabelWizard(models.TransientModel):
    """Asks how labels are to be printed, shows what they will look like, and makes the file."""

    _name = "stock.scan.label.wizard"
    _description = "Print QR Labels"

    res_model = fields.Char(required=True, readonly=True)
    res_ids = fields.Json(required=True, readonly=True)
    order_subject = fields.Selection(
        ORDER_SUBJECTS,
        "Labels for the order",
        default="record",
        required=True,
        help="The order itself: one label, which opens the order when it is scanned. What is on it: the goods of a sale "
        "order; of a manufacturing order what is made, its tracking numbers if they are known already.",
    )
    sheet_subject = fields.Selection(
        SHEET_SUBJECTS,
        "Labels for the sheet",
        default="places",
        required=True,
        help="The places: those on its lines, which are scanned to begin counting there; all places the sheet is about "
        "as long as it has no lines. The products and tracking numbers: each once, as they are on its lines.",
    )
    output = fields.Selection(OUTPUTS, "Print on", default="sheet", required=True)
    sheet_format = fields.Selection("_select_sheet_formats", "Labels", default="a4_24", required=True)
    roll_format = fields.Selection("_select_roll_formats", "Size", default="roll_57x32", required=True)
    dpi = fields.Selection(
        [("203", "203 dpi"), ("300", "300 dpi"), ("600", "600 dpi")],
        "Resolution",
        default="203",
        required=True,
        help="Of the printer. The squares of the code are whole dots of it, so that they stay sharp.",
    )
    start_position = fields.Integer(
        "First free label", default=1, help="On a sheet that has been begun, counted row by row from the left."
    )
    copies_by = fields.Selection(
        [("fixed", "The same number of each"), ("on_hand", "As many as are on hand")],
        "Number",
        default="fixed",
        required=True,
        help="As many as are on hand: one for each piece of a product or lot, one for what is measured otherwise, none for "
        "what is not there; of a sheet only what is in its places. Packages, places and orders get one.",
    )
    copies = fields.Integer(default=1)
    content = fields.Selection(
        [("link", "Link"), ("odoo", "Odoo barcode")],
        "In the QR code",
        default="link",
        required=True,
        help="Link: the camera of any phone opens the record in Odoo, and Cognityv's scanner reads it. Odoo barcode: what "
        "Odoo's own Barcode app reads; what has none gets the link.",
    )
    with_bars = fields.Boolean(
        "Add Odoo barcode",
        help="As a Code 128 below, so that Odoo's own Barcode app and old scanners read the label, too.",
    )
    has_room_for_bars = fields.Boolean(compute="_compute_has_room_for_bars")
    label_count = fields.Integer("Number of labels", compute="_compute_preview")
    summary = fields.Char(compute="_compute_preview")
    warning = fields.Text(compute="_compute_preview")
    preview = fields.Html(compute="_compute_preview", sanitize=False)
    file = fields.Binary(readonly=True)
    file_name = fields.Char(readonly=True)

    def _select_sheet_formats(self):
        return [
            (
                size.key,
                self.env._(
                    "%(number)s a sheet, %(width)s × %(height)s mm",
                    number=size.per_page,
                    width=f"{size.width:g}",
                    height=f"{size.height:g}",
                ),
            )
            for size in SHEETS
        ]

    def _select_roll_formats(self):
        return [(size.key, f"{size.width:g} × {size.height:g} mm") for size in ROLLS]

    @api.model
    def _get_action(self, records):
        """The dialog for records of one model.

        :raises UserError: when there are none
        """
        if not records:
            raise UserError(self.env._("Nothing is selected; select what you want labels of."))
        wizard = self.create({"res_model": records._name, "res_ids": records.ids})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Print QR labels"),
            "res_model": self._name,
            "res_id": wizard.id,
            "views": [(False, "form")],
            "target": "new",
        }

    # What is printed

    def _get_format(self):
        return FORMATS[self.sheet_format if self.output == "sheet" else self.roll_format]

    def _get_dpi(self):
        return SHEET_DPI if self.output == "sheet" else int(self.dpi)

    def _get_selected(self):
        """The records that were selected, as far as they still exist."""
        if self.res_model not in MODELS:
            raise UserError(self.env._("There are no labels of “%(model)s”.", model=printable(self.res_model)))
        ids = self.res_ids if isinstance(self.res_ids, list) else []
        return self.env[self.res_model].browse(filter(is_id, ids)).exists()

    def _get_subject(self):
        if self.res_model in ORDERS:
            return self.order_subject
        return self.sheet_subject if self.res_model == "stock.inventory.sheet" else "record"

    def _get_records(self):
        """Whose labels are printed: list of records.

        :raises UserError: when there are none or too many
        """
        records = self._get_selected()._get_labelled_records(self._get_subject())
        if not records:
            raise UserError(self.env._("There is nothing on what you selected that could have a label."))
        if len(records) > MOST_RECORDS:
            raise UserError(
                self.env._(
                    "Labels of %(number)s different records are too many at once; select %(most)s at most.",
                    number=len(records),
                    most=MOST_RECORDS,
                )
            )
        return records

    def _get_contents(self, records):
        with_bars = self.with_bars and self.content == "link" and self._get_format().has_room_for_bars
        return self.env["stock.scan.label"]._get_contents(records, self.content == "link", with_bars)

    def _get_copies(self, records):
        """How many labels each of the records gets: list of numbers.

        :raises UserError: when they are none at all or too many
        """
        copies = self._get_copies_on_hand(records) if self.copies_by == "on_hand" else [self.copies] * len(records)
        if self.copies_by == "on_hand" and not any(copies):
            raise UserError(
                self.env._("Nothing of what you selected is on hand; choose the same number of labels of each.")
            )
        if self.copies_by == "fixed" and self.copies < 1:
            raise UserError(self.env._("%(number)s labels cannot be printed; enter 1 or more.", number=self.copies))
        if sum(copies) > MOST_LABELS:
            raise UserError(
                self.env._(
                    "%(number)s labels are too many at once; print %(most)s at most.",
                    number=sum(copies),
                    most=MOST_LABELS,
                )
            )
        return copies

    def _get_copies_on_hand(self, records):
        selected = self._get_selected()
        places = selected.location_id if self.res_model == "stock.inventory.sheet" else self.env["stock.location"]
        numbers = {}
        for model in dict.fromkeys(record._name for record in records):
            ids = [record.id for record in records if record._name == model]
            numbers |= self.env[model].browse(ids)._get_label_copies(places)
        return [numbers[record] for record in records]

    def _get_start(self):
        """How many labels of the first sheet are used up.

        :raises UserError: when the sheet has no such label
        """
        per_page = self._get_format().per_page
        if self.output == "sheet" and not 1 <= self.start_position <= per_page:
            raise UserError(
                self.env._(
                    "A sheet has no label number %(position)s; the first free label is one of 1 to %(number)s.",
                    position=self.start_position,
                    number=per_page,
                )
            )
        return self.start_position - 1 if self.output == "sheet" else 0

    # What it will look like

    @api.depends("output", "sheet_format", "roll_format")
    def _compute_has_room_for_bars(self):
        for wizard in self:
            wizard.has_room_for_bars = wizard._get_format().has_room_for_bars

    @api.depends(
        "res_model", "res_ids", "order_subject", "sheet_subject", "start_position", "copies_by", "copies", *REMEMBERED
    )
    def _compute_preview(self):
        for wizard in self:
            try:
                wizard._preview()
            except UserError as error:
                # It is said when they press the button, too; until then they may be in the middle of a choice.
                wizard.update({"label_count": 0, "summary": False, "preview": False, "warning": str(error)})

    def _preview(self):
        records = self._get_records()
        contents = self._get_contents(records)
        self.label_count = sum(self._get_copies(records))
        self.summary = self._get_summary(self._get_start())
        self.warning = "\n".join(self._get_warnings(contents)) or False
        self.preview = self._get_picture(contents[0])

    def _get_summary(self, start):
        if self.output == "sheet":
            sheets = -(-(start + self.label_count) // self._get_format().per_page)
            return self.env._("Labels: %(labels)s, sheets: %(sheets)s", labels=self.label_count, sheets=sheets)
        return self.env._("Labels: %(labels)s", labels=self.label_count)

    def _get_picture(self, content):
        # As sharp as a screen needs it; the file has the printer's resolution.
        png = self._call_maker(make_png, self._get_format(), content, max(self._get_dpi() // 2, 203))
        source = f"data:image/png;base64,{base64.b64encode(png).decode()}"
        return Markup('<img src="%s" class="img-fluid border rounded" alt="%s"/>') % (source, content.name)

    def _get_warnings(self, contents):
        """What the person should know before they print: list of sentences."""
        checks = (self._warn_without_barcode, self._warn_without_room, self._warn_unshown)
        return [warning for check in checks if (warning := check(contents))]

    def _warn_without_barcode(self, contents):
        wanted = self.content == "odoo"
        lacking = [content.name for content in contents if wanted and "://" in content.qr]
        return lacking and self.env._(
            "Without a barcode that Odoo's own app could read, hence with the link: %(names)s.",
            names=self._list_names(lacking),
        )

    def _warn_without_room(self, contents):
        label_format, dot = self._get_format(), 25.4 / self._get_dpi()
        lacking = [content.name for content in contents if content.bars and not fits_bars(label_format, content, dot)]
        return lacking and self.env._(
            "The Odoo barcode is too wide for these labels and left out: %(names)s.", names=self._list_names(lacking)
        )

    def _warn_unshown(self, contents):
        letters = get_unshown([text for content in contents for text in (content.name, content.code, content.tracking)])
        return letters and self.env._(
            "No font on the server has the letters %(letters)s: boxes are printed instead. Install a font that has them, "
            "for example Debian's fonts-noto-core or fonts-noto-cjk.",
            letters=letters[:20],
        )

    def _list_names(self, names):
        names = list(dict.fromkeys(names))
        return ", ".join(names[:5]) + (", …" if len(names) > 5 else "")

    # The file

    def action_print(self):
        """Make the file and have the browser save it.

        :raises UserError: saying what cannot be printed
        """
        self.ensure_one()
        records = self._get_records()
        labels = [pair for pair in zip(self._get_contents(records), self._get_copies(records), strict=True) if pair[1]]
        extension, content = getattr(self, f"_make_{self.output}")(labels)
        self.write({"file": base64.b64encode(content), "file_name": self._get_file_name(labels, extension)})
        self._remember_choices()
        url = f"/web/content/{self._name}/{self.id}/file/{quote(self.file_name)}?download=true"
        return {"type": "ir.actions.client", "tag": "cognityv_scanning.download_labels", "params": {"url": url}}

    def _make_sheet(self, labels):
        title, start = self.env._("QR labels"), self._get_start()
        return "pdf", self._call_maker(make_pdf, self._get_format(), labels, SHEET_DPI, start, title)

    def _make_roll(self, labels):
        title = self.env._("QR labels")
        return "pdf", self._call_maker(make_pdf, self._get_format(), labels, self._get_dpi(), title=title)

    def _make_zpl(self, labels):
        return "zpl", self._call_maker(make_zpl, self._get_format(), labels, self._get_dpi()).encode()

    def _make_png(self, labels):
        """One picture, or an archive with one of each."""
        pictures = [
            self._call_maker(make_png, self._get_format(), content, self._get_dpi()) for content, _copies in labels
        ]
        if len(pictures) == 1:
            return "png", pictures[0]
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as file:
            for number, (picture, (content, _copies)) in enumerate(zip(pictures, labels, strict=True), 1):
                file.writestr(f"{number:04} {self._clean(content.name)}.png", picture)
        return "zip", archive.getvalue()

    def _call_maker(self, make, *args, **kwargs):
        try:
            return make(*args, **kwargs)
        except DoesNotFit as error:
            message = self.env._(
                "“%(text)s” is too long for the QR code of these labels; choose a larger label.", text=str(error)[:100]
            )
            raise UserError(message) from None

    def _get_file_name(self, labels, extension):
        name = labels[0][0].name if len(labels) == 1 else len(labels)
        return f"{self._clean(self.env._('Labels %(what)s', what=name))}.{extension}"

    def _clean(self, name):
        """A text as the name of a file on any system."""
        return re.sub(r'[\\/:*?"<>|\s\x00-\x1f]+', " ", name).strip()[:60]

    def _remember_choices(self):
        for name in REMEMBERED:
            self.env["ir.default"].set(self._name, name, self[name], user_id=True)
