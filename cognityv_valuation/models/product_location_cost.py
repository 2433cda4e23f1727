from odoo import models


class ProductTemplate(models.Model):
    _inherit = "product.template"

    def action_view_location_costs(self):
        """Open the average prices of this product, place by place."""
        return self.product_variant_ids.action_view_location_costs()


class ProductProduct(models.Model):
    _inherit = "product.product"

    def action_view_location_costs(self):
        """Open the average prices of these products, place by place."""
        action = self.env["ir.actions.act_window"]._for_xml_id("cognityv_valuation.action_location_cost")
        return {**action, "domain": [("product_id", "in", self.ids)]}
