import { describe, expect, test } from "@odoo/hoot";
import { applyEffects, findLineIndex, getProgress, getStatus, isOver, sortLines } from "@cognityv_scanning/app/session/totals";

describe.current.tags("headless");

const makeLine = (id, required, scanned, values = {}) => {
    const line = { id, product_id: id, lot_id: false, required, done: 0, scanned, remaining: required, ...values };
    return { ...line, status: getStatus(line) };
};
const add = (line_id, quantity) => ({ line_id, product_id: line_id, quantity, mode: "add" });
const set = (line_id, quantity) => ({ line_id, product_id: line_id, quantity, mode: "set" });

test("a line says what is missing, partial, right, too much, or nothing", () => {
    expect(getStatus(makeLine(1, 5, 0))).toBe("missing");
    expect(getStatus(makeLine(1, 5, 2))).toBe("partial");
    expect(getStatus(makeLine(1, 5, 5))).toBe("match");
    expect(getStatus(makeLine(1, 5, 6))).toBe("extra");
    expect(getStatus(makeLine(1, 0, 1))).toBe("extra");
    expect(getStatus(makeLine(1, 0, 0))).toBe(false);
    expect(getStatus(makeLine(1, false, 3))).toBe(false);
});

test("what was delivered before counts as found", () => {
    expect(getStatus(makeLine(1, 5, 2, { done: 3 }))).toBe("match");
    expect(isOver(makeLine(1, 5, 1, { done: 3 }), 1)).toBe(false);
    expect(isOver(makeLine(1, 5, 2, { done: 3 }), 1)).toBe(true);
});

test("sums of decimals are as required when they look so", () => {
    expect(getStatus(makeLine(1, 0.3, 0.1 + 0.2))).toBe("match");
    expect(isOver(makeLine(1, 0.3, 0.1), 0.2)).toBe(false);
});

test("nothing is too much where nothing is told", () => {
    expect(isOver(makeLine(1, false, 100), 1)).toBe(false);
});

test("scans that wait are added to what the server has", () => {
    const lines = applyEffects([makeLine(1, 5, 2), makeLine(2, 1, 0)], [add(1, 1), add(1, 2)]);
    expect(lines[0]).toMatchObject({ scanned: 5, remaining: 0, status: "match", isPending: true });
});

test("a total that waits replaces what the server has, later scans are added to it", () => {
    const [line] = applyEffects([makeLine(1, 9, 7)], [add(1, 1), set(1, 3), add(1, 1)]);
    expect(line).toMatchObject({ scanned: 4, remaining: 5, status: "partial" });
});

test("lines that nothing happens to stay the same objects, so that their rows are not drawn again", () => {
    const lines = [makeLine(1, 5, 2), makeLine(2, 1, 0)];
    const result = applyEffects(lines, [add(1, 1)]);
    expect(result[1]).toBe(lines[1]);
    expect(lines[0].scanned).toBe(2);
});

test("what is not on the document gets a line", () => {
    const effect = { product_id: 7, lot_id: 3, quantity: 1, mode: "add", product: "Glue", lot: "L3" };
    const lines = applyEffects([makeLine(1, 5, 0)], [effect, effect]);
    expect(lines).toHaveLength(2);
    expect(lines[1]).toMatchObject({ id: "new-7-3-false-false", product: "Glue", lot: "L3", scanned: 2, status: "extra" });
});

test("on a blind sheet, what waits tells nothing of what is expected", () => {
    const effects = [add(1, 1), { product_id: 7, quantity: 1, mode: "add" }];
    for (const line of applyEffects([makeLine(1, false, 0)], effects, true)) {
        expect(line).toMatchObject({ scanned: 1, required: false, remaining: false, status: false });
    }
});

test("an item's line is found by its id, by its lot, then by its product", () => {
    const lines = [
        { id: 1, product_id: 1, lot_id: false },
        { id: 2, product_id: 1, lot_id: 5 },
        { id: 3, product_id: 2, lot_id: 6 },
    ];
    expect(findLineIndex(lines, { line_id: 3, product_id: 1 })).toBe(2);
    expect(findLineIndex(lines, { product_id: 1, lot_id: 5 })).toBe(1);
    expect(findLineIndex(lines, { product_id: 1, lot_id: 9 })).toBe(0);
    expect(findLineIndex(lines, { product_id: 2, lot_id: 9 })).toBe(-1);
});

test("what was touched last comes first, then what is wrong, then what is missing", () => {
    const lines = [makeLine(1, 1, 1), makeLine(2, 1, 0), makeLine(3, 2, 1), makeLine(4, 1, 2), makeLine(5, 1, 1)];
    const getIds = (touched) => sortLines(lines, new Map(touched)).map(({ id }) => id);
    expect(getIds([])).toEqual([4, 3, 2, 1, 5]);
    expect(getIds([[1, 1], [5, 2]])).toEqual([5, 4, 3, 2, 1]);
});

test("progress counts complete items; a blind sheet tells only what was scanned", () => {
    const lines = [makeLine(1, 1, 1), makeLine(2, 2, 1), makeLine(3, 1, 3), makeLine(4, 0, 1)];
    expect(getProgress(lines, false)).toEqual({ done: 2, total: 3 });
    expect(getProgress([makeLine(1, false, 1), makeLine(2, false, 0)], true)).toEqual({ done: 1, total: false });
});

test("where nothing is expected, what was found is told", () => {
    expect(getProgress([makeLine(1, 0, 4), makeLine(2, 0, 1)], false)).toEqual({ done: 2, total: false });
});
