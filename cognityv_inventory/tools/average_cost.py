"""The weighted average price as goods come and go. Knows no records and no database."""


class RunningAverage:
    """Quantity, value and average price of something, kept through what happens to it in the order of time.

    What comes in adds its value; what goes out leaves at the average. Where nothing is there, or less than nothing,
    the price of what comes in next is the average from then on. That is what Odoo's own average cost does.

    >>> stock = RunningAverage()
    >>> stock.receive(10, 100.0)
    >>> stock.receive(5, 80.0)
    >>> stock.issue(6)
    >>> stock.quantity, stock.average, stock.value
    (9.0, 12.0, 108.0)
    """

    def __init__(self):
        self.quantity = 0.0
        self.value = 0.0
        self.average = 0.0

    def receive(self, quantity, value):
        """:param value: of the whole quantity"""
        was_there = self.quantity > 0
        self.quantity += quantity
        if was_there:
            self.value += value
            self.average = self.value / self.quantity
        else:
            self.average = value / quantity if quantity else self.average
            self.value = self.average * self.quantity

    def issue(self, quantity, value=None):
        """:param value: of the whole quantity, if it leaves at another price than the average: the average of what
        stays becomes another one then"""
        self.quantity -= quantity
        if value is None:
            self.value -= quantity * self.average
        elif self.quantity > 0:
            self.value -= value
            self.average = self.value / self.quantity
        else:
            self.value = self.average * self.quantity

    def revalue(self, average):
        """From now on everything that is there is worth this price."""
        self.average = average
        self.value = average * self.quantity
