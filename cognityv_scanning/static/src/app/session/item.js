import { findLineIndex } from "./totals";

// Which item it is, for the server and for finding its line.
const IDENTITY = ["line_id", "product_id", "lot_id", "package_id"];
const SCAN = [...IDENTITY, "code", "quantity", "mode"];

const isKnown = (value) => value !== undefined && value !== null && value !== false && value !== "";
const pickKnown = (values, keys) => Object.fromEntries(keys.filter((key) => isKnown(values[key])).map((key) => [key, values[key]]));

/** @returns {Object} of an entry of the codes, a match of the resolver, or an event: which item it is */
export const getIdentity = (item) => pickKnown(item, IDENTITY);

/** @returns {Object} the same, and where it was seen: which line it is */
export const getPlacedIdentity = (item) => pickKnown(item, [...IDENTITY, "location_id"]);

/** A line that the device has made up has no id yet that the server knows. */
export const getLineIdentity = (line) => getIdentity({ ...line, line_id: typeof line.id === "number" && line.id });

/** @returns {Object} what an event of a scan said, without what became of it; `quantity` only where it said one */
export const getScan = (event) => pickKnown({ ...event, quantity: event.quantity || undefined }, SCAN);

/** @returns {{item: string, detail: string}} how a line is called */
export const describe = ({ product, code, lot }) => ({ item: product, detail: [code, lot].filter(Boolean).join(" · ") });

/** @returns {boolean} whether it is a note that is on no item */
export const isNoteOnWhole = ({ note, line_id }) => isText(note) && !line_id;

const isText = (note) => typeof note === "string";

/**
 * What a scan does to its line, as of `totals.js`.
 *
 * @param {Object} event the scan
 * @param {Object|null} entry which item it is, as far as the device knows
 * @param {Object[]} lines
 * @returns {Object|null} null when the device cannot know: the server has to say
 */
export function getEffect(event, entry, lines) {
    if (isText(event.note)) {
        return event.line_id ? { line_id: event.line_id, note: event.note, mode: "note" } : null;
    }
    if (!entry?.product_id) {
        return null;
    }
    const mode = event.mode || "add";
    const line = lines[findLineIndex(lines, entry)];
    const isTracked = lines.some(({ product_id, tracking }) => product_id === entry.product_id && tracking !== "none");
    const lacksNumber = isTracked && !entry.lot_id;
    // Such a line is the sum of several tracking numbers: the total of one is not its total.
    const isSum = mode === "set" && entry.lot_id && line && !line.lot_id;
    if (lacksNumber || isSum) {
        return null;
    }
    const named = pickKnown(entry, ["product", "lot"]);
    return { ...named, ...getPlacedIdentity(entry), quantity: event.quantity ?? entry.quantity ?? 1, mode };
}

/** What takes an effect back. */
export function getOpposite({ effect, before }) {
    if (!effect) {
        return null;
    }
    return effect.mode === "set" ? { ...effect, quantity: before || 0 } : { ...effect, quantity: -effect.quantity };
}
