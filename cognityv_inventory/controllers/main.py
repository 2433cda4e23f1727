from odoo import http
from odoo.http import content_disposition, request

CONTENT_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


class InventorySheetExport(http.Controller):
    @http.route(
        "/cognityv_inventory/sheet/<int:sheet_id>/<any(xlsx, csv):extension>", type="http", auth="user", readonly=True
    )
    def export(self, sheet_id, extension):
        """The count sheet as a file, for whoever may read the sheet."""
        sheet = request.env["stock.inventory.sheet"].browse(sheet_id).exists()
        if not sheet or not sheet.has_access("read"):
            raise request.not_found()
        content = sheet.export_xlsx() if extension == "xlsx" else sheet.export_csv()
        return self._make_file_response(content, sheet._get_export_file_name(extension))

    @http.route("/cognityv_inventory/sheet/<int:sheet_id>/audit.xlsx", type="http", auth="user", readonly=True)
    def export_audit_pack(self, sheet_id):
        """The auditor's pack as a workbook, for inventory managers."""
        sheet = request.env["stock.inventory.sheet"].browse(sheet_id).exists()
        if not sheet or not sheet.has_access("read") or not sheet._is_manager():
            raise request.not_found()
        return self._make_file_response(sheet.export_audit_xlsx(), f"{sheet._get_audit_file_name()}.xlsx")

    def _make_file_response(self, content, name):
        headers = [
            ("Content-Type", CONTENT_TYPES[name.rpartition(".")[2]]),
            ("Content-Disposition", content_disposition(name)),
        ]
        return request.make_response(content, headers)
