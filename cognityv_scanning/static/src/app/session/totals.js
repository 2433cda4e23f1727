import { compareQuantities } from "../quantity/quantity";

/**
 * What the lines of a document say while scans wait to be answered: the server's lines with the effects of those scans.
 *
 * An effect is what one scan does to one item: `{line_id, product_id, lot_id, package_id, location_id, quantity, mode}`, with the
 * mode "add" or "set"; `lot` and `product` name it where it has no line yet. With the mode "note" it is a `note` on a line.
 */

const isHidden = (line) => line.required === false;
const getFound = (line) => (line.done || 0) + line.scanned;

/** As the server says it: "match", "missing", "partial", "extra", or false where there is nothing to say. */
export function getStatus(line) {
    if (isHidden(line)) {
        return false;
    }
    const found = getFound(line);
    if (!compareQuantities(line.required, 0)) {
        return compareQuantities(found, 0) > 0 ? "extra" : false;
    }
    if (!compareQuantities(found, 0)) {
        return "missing";
    }
    return { "-1": "partial", 0: "match", 1: "extra" }[compareQuantities(found, line.required)];
}

/** @returns {boolean} whether so much more is more than what is asked for */
export function isOver(line, quantity) {
    return !isHidden(line) && compareQuantities(getFound(line) + quantity, line.required) > 0;
}

/**
 * @param {Object} item `line_id`, or `product_id`, `lot_id` and, where it was seen in a certain place, `location_id`
 * @returns {number} where the item's line is: by its id, by product and lot, else by product only; -1: nowhere
 */
export function findLineIndex(lines, { line_id, product_id, lot_id, location_id }) {
    const isSame = (line) =>
        line.product_id === product_id && (!location_id || !line.location_id || line.location_id === location_id);
    const tests = [
        (line) => line_id && line.id === line_id,
        (line) => isSame(line) && (line.lot_id || false) === (lot_id || false),
        (line) => isSame(line) && !line.lot_id,
    ];
    for (const test of tests) {
        const index = lines.findIndex(test);
        if (index >= 0) {
            return index;
        }
    }
    return -1;
}

/** @returns {Object} the line with another scanned quantity, and all that follows from it */
function withScanned(line, scanned) {
    const changed = { ...line, scanned, isPending: true };
    changed.remaining = isHidden(line) ? false : Math.max(line.required - getFound(changed), 0);
    changed.status = getStatus(changed);
    return changed;
}

/** A line for what is not on the document, until the server has made its own. */
function makeLine(effect, isBlind) {
    const { product_id, lot_id = false, package_id = false, location_id = false, product = "", lot = false } = effect;
    const unknown = { code: false, tracking: "none", package: false, place: false, uom: "", note: false, elsewhere: false };
    const quantities = { required: isBlind ? false : 0, done: 0, scanned: 0, remaining: isBlind ? false : 0, status: false };
    return { id: `new-${product_id}-${lot_id}-${package_id}-${location_id}`, product_id, lot_id, package_id, location_id, product, lot, ...unknown, ...quantities };
}

function annotate(lines, index, note) {
    if (index >= 0) {
        lines[index] = { ...lines[index], note, isPending: true };
    }
}

/**
 * @param {Object[]} lines of the server; not changed
 * @param {Object[]} effects of scans that are not answered, in their order
 * @returns {Object[]} lines; those that no effect touches are the same objects
 */
export function applyEffects(lines, effects, isBlind = false) {
    const result = [...lines];
    for (const effect of effects) {
        let index = findLineIndex(result, effect);
        if (effect.mode === "note") {
            annotate(result, index, effect.note);
            continue;
        }
        if (index < 0) {
            index = result.push(makeLine(effect, isBlind)) - 1;
        }
        const scanned = effect.mode === "set" ? effect.quantity : result[index].scanned + effect.quantity;
        result[index] = withScanned(result[index], scanned);
    }
    return result;
}

const RANKS = { extra: 1, partial: 2, missing: 3, match: 5 };
const RANK_OF_LAST = 0;
const RANK_OF_OTHERS = 4;

/**
 * What was touched last comes first, then what is wrong, then what is missing, then what is right.
 *
 * @param {Object[]} lines
 * @param {Map<number|string, number>} touched when each line was touched here (a growing number), by its id
 */
export function sortLines(lines, touched) {
    const latest = Math.max(...touched.values());
    const getRank = (line) => (touched.get(line.id) === latest ? RANK_OF_LAST : RANKS[line.status] || RANK_OF_OTHERS);
    const keyed = lines.map((line) => ({ line, rank: getRank(line), touched: touched.get(line.id) || 0 }));
    // Sorting is stable: among equals, the server's order stays.
    return keyed.sort((a, b) => a.rank - b.rank || b.touched - a.touched).map(({ line }) => line);
}

/**
 * @returns {{done: number, total: number|false}} how many items are complete, of how many; where quantities are hidden,
 *  or nothing is asked for, only how many were scanned
 */
export function getProgress(lines, isBlind) {
    const asked = lines.filter((line) => compareQuantities(line.required || 0, 0) > 0);
    if (isBlind || !asked.length) {
        return { done: lines.filter((line) => compareQuantities(line.scanned, 0) > 0).length, total: false };
    }
    return { done: asked.filter((line) => ["match", "extra"].includes(line.status)).length, total: asked.length };
}
