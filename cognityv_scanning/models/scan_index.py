"""Indexes on Odoo's tables for the look-ups of the resolver: equality and beginning of a text, in any case.

`text_pattern_ops` serves both, whatever the collation of the database is. None is partial: PostgreSQL does not use the
statistics of partial indexes, would take half a percent of a million lots for the usual number of hits, and start
parallel workers to fetch one.
"""

from odoo import models


def _lower(column):
    return models.Index(f"(lower({column}) text_pattern_ops)")


class ProductProduct(models.Model):
    _inherit = "product.product"

    _scan_default_code_idx = _lower("default_code")
    _scan_barcode_idx = _lower("barcode")


class ProductUom(models.Model):
    _inherit = "product.uom"

    _scan_barcode_idx = _lower("barcode")


class StockLot(models.Model):
    _inherit = "stock.lot"

    _scan_name_idx = _lower("name")


class StockPackage(models.Model):
    _inherit = "stock.package"

    _scan_name_idx = _lower("name")


class StockLocation(models.Model):
    _inherit = "stock.location"

    _scan_name_idx = _lower("name")
    _scan_complete_name_idx = _lower("complete_name")
    _scan_barcode_idx = _lower("barcode")


class SaleOrder(models.Model):
    _inherit = "sale.order"

    _scan_name_idx = _lower("name")
    _scan_client_order_ref_idx = _lower("client_order_ref")


class StockPicking(models.Model):
    _inherit = "stock.picking"

    _scan_name_idx = _lower("name")


class MrpProduction(models.Model):
    _inherit = "mrp.production"

    _scan_name_idx = _lower("name")


class StockInventorySheet(models.Model):
    _inherit = "stock.inventory.sheet"

    _scan_name_idx = _lower("name")
