from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestSettings(TransactionCase):
    """The valuation basis is chosen per company."""

    def test_each_company_has_its_own_basis(self):
        first, second = self.env["res.company"].create([{"name": "First"}, {"name": "Second"}])
        self.assertEqual(first.inventory_valuation_basis, "cost")
        self.env["res.config.settings"].with_company(second).create({"inventory_valuation_basis": "sale"}).execute()
        self.assertEqual((first.inventory_valuation_basis, second.inventory_valuation_basis), ("cost", "sale"))

    def test_managers_see_values_and_counters_do_not(self):
        group = self.env.ref("cognityv_valuation.group_see_value")
        self.assertIn(group, self.env.ref("cognityv_inventory.group_manager").all_implied_ids)
        self.assertNotIn(group, self.env.ref("cognityv_inventory.group_counter").all_implied_ids)
