import doctest

from odoo.tests import BaseCase, tagged

from ..tools import average_cost


@tagged("post_install", "-at_install")
class TestAverageCost(BaseCase):
    """The average as goods come and go; that it is Odoo's is what `test_set_based_equal` shows."""

    def test_its_example(self):
        result = doctest.testmod(average_cost)
        self.assertTrue(result.attempted)
        self.assertFalse(result.failed)

    def test_what_comes_in_where_nothing_is_left_sets_the_price(self):
        stock = average_cost.RunningAverage()
        stock.issue(4)
        stock.receive(3, 30.0)
        stock.receive(5, 60.0)
        self.assertEqual((stock.quantity, stock.average, stock.value), (4.0, 12.0, 48.0))

    def test_what_leaves_at_another_price_leaves_another_average_behind(self):
        stock = average_cost.RunningAverage()
        stock.receive(10, 100.0)
        stock.issue(5, 20.0)
        self.assertEqual((stock.average, stock.value), (16.0, 80.0))

    def test_a_new_price_is_that_of_all_there_is(self):
        stock = average_cost.RunningAverage()
        stock.receive(2, 10.0)
        stock.revalue(7.0)
        stock.issue(1)
        self.assertEqual((stock.average, stock.value), (7.0, 7.0))
