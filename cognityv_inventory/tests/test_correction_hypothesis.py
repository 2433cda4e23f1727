from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import tagged

from .test_correction import CorrectionCommon
from .test_hypothesis import QUANTITIES, SETTINGS, SIGNED


@tagged("post_install", "-at_install")
class TestGeneratedCorrections(CorrectionCommon):
    """Issue 3, C, with random on-hand, reserved and actual quantities: on hand is the actual quantity afterwards, and
    the move's quantity is the difference (invariant 1)."""

    @settings(**{**SETTINGS, "max_examples": 40})
    @given(
        on_hand=SIGNED,
        share_reserved=st.integers(0, 100),
        real=QUANTITIES,
        with_lot=st.booleans(),
        with_package=st.booleans(),
        with_owner=st.booleans(),
    )
    def test_on_hand_is_the_actual_quantity(self, on_hand, share_reserved, real, with_lot, with_package, with_owner):
        with self._undone():
            product = self.glue if with_lot else self.bolt
            identity = {
                "lot_id": self._make_lot(product, "L1") if with_lot else self.env["stock.lot"],
                "package_id": self.env["stock.package"].create({"name": "P"} if with_package else {}),
                "owner_id": self.env["res.partner"].create({"name": "Owner"}),
            }
            if not with_package:
                identity["package_id"] = self.env["stock.package"]
            if not with_owner:
                identity["owner_id"] = self.env["res.partner"]
            if on_hand:
                self._put(product, on_hand, self.rack_empty, **identity)
            reserved = round(max(0, on_hand) * share_reserved / 100, 2)
            delivery = self._reserve_some(product, reserved, identity["owner_id"])
            self._check_correction(product, identity, on_hand, real)
            self._check_reservation(delivery, product, reserved, real)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rack_empty = cls.env["stock.location"].create({"name": "E", "location_id": cls.stock.id})

    def _reserve_some(self, product, quantity, owner):
        if not quantity:
            return None
        delivery = self._make_delivery(product, quantity, self.rack_empty, owner_id=owner.id)
        delivery.move_ids.picked = False
        self.assertAlmostEqual(delivery.move_ids.quantity, quantity, places=2)
        return delivery

    def _check_correction(self, product, identity, on_hand, real):
        ids = {name: record.id for name, record in identity.items()}
        correction = self._make_correction(product, self.rack_empty, real_qty=real, **ids)
        self.assertAlmostEqual(correction.gap_qty, real - on_hand, places=2)
        if round(real - on_hand, 2):
            correction.action_validate()
            move = correction.move_ids
            sign = 1 if move.location_dest_id == self.rack_empty else -1
            self.assertAlmostEqual(sign * move.quantity, real - on_hand, places=2)
        names = {"lot": identity["lot_id"], "package": identity["package_id"], "owner": identity["owner_id"]}
        self.assertAlmostEqual(self._on_hand(product, self.rack_empty, **names), real, places=2)

    def _check_reservation(self, delivery, product, reserved, real):
        """No more is reserved than is there, on the transfer and on the stock alike."""
        quants = self._quant(product, self.rack_empty)
        held = min(reserved, real)
        self.assertAlmostEqual(sum(quants.mapped("reserved_quantity")), held, places=2)
        if delivery:
            self.assertAlmostEqual(delivery.move_ids.quantity, held, places=2)
