from odoo.tests import HttpCase, tagged

from .test_correction import CorrectionCommon


@tagged("post_install", "-at_install")
class TestCorrectionTours(HttpCase, CorrectionCommon):
    """Issue 3, C, in a real browser, by an inventory manager who is no stock administrator."""

    def test_from_the_contents_of_a_location(self):
        self.start_tour("/odoo", "stock_correction_from_location", login=self.manager.login)
        correction = self._find_corrections()
        self.assertRecordValues(
            correction,
            [{"state": "validated", "gap_qty": -2, "reason_id": self.destroyed.id, "validated_by_id": self.manager.id}],
        )
        self.assertEqual(self._on_hand(self.bolt, self.rack_a1), 8)

    def test_several_at_once(self):
        self.start_tour("/odoo", "stock_correction_of_several", login=self.manager.login)
        corrections = self._find_corrections()
        self.assertEqual(sorted(corrections.mapped("gap_qty")), [-4, -3])
        self.assertEqual(set(corrections.mapped("state")), {"validated"})
        self.assertEqual(self._on_hand(self.nut, self.rack_a1), 0)

    def test_told_what_the_stock_has_become(self):
        correction = self._make_correction(real_qty=9)
        self._put(self.bolt, -3, self.rack_a1)
        self.start_tour(
            f"/odoo/stock-corrections/{correction.id}", "stock_correction_conflict", login=self.manager.login
        )
        self.assertEqual(correction.state, "validated")
        self.assertEqual(self._on_hand(self.bolt, self.rack_a1), 9)

    def _find_corrections(self):
        return self.env["stock.correction"].search([("company_id", "=", self.company.id)])
