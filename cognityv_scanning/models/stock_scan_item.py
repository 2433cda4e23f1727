from odoo import api, models
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.fields import Domain

from odoo.addons.cognityv_inventory.models.stock_inventory_sheet import COUNTED_USAGES

from ..tools.quantity_text import number_text
from ..tools.rpc_value import is_id, printable, storable

# What can be looked up, and the field of stock that is it.
FIELD_OF_MODEL = {"product.product": "product_id", "stock.lot": "lot_id", "stock.package": "package_id"}
ROWS = 100
CORRECTION_IDS = {"product_id", "location_id", "lot_id", "package_id", "owner_id", "reason_id"}
CORRECTION_NUMBERS = {"real_qty", "seen_qty"}
CORRECTION_REQUIRED = ("product_id", "location_id", "reason_id", "real_qty")


class StockScanItem(models.AbstractModel):
    """Stock Management in the app: where something is and how much, what is in a place, and a correction of it.

    All with the rights of the user. Stock in places that they count blind is hidden by a record rule, and there are no
    totals for them, which would tell of it.
    """

    _name = "stock.scan.item"
    _description = "Stock of a Scanned Item"

    # What is where

    @api.model
    @api.readonly
    def get_item(self, model, record_id):
        """Where a product, lot or package is, and how much.

        :param str model: product.product, stock.lot or stock.package
        :param int record_id: its id
        :return: dict of

            * `model`, `id`, `title`, `subtitle` (the product of a lot, False for others), `code` and `barcode` of
              the product, False where there is none
            * `product_id`, `lot_id`, `package_id`: what it is, False for what it is not
            * `tracking` (none, lot, serial; False for a package), `uom` (False for a package)
            * `rows`: list of dicts in the order of places: `location_id`, `place`, `product_id`, `product`, `lot_id`,
              `lot`, `package_id`, `package`, `owner_id`, `owner` (False where there is none), `quantity`, `reserved`,
              `available` (numbers in the unit `uom`), `tracking`, `last_count` (ISO date or False); `more`: how many rows
              there are besides
            * `total`: dict of `quantity`, `reserved`, `available`, or False when there is nothing to add up
            * `note`: a sentence about what is not shown, or False; `can_correct`: whether the user may correct stock
        :raises UserError: when there is no such record, or it is of another model
        :raises AccessError: when the user may not read it
        """
        record = self._browse(model, record_id, FIELD_OF_MODEL)
        domain = Domain(FIELD_OF_MODEL[model], "child_of" if model == "stock.package" else "in", record.ids)
        return {**self._get_head(record), **self._get_stock(domain), **self._get_notes()}

    @api.model
    @api.readonly
    def get_place(self, location_id):
        """What is in a place and the places in it.

        :return: dict of `model`, `id`, `title`, `subtitle` (why its stock stands still, or False), `barcode` or False;
            `rows`, `more`, `total`, `note` and `can_correct` as of `get_item`; `can_count`: whether the user may count
        :raises UserError: when there is no such place
        """
        place = self._browse("stock.location", location_id, ["stock.location"])
        return {
            "model": place._name,
            "id": place.id,
            "title": place.display_name,
            "subtitle": place.counting_note or False,
            "barcode": place.barcode,
            **self._get_stock(Domain("location_id", "child_of", place.ids)),
            **self._get_notes(),
            "can_count": self.env["stock.scan.session"]._may_use_kind("verification"),
        }

    @api.model
    def _browse(self, model, record_id, models):
        if model not in list(models) or not is_id(record_id):
            raise UserError(self.env._("This cannot be looked up; scan a product, lot, package or place."))
        record = self.env[model].browse(record_id).exists()
        if not record:
            raise MissingError(self.env._("This does not exist any more; scan it again."))
        record.check_access("read")
        return record

    @api.model
    def _get_head(self, record):
        product, lot, package = self.env["product.product"], self.env["stock.lot"], self.env["stock.package"]
        if record._name == "stock.lot":
            product, lot = record.product_id, record
        elif record._name == "stock.package":
            package = record
        else:
            product = record
        return {
            "model": record._name,
            "id": record.id,
            "title": record.display_name,
            "subtitle": lot.product_id.display_name or False,
            "code": product.default_code or False,
            "barcode": product.barcode or False,
            "product_id": product.id,
            "lot_id": lot.id,
            "package_id": package.id,
            "tracking": product.tracking or False,
            "uom": product.uom_id.name or False,
        }

    @api.model
    def _get_stock(self, domain):
        """The rows and the total of the stock in `domain`."""
        quants = self.env["stock.quant"]
        if not quants.has_access("read"):
            return {"rows": [], "more": 0, "total": False}
        domain &= Domain("quantity", "!=", 0) & Domain("location_id.usage", "in", COUNTED_USAGES)
        [(count, quantity, reserved, products)] = quants._read_group(
            domain, [], ["__count", "quantity:sum", "reserved_quantity:sum", "product_id:count_distinct"]
        )
        is_summed = products == 1 and not self.env.user._get_blind_sheets()
        found = quants.search(domain, order="location_id, product_id, lot_id, package_id, id", limit=ROWS)
        return {
            "rows": self._get_rows(found),
            "more": count - len(found),
            "total": is_summed and _get_amounts(quantity, reserved),
        }

    @api.model
    def _get_rows(self, quants):
        # The names of what the user may see are no secret; some of them, of owners, they may not read otherwise.
        return [{**self._get_row(quant.sudo()), "last_count": _to_text(quant.last_count_date)} for quant in quants]

    @api.model
    def _get_row(self, quant):
        names = {"place": "location_id", "product": "product_id", "lot": "lot_id"}
        names |= {"package": "package_id", "owner": "owner_id"}
        return {
            **{field: quant[field].id for field in names.values()},
            **{name: quant[field].display_name or False for name, field in names.items()},
            **_get_amounts(quant.quantity, quant.reserved_quantity),
            "uom": quant.product_uom_id.name,
            "tracking": quant.tracking,
        }

    @api.model
    def _get_notes(self):
        note = self.env.user._get_blind_sheets() and self.env._("What is in places that you count blind is not shown.")
        return {"note": note or False, "can_correct": self.env["stock.correction"].has_access("create")}

    # Corrections

    @api.model
    @api.readonly
    def get_reasons(self):
        """The reasons for a correction: list of dicts `id` and `name`; empty for who may not correct stock."""
        reasons = self.env["stock.correction.reason"]
        return reasons.search_read([], ["name"]) if reasons.has_access("read") else []

    @api.model
    def correct(self, vals):
        """Make and validate a stock correction: see `stock.correction`.

        :param dict vals: `product_id`, `location_id`, `reason_id`, `real_qty` (what was found, in the product's unit);
            and `lot_id`, `package_id`, `owner_id`, `comment`, `seen_qty` (what the system had when the person looked: when
            it has become something else meanwhile, nothing is corrected)
        :return: dict of `correction_id`, `name` (the reference) and `message` (a sentence)
        :raises UserError: when a value is missing or none, or the stock cannot be corrected to that; nothing has changed
        :raises AccessError: when the user may not correct stock
        """
        if not self.env["stock.correction"].has_access("create"):
            raise AccessError(self.env._("You may not correct stock; ask an inventory manager to do it."))
        correction = self.env["stock.correction"].create(self._check_correction(vals))
        correction.action_validate()
        return {
            "correction_id": correction.id,
            "name": correction.name,
            "message": self.env._(
                "%(correction)s: %(stock)s is %(quantity)s %(unit)s now; it was %(before)s.",
                correction=correction.name,
                stock=correction._get_description(),
                quantity=number_text(self.env, correction.real_qty),
                unit=correction.uom_id.name,
                before=number_text(self.env, correction.seen_qty),
            ),
        }

    @api.model
    def _check_correction(self, vals):
        """The values of a correction, none of which is rubbish.

        :raises UserError: naming the first one that is missing or wrong
        """
        given = {name: value for name, value in (vals if isinstance(vals, dict) else {}).items() if value is not False}
        for name, value in given.items():
            if not _is_valid(name, value) or not self._exists(name, value):
                message = self.env._(
                    "“%(value)s” is no %(field)s; correct it.", value=printable(value), field=self._get_label(name)
                )
                raise UserError(message)
        for name in CORRECTION_REQUIRED:
            if name not in given:
                raise UserError(self.env._("“%(field)s” is missing; enter it.", field=self._get_label(name)))
        return given

    @api.model
    def _exists(self, name, value):
        field = self.env["stock.correction"]._fields[name]
        return not field.relational or bool(self.env[field.comodel_name].browse(value).exists())

    @api.model
    def _get_label(self, name):
        field = self.env["stock.correction"]._fields.get(name)
        return field._description_string(self.env) if field else printable(name)


def _is_valid(name, value):
    if name in CORRECTION_IDS:
        return is_id(value)
    if name in CORRECTION_NUMBERS:
        return type(value) in (int, float) and abs(value) < 1e15
    return name == "comment" and isinstance(value, str) and value == storable(value)


def _get_amounts(quantity, reserved):
    return {"quantity": quantity, "reserved": reserved, "available": quantity - reserved}


def _to_text(date):
    return date.isoformat() if date else False
