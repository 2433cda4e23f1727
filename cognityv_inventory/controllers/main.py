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
        headers = [
            ("Content-Type", CONTENT_TYPES[extension]),
            ("Content-Disposition", content_disposition(sheet._get_export_file_name(extension))),
        ]
        return request.make_response(content, headers)
