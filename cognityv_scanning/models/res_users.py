from odoo import models


class ResUsers(models.Model):
    _inherit = "res.users"

    def _fetch_for_scan(self):
        """Read what is asked of a user and their company while a scan is taken in, and no more.

        Left alone, the ORM reads all fields of both, with each of the transactions that a scan has.
        """
        self.sudo().fetch(["company_id", "partner_id"])
        self.env.company.sudo().fetch(["parent_path"])
