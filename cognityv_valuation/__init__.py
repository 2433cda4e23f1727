from . import controllers, models, report, wizard


def post_init_hook(env):
    """Stock that was there before: its average prices are worked out in the background."""
    env["stock.location.cost.rebuild"]._start_where_stock_is()
