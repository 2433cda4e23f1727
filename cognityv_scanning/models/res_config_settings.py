from odoo import fields, models

from .stock_scan_link import DOMAIN_PARAMETER


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    scan_link_domain = fields.Char("Domain of the links on labels", config_parameter=DOMAIN_PARAMETER)

    def set_values(self):
        """:raises UserError: when the domain of the links cannot be one"""
        if self.scan_link_domain:
            self.scan_link_domain = self.env["stock.scan.link"]._check_domain(self.scan_link_domain)
        return super().set_values()
