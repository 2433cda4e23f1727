"""Counts know what the system had when they were made; until now that was the current quantity of their line."""


def migrate(cr, version):
    cr.execute("ALTER TABLE stock_inventory_count ADD COLUMN IF NOT EXISTS on_hand_qty double precision")
    cr.execute("ALTER TABLE stock_inventory_sheet_line ADD COLUMN IF NOT EXISTS counted_on_hand double precision")
    cr.execute(
        """UPDATE stock_inventory_count count SET on_hand_qty = line.current_qty
             FROM stock_inventory_sheet_line line WHERE line.id = count.line_id"""
    )
    cr.execute(
        """UPDATE stock_inventory_sheet_line
              SET counted_on_hand = CASE WHEN is_counted THEN current_qty ELSE 0 END"""
    )
    # The rule is one that no update touches; without it, the data file makes it again as it is now: counters do not
    # see the counts of others where they count blind or a second time.
    cr.execute(
        """DELETE FROM ir_rule USING ir_model_data data
            WHERE data.res_id = ir_rule.id AND data.model = 'ir.rule'
              AND data.module = 'cognityv_inventory' AND data.name = 'rule_count_counter'"""
    )
    cr.execute("DELETE FROM ir_model_data WHERE module = 'cognityv_inventory' AND name = 'rule_count_counter'")
