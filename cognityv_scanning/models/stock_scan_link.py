from urllib.parse import urlencode

from odoo import api, models
from odoo.exceptions import UserError

from ..tools.digital_link import normalize_domain

DOMAIN_PARAMETER = "cognityv_scanning.link_domain"
APP_URL = "/odoo/asset-manager"
# Who has a menu that leads to these records. Any employee may read them, but a counter who scans a place wants to count
# there, not to look at a form.
FORM_GROUPS = {
    "product.product": "stock.group_stock_user,sales_team.group_sale_salesman,mrp.group_mrp_user",
    "stock.lot": "stock.group_stock_user,mrp.group_mrp_user",
    "stock.package": "stock.group_stock_user",
    "stock.location": "stock.group_stock_user",
}


class StockScanLink(models.AbstractModel):
    """The links on labels: how they begin, and where they lead."""

    _name = "stock.scan.link"
    _description = "Link on a Label"

    @api.model
    def _get_domain(self):
        """How the links begin: of the company's own domain if it is set, else of this server's address.

        :raises UserError: when that is no address
        """
        get_param = self.env["ir.config_parameter"].sudo().get_param
        return self._check_domain(get_param(DOMAIN_PARAMETER) or get_param("web.base.url") or "")

    @api.model
    def _check_domain(self, domain):
        """:return: the domain as it is put into links
        :raises UserError: when it is none
        """
        try:
            return normalize_domain(domain)
        except ValueError:
            message = self.env._(
                "“%(domain)s” cannot be the beginning of the links on labels; enter https:// and the name of the server, "
                "without a path, for example https://odoo.example.com.",
                domain=domain,
            )
            raise UserError(message) from None

    @api.model
    def _get_target(self, url):
        """Where a person goes who has followed a link on a label.

        :param str url: the whole link
        :return: the path of the record's form; of the app, with the link in `code`, when several or no records are
            meant, or the person has no use for the form
        """
        matches = self.env["stock.scan.resolver"].resolve(url)
        if len(matches) == 1 and self._can_open_form(matches[0]["model"]):
            return f"/odoo/{matches[0]['model']}/{matches[0]['id']}"
        return f"{APP_URL}?{urlencode({'code': url})}"

    @api.model
    def _can_open_form(self, model):
        groups = FORM_GROUPS.get(model)
        return not groups or self.env.user.has_groups(groups)
