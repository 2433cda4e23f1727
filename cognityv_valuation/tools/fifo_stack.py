"""First in, first out. Knows no records and no database."""


class FifoStack:
    """What is in stock, layer by layer, as it is taken out oldest first; as Odoo values what leaves by FIFO.

    :param layers: list of (quantity, value of that quantity), oldest first
    :param cost: what one unit is worth when nothing is there

    >>> stack = FifoStack([(2, 20.0), (3, 45.0)], cost=12.0)
    >>> stack.take(3), stack.take(4), stack.take(1)
    (35.0, 60.0, 12.0)
    """

    def __init__(self, layers, cost):
        self._layers = [(quantity, value) for quantity, value in layers if quantity > 0]
        self._cost = cost

    def take(self, quantity):
        """Take something out. What is more than there is has the price of the last layer.

        :return: the value of what was taken
        """
        taken, price = 0.0, self._cost
        while quantity > 0 and self._layers:
            there, value = self._layers.pop(0)
            price = value / there
            if there > quantity:
                self._layers.insert(0, (there - quantity, value - price * quantity))
                there, value = quantity, price * quantity
            taken += value
            quantity -= there
        return taken + max(quantity, 0) * price
