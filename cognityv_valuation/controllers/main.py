import json

from odoo import http
from odoo.exceptions import UserError
from odoo.http import content_disposition, request
from odoo.tools import html_escape

REPORTS = (
    "stock.inventory.gap.report",
    "stock.production.cost.report",
    "stock.sale.cost.report",
    "stock.valuation.report",
)
CONTENT_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}


class ValueReportExport(http.Controller):
    @http.route(
        "/cognityv_valuation/report/<string:model>/<any(xlsx, pdf):extension>",
        type="http",
        auth="user",
        readonly=True,
    )
    def export(self, model, extension, domain="[]", groupby="[]", context="{}"):
        """What a view of a report shows, as a file; domain, groupby and context as JSON."""
        if model not in REPORTS:
            raise request.not_found()
        report = request.env[model].with_context(**json.loads(context))
        report.check_access("read")
        make = report.export_xlsx if extension == "xlsx" else report._export_pdf
        try:
            content = make(json.loads(domain), json.loads(groupby))
        except UserError as error:
            # As Odoo's own reports do: the web client shows what it finds in there.
            problem = {"code": 0, "message": "Odoo Server Error", "data": http.serialize_exception(error)}
            return request.make_response(html_escape(json.dumps(problem)), status=422)
        headers = [
            ("Content-Type", CONTENT_TYPES[extension]),
            ("Content-Disposition", content_disposition(f"{report._get_report_title()}.{extension}")),
        ]
        return request.make_response(content, headers)
