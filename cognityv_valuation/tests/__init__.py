from . import (
    test_accounting,
    test_accounting_date,
    test_bases,
    test_gap_value,
    test_location_average,
    test_location_cost,
    test_location_cost_hypothesis,
    test_location_cost_races,
    test_location_cost_rebuild,
    test_reversal_value,
    test_settings,
    test_value_limits,
)
