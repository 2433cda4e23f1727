from odoo import models

# Menus of what only another module brings: external id → a model of that module.
MENUS_OF_MODELS = {"cognityv_valuation.menu_production_cost_report": "mrp.production"}


class IrUiMenu(models.Model):
    """Nobody is shown a report that can have nothing to say."""

    _inherit = "ir.ui.menu"

    def _load_menus_blacklist(self):
        names = [menu for menu, model in MENUS_OF_MODELS.items() if model not in self.env]
        menus = [self.env.ref(name, raise_if_not_found=False) for name in names]
        return [*super()._load_menus_blacklist(), *(menu.id for menu in menus if menu)]
