import re
import secrets

from odoo import api, fields, models
from odoo.tools import SQL

# No letter that looks like a digit or another letter (B D I L O Q S U Z and the digits 0 and 1), and no vowel, so that
# no code is a word: a person can read one out and type it. Capitals and digits are what a QR code holds most tightly.
ALPHABET = "23456789CFGHJKMNPRTVWXY"
# 12 of 23 symbols are 54 bits. With a million codes in use, one guess in 2 * 10**10 finds a code: at a thousand
# guesses a second that is one hit in eight months, and a hit shows only what the person may read anyway.
LENGTH = 12
IS_CODE = re.compile(f"[{ALPHABET}]{{{LENGTH}}}")
# What may be on a label. A code of a fixed list of models: nobody can have one made for a password or a payslip.
MODELS = (
    "product.product",
    "stock.lot",
    "stock.package",
    "stock.location",
    "sale.order",
    "mrp.production",
    "stock.inventory.sheet",
)


class StockScanCode(models.Model):
    """The short code of a record, for labels: it tells neither the record's id nor how many there are."""

    _name = "stock.scan.code"
    _description = "Short Code"

    name = fields.Char("Short code", required=True, readonly=True)
    res_model = fields.Char("Model", required=True, readonly=True)
    res_id = fields.Many2oneReference("Record", model_field="res_model", required=True, readonly=True)
    company_id = fields.Many2one("res.company", compute="_compute_company_id", help="The company of the record.")

    _name_unique = models.UniqueIndex("(name)", "This short code is taken.")
    _record_unique = models.UniqueIndex("(res_model, res_id)", "A record has one short code.")

    @api.depends("res_model", "res_id")
    def _compute_company_id(self):
        # Not stored: a lot or a package changes its company with what is in it.
        self.company_id = False
        for model, codes in self.grouped("res_model").items():
            records = self.env[model].browse(codes.mapped("res_id")).exists().grouped("id")
            for code in codes.filtered(lambda code, records=records: code.res_id in records):
                code.company_id = records[code.res_id].company_id

    @api.model
    def _get_codes(self, records):
        """The short codes of records of one model; those that have none get one.

        :return: dict of the records and their codes
        :raises AccessError: when the user may not read one of the records
        """
        self._check_model(records._name)
        records.check_access("read")
        codes = self._get_existing_codes(records)
        # A new code that is taken makes no row, and is drawn again: once in a very long life.
        while missing := records - records.browse().union(*codes):
            self._insert_codes(missing)
            codes |= self._get_existing_codes(missing)
        return codes

    @api.model
    def _get_existing_codes(self, records):
        """The short codes of those of the records that have one: dict of the records and their codes."""
        domain = [("res_model", "=", records._name), ("res_id", "in", records.ids)]
        found = self.sudo().search_fetch(domain, ["name", "res_id"])
        return {records.browse(code.res_id): code.name for code in found}

    @api.model
    def _find(self, code):
        """The record that has this short code, also when it is archived.

        :return: a record, or nothing (falsy) when there is none, or none that the user may read in the companies of
            this environment
        """
        name = (code or "").strip().upper()
        found = self.sudo().search([("name", "=", name)]) if IS_CODE.fullmatch(name) else self.sudo()
        record = found and self.env[found.res_model].browse(found.res_id).exists()
        return record if record and record.has_access("read") else self.browse()

    def _insert_codes(self, records):
        """One statement for all. Raw SQL, as only ON CONFLICT lets a second worker take the first one's code: it waits
        for the first, cannot serialize, and is run again by Odoo. In the order of the ids, as two workers would
        otherwise lock each other out.
        """
        names = ["".join(secrets.choice(ALPHABET) for _symbol in range(LENGTH)) for _record in records]
        self.env.execute_query(
            SQL(
                """INSERT INTO stock_scan_code (name, res_model, res_id, create_uid, create_date, write_uid, write_date)
                   SELECT new.name, %(model)s, new.res_id, %(uid)s, %(now)s, %(uid)s, %(now)s
                     FROM unnest(%(names)s, %(ids)s) AS new (name, res_id)
                 ORDER BY new.res_id
              ON CONFLICT DO NOTHING
                RETURNING id""",
                model=records._name,
                uid=self.env.uid,
                now=self.env.cr.now(),
                names=names,
                ids=records.ids,
            )
        )

    @api.model
    def _check_model(self, model):
        if model not in MODELS:
            raise ValueError(f"Records of the model {model} have no short code.")

    @api.autovacuum
    def _gc_codes_without_record(self):
        """Codes of records that the database removed together with another one, as a variant with its template."""
        for model in MODELS:
            existing = self.env[model].with_context(active_test=False)._search([])
            self.search([("res_model", "=", model), ("res_id", "not in", existing)]).unlink()
