import { readCode } from "./code_reader";

/**
 * What a scanned text stands for in a document, without network.
 *
 * @param {Object<string, Object[]>} codes of the document's payload: key → entries
 * @param {string} text as it was scanned or typed
 * @returns {Object[]} entries; several: the person chooses; none: unknown here, the server has to look (it may know)
 */
export function lookup(codes, text) {
    const code = readCode(text);
    const entries = getKeys(code).map((key) => codes[key]).find((found) => found?.length) || [];
    return code.isMeasured ? [] : entries.map((entry) => withQuantity(entry, code));
}

/** The keys under which a code may stand, the most particular first. A code with a lot means that lot and no other. */
function getKeys({ text, shortCode, gtin, lot, serial }) {
    const keys = [`text:${text}`];
    if (shortCode) {
        keys.push(`q:${shortCode}`);
    }
    if (gtin) {
        const names = [serial, lot].filter(Boolean);
        keys.push(...(names.length ? names.map((name) => `gtin:${gtin}|lot:${name}`) : [`gtin:${gtin}`]));
    }
    return keys;
}

/** A code may carry how many pieces it stands for, or how many of what the number names are in a package. */
function withQuantity(entry, { count = null, contentCount = null }) {
    if (count !== null) {
        return { ...entry, quantity: count };
    }
    return contentCount === null ? entry : { ...entry, quantity: (entry.quantity || 1) * contentCount };
}
