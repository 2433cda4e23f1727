from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .inventory_audit_pack import AuditPack
from .stock_inventory_sheet_accuracy import SETTLED_STATES

# What is asked for of the cut-off: the last and the first transfer of each of these kinds.
CUT_OFF_KINDS = ("incoming", "outgoing", "internal")


class StockInventorySheet(models.Model):
    """The auditor's pack: one document with all the evidence of a sheet."""

    _inherit = "stock.inventory.sheet"

    def action_audit_pack(self, file_format="pdf"):
        """Download the auditor's pack.

        :param file_format: "pdf" or "xlsx"
        :raises UserError: while the sheet is being counted
        """
        self._check_audit_pack()
        if file_format == "pdf":
            return self.env.ref("cognityv_inventory.report_inventory_audit").report_action(self)
        url = f"/cognityv_inventory/sheet/{self.id}/audit.xlsx"
        return {"type": "ir.actions.act_url", "url": url, "target": "download"}

    def export_audit_xlsx(self):
        """The auditor's pack as bytes of an XLSX workbook."""
        return self._get_audit_pack().get_xlsx()

    def _get_audit_pages(self):
        """What the PDF prints, page by page."""
        return self._get_audit_pack().get_pages()

    def _get_audit_pack(self):
        return AuditPack(self)

    def _get_audit_file_name(self):
        return self.env._("Auditor's pack %(sheet)s", sheet=self.name.replace("/", "-"))

    def _check_audit_pack(self):
        """
        :raises AccessError: for anyone but an inventory manager
        :raises UserError: when the sheet is not settled
        """
        self._check_manager()
        for sheet in self:
            if sheet.state not in SETTLED_STATES:
                message = self.env._(
                    "Sheet %(sheet)s has no auditor's pack yet; complete or validate it first.", sheet=sheet.name
                )
                raise UserError(message)

    # Cut-off

    def _get_last_transfers(self):
        """The last receipt, delivery and internal transfer before Start, each possibly none, by kind."""
        return self._find_transfers(Domain("date_done", "<=", self.started_at), "date_done desc, id desc")

    def _get_first_transfers(self):
        """The first receipt, delivery and internal transfer after validation, each possibly none, by kind."""
        if not self.validated_at:
            return {}
        return self._find_transfers(Domain("date_done", ">=", self.validated_at), "date_done, id")

    def _find_transfers(self, domain, order):
        picking_model = self.env["stock.picking"]
        domain &= Domain("state", "=", "done") & Domain("move_line_ids", "any", self._get_touching_domain())
        return {
            kind: picking_model.search(domain & Domain("picking_type_code", "=", kind), order=order, limit=1)
            for kind in CUT_OFF_KINDS
        }

    def _get_touching_domain(self):
        """The done move lines in or out of the places of this sheet, archived ones included."""
        places = self.env["stock.location"].with_context(active_test=False)._search(self._get_location_domain())
        touching = Domain("location_id", "in", places) | Domain("location_dest_id", "in", places)
        return Domain("state", "=", "done") & touching

    def _count_moves_meanwhile(self):
        """The move lines other than the sheet's own that were done in its places between Start and validation."""
        domain = self._get_touching_domain() & Domain("date", ">", self.started_at)
        if self.validated_at:
            domain &= Domain("date", "<", self.validated_at)
        own = Domain("move_id", "any", self._get_move_domain())
        return self.env["stock.move.line"].search_count(domain & ~own)
