from odoo import api, models

from ..tools.label.layout import Content


class StockScanLabel(models.AbstractModel):
    """What is on the labels of records of several kinds at once."""

    _name = "stock.scan.label"
    _description = "Label"

    @api.model
    def _get_contents(self, records, use_link=True, with_bars=False):
        """What is on the label of each record.

        :param list records: records of any kind that can have a label
        :param use_link: whether the QR code holds the link; otherwise what Odoo's own Barcode app reads, where there is
            such a thing
        :param with_bars: whether what Odoo's own Barcode app reads stands below as a Code 128, where there is room
        :return: list of `Content`, in the order of the records
        :raises AccessError: when the user may not read one of them
        :raises UserError: when the domain of the links is none
        """
        links = self._get_links(records)
        contents = []
        for record in records:
            texts = {key: text or "" for key, text in record._get_label_texts().items()}
            barcode = self._get_plain_barcode(record)
            qr = links[record] if use_link else barcode or links[record]
            contents.append(Content(**texts, qr=qr, bars=barcode if with_bars else ""))
        return contents

    @api.model
    def _get_links(self, records):
        links = {}
        for model in dict.fromkeys(record._name for record in records):
            ids = [record.id for record in records if record._name == model]
            links |= self.env[model].browse(ids)._get_scan_links()
        return links

    @api.model
    def _get_plain_barcode(self, record):
        """What Odoo's own Barcode app reads, "" when there is none or it is not plain ASCII, which scanners garble."""
        barcode = record._get_odoo_barcode() or ""
        return barcode if barcode.isascii() and barcode.isprintable() else ""
