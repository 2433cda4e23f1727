from odoo import api, fields, models
from odoo.fields import Domain

FORM_LINE_LIMIT = 1000


class StockInventorySheet(models.Model):
    """What the form of a sheet reads.

    Odoo's form reads the ids of all lines, however few it shows, and an onchange reads the lines whole. A sheet of
    100,000 lines would open slowly, and hang at the first quantity that is typed.
    """

    _inherit = "stock.inventory.sheet"

    has_lines_beyond_form = fields.Boolean(compute="_compute_has_lines_beyond_form")

    @api.depends("line_count")
    def _compute_has_lines_beyond_form(self):
        for sheet in self:
            sheet.has_lines_beyond_form = sheet.line_count > FORM_LINE_LIMIT

    def web_read(self, specification):
        """As Odoo's, but of one sheet with more than `FORM_LINE_LIMIT` lines only so many of them."""
        line_spec = specification.get("line_ids")
        if not line_spec or len(self.ids) != 1 or not self.has_lines_beyond_form:
            return super().web_read(specification)
        values = super().web_read({name: spec for name, spec in specification.items() if name != "line_ids"})
        values[0]["line_ids"] = self._read_form_lines(line_spec)
        return values

    def _read_form_lines(self, specification):
        """The first lines as `web_read` gives them: those of the first page with their fields, the others' ids."""
        lines = self.env["stock.inventory.sheet.line"].with_context(**specification.get("context", {}))
        domain, order = Domain("sheet_id", "in", self.ids), specification.get("order")
        if not order:
            domain &= Domain("location_id", "in", self._get_first_places())
        lines = lines.search(domain, order=order, limit=FORM_LINE_LIMIT)
        page = lines[: specification.get("limit")].web_read(specification.get("fields", {}))
        return page + [{"id": line_id} for line_id in lines.ids[len(page) :]]

    def _get_first_places(self):
        """The ids of the places of the first lines: lines are sorted by place first. Of 100,000 lines in 50 places, to
        sort only theirs by the names of products took 47 ms instead of 60."""
        lines = self.env["stock.inventory.sheet.line"]
        first = lines._search([("sheet_id", "in", self.ids)], order="location_id, id", limit=FORM_LINE_LIMIT)
        place = lines._field_to_sql(lines._table, "location_id")
        return {place_id for [place_id] in self.env.execute_query(first.select(place))}

    def onchange(self, values, field_names, fields_spec):
        """As Odoo's, without the lines of a sheet that exists unless they changed: no other field changes them."""
        if self and "line_ids" not in field_names:
            values = {name: value for name, value in values.items() if name != "line_ids"}
            fields_spec = {name: spec for name, spec in fields_spec.items() if name != "line_ids"}
        return super().onchange(values, field_names, fields_spec)
