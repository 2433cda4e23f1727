from collections import defaultdict

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.tests import tagged

from .common import InventoryCommon

QUANTITIES = st.integers(0, 5000).map(lambda cents: cents / 100)
SIGNED = st.integers(-2000, 5000).map(lambda cents: cents / 100)
SETTINGS = {"max_examples": 15, "deadline": None, "suppress_health_check": list(HealthCheck)}

# A place in stock: (rack, product, lot, package, owner), each an index into what setUpClass made; None is none.
IDENTITIES = st.tuples(
    st.integers(0, 1),
    st.sampled_from([(0, None), (1, None), (2, 0), (2, 1)]),
    st.sampled_from([None, 0]),
    st.sampled_from([None, 0]),
)
STOCK = st.dictionaries(IDENTITIES, SIGNED, max_size=8)
COUNTS = st.dictionaries(IDENTITIES, QUANTITIES, max_size=8)


@tagged("post_install", "-at_install")
class TestGeneratedCounts(InventoryCommon):
    """Random stock, lots, packages, owners and counts: on hand equals what was counted (invariants 1 and 6)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.racks = cls.rack_a1 | cls.rack_a2
        cls.products = cls.bolt | cls.nut | cls.glue
        cls.lots = cls._make_lot(cls.glue, "L1") | cls._make_lot(cls.glue, "L2")
        cls.packages = cls.env["stock.package"].create([{"name": "P1"}, {"name": "P2"}])
        cls.owners = cls.env["res.partner"].create({"name": "Owner"})

    def _resolve(self, identity):
        rack, (product, lot), package, owner = identity

        def pick(records, index):
            return records.browse() if index is None else records[index]

        return {
            "location_id": self.racks[rack],
            "product_id": self.products[product],
            "lot_id": pick(self.lots, lot),
            # A package is in one place only.
            "package_id": pick(self.packages, rack if package is not None else None),
            "owner_id": pick(self.owners, owner),
        }

    def _stock_by_identity(self):
        quants = self.env["stock.quant"].search([("location_id", "in", self.racks.ids)])
        on_hand = defaultdict(float)
        for quant in quants:
            on_hand[quant._get_inventory_identity()] += quant.quantity
        return on_hand

    def _put_stock(self, stock):
        for identity, quantity in stock.items():
            names = self._resolve(identity)
            if quantity:
                product, location = names.pop("product_id"), names.pop("location_id")
                self._put(product, quantity, location, **names)

    def _count_on(self, sheet, counts):
        lines = {line._get_inventory_identity(): line for line in sheet.line_ids}
        expected = {}
        for identity, quantity in counts.items():
            ids = {name: record.id for name, record in self._resolve(identity).items()}
            key = tuple(ids[name] for name in ("product_id", "location_id", "lot_id", "package_id", "owner_id"))
            expected[key] = quantity
            if key in lines:
                lines[key].real_qty = quantity
            else:
                sheet.line_ids.create({"sheet_id": sheet.id, "real_qty": quantity, **ids})
        return expected

    @settings(**SETTINGS)
    @given(stock=STOCK, counts=COUNTS)
    def test_on_hand_is_what_was_counted(self, stock, counts):
        with self._undone():
            self._put_stock(stock)
            sheet = self._make_sheet()
            expected = self._stock_by_identity() | self._count_on(sheet, counts)
            sheet.action_complete(keep_uncounted=True)
            gaps = {line._get_inventory_identity(): line.gap_qty for line in sheet.line_ids}
            sheet.action_validate()
            on_hand = self._stock_by_identity()
            for key, quantity in expected.items():
                self.assertAlmostEqual(on_hand[key], quantity, places=2)
            self._check_moves(sheet, gaps)
            self._check_evidence(sheet, expected, counts)
            before = {key: quantity - gaps.get(key, 0) for key, quantity in on_hand.items()}
            self._check_reversal(sheet, before)

    def _check_moves(self, sheet, gaps):
        """Invariant 1: the sum of the sheet's moves is the sum of its gaps, and no gap makes no move."""
        moved = sum(
            line.quantity_product_uom * (1 if line.location_dest_id in self.racks else -1)
            for line in sheet.move_ids.move_line_ids
        )
        self.assertAlmostEqual(moved, sum(gaps.values()), places=2)
        self.assertEqual(len(sheet.move_ids), sum(1 for gap in gaps.values() if round(gap, 2)))

    def _check_evidence(self, sheet, expected, counts):
        """Invariant 6: each count is on record, those without a gap too, and the rest is recorded as not counted."""
        counted = sheet.line_ids.filtered("is_counted")
        self.assertEqual(len(counted), len(counts))
        self.assertEqual(len(sheet.line_ids.count_ids), len(counts))
        for line in counted:
            self.assertAlmostEqual(line.count_ids.quantity, expected[line._get_inventory_identity()], places=2)

    def _check_reversal(self, sheet, before):
        takes_too_much = any(
            line.location_dest_id in self.racks and self._on_hand_of(line) < line.quantity_product_uom - 0.001
            for line in sheet.move_ids.move_line_ids
        )
        if not takes_too_much:
            sheet.action_reverse()
            after = self._stock_by_identity()
            for key, quantity in before.items():
                self.assertAlmostEqual(after[key], quantity, places=2)

    def _on_hand_of(self, line):
        key = (line.product_id, line.location_dest_id, line.lot_id, line.result_package_id, line.owner_id)
        return self._stock_by_identity()[tuple(record.id for record in key)]

    @settings(**SETTINGS)
    @given(STOCK, st.sets(st.integers(0, 7)))
    def test_coverage_is_what_a_plain_look_at_the_lines_says(self, stock, counted):
        """Issue D, Planning: the share of stock records that were counted this year."""
        with self._undone():
            self._put_stock(stock)
            sheet = self._make_sheet(location_id=self.stock.id)
            for index, line in enumerate(sheet.line_ids.sorted("id")):
                if index in counted:
                    line.real_qty = abs(line.current_qty)
            sheet.action_complete(keep_uncounted=True)
            sheet.action_validate()
            seen = {self._get_identity(line) for line in sheet.line_ids.filtered("is_counted")}
            expected = {identity: identity in seen for identity, qty in self._stock_by_identity().items() if qty}
            rows = self.env["stock.inventory.coverage"].search([("location_id", "in", self.racks.ids)])
            self.assertEqual({self._get_identity(row): row.counted_this_year for row in rows}, expected)
            self.assertEqual(len(rows), len(expected))

    def _get_identity(self, record):
        return tuple(record[name].id for name in ("product_id", "location_id", "lot_id", "package_id", "owner_id"))
