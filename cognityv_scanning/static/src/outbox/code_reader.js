import { BarcodeParser } from "@barcodes/js/barcode_parser";
import { FNC1_CHAR, GS1BarcodeError } from "@barcodes_gs1_nomenclature/js/barcode_parser";

/**
 * What a scanned text says, as far as a phone without network can make use of it.
 *
 * The grammar of GS1 is that of Odoo's own parser, told the few identifiers (AI) that stand on labels of goods. The
 * server reads much more (`tools/scan_code.py`); what is not read here waits for it. Both are held together by the
 * table of cases in `static/tests/code_cases.js`.
 */

const ANY = "[!\"%-/0-9:-?A-Z_a-z]";
// AI → pattern of its value. With an AI that is not here, a text is left to the server.
const ELEMENTS = {
    ...{ "00": "\\d{18}", "01": "\\d{14}", "02": "\\d{14}", 10: `${ANY}{1,20}`, 21: `${ANY}{1,20}`, 20: "\\d{2}" },
    ...{ 11: "\\d{6}", 12: "\\d{6}", 13: "\\d{6}", 15: "\\d{6}", 16: "\\d{6}", 17: "\\d{6}" },
    ...{ 240: `${ANY}{1,30}`, 241: `${ANY}{1,30}`, 400: `${ANY}{1,30}`, 30: "\\d{1,8}", 37: "\\d{1,8}" },
    ...{ "31[0-6][0-5]": "\\d{6}" },
};
const GS1_PARSER = new BarcodeParser({
    nomenclature: {
        is_gs1_nomenclature: true,
        gs1_separator_fnc1: "Alt029|#|<GS>|\\{GS\\}|\\x1D",
        rules: Object.entries(ELEMENTS).map(([ai, value]) => ({
            encoding: "gs1-128",
            gs1_content_type: "alpha",
            pattern: `(${ai})(${value})`,
        })),
    },
});
// What a scanner puts before the text to say which kind of code it read (ISO/IEC 15424).
const SYMBOLOGY = /^\][A-Za-z][0-9A-Za-z](?=.)/;
const GS1_SYMBOLOGIES = ["]C1", "]e0", "]e1", "]e2", "]d2", "]Q3", "]J1"];
const BRACKETED_AI = /\((\d{2,4})\)/;
const SHORT_CODE = /^[0-9A-Za-z]{4,40}$/;

/**
 * @param {string} raw as it was scanned or typed
 * @returns {Object} `text` without what is around it; and where it says so: `shortCode`; `gtin` (14 digits), `lot`,
 *  `serial`, `count` (pieces), `contentCount` (of what `gtin` is, in a package), `isMeasured` (it carries a weight or a
 *  size)
 */
export function readCode(raw) {
    const trimmed = raw.replaceAll("␝", FNC1_CHAR).replaceAll("\0", "").trim();
    const [symbology = ""] = trimmed.match(SYMBOLOGY) || [];
    const text = trimmed.slice(symbology.length);
    const isMarked = GS1_SYMBOLOGIES.includes(symbology) || text.startsWith(FNC1_CHAR);
    const said = readLink(text) || (!isMarked && readGtin(text)) || readBracketed(text) || readElementString(text);
    return said ? { text, ...said } : { text: text.replace(/^\x1d+|\x1d+$/g, "") };
}

function readGtin(text) {
    const gtin = toGtin(text);
    return gtin && { gtin };
}

/** @returns {string} the GTIN-8, -12, -13 or -14 with 14 digits; empty when it is none */
export function toGtin(digits) {
    const isGtin = /^(\d{8}|\d{12,14})$/.test(digits) && !/^0*$/.test(digits);
    const hasRightDigit = isGtin && GS1_PARSER.get_barcode_check_digit(digits) === Number(digits.at(-1));
    return hasRightDigit ? digits.padStart(14, "0") : "";
}

/** A Digital Link of any domain, or a link to a short code. */
function readLink(text) {
    if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) {
        return null;
    }
    const { pathname, searchParams } = new URL(text);
    const path = pathname.split("/").filter(Boolean);
    if (path.at(-2)?.toLowerCase() === "q" && SHORT_CODE.test(path.at(-1))) {
        return { shortCode: path.at(-1).toUpperCase() };
    }
    const start = path.findIndex((segment, index) => segment === "01" && toGtin(path[index + 1] || ""));
    return start < 0 ? null : sumUp([...pairUp(path.slice(start)), ...searchParams]);
}

function pairUp(segments) {
    const pairs = [];
    for (let index = 0; index + 1 < segments.length; index += 2) {
        pairs.push([segments[index], decode(segments[index + 1]).trim()]);
    }
    return pairs;
}

function decode(segment) {
    try {
        return decodeURIComponent(segment);
    } catch {
        return segment;
    }
}

/** What is printed below a code for people: (01)09501101530003(10)ABC. */
function readBracketed(text) {
    const [before, ...parts] = text.split(BRACKETED_AI);
    if (before.trim() || !parts.length) {
        return null;
    }
    return sumUp(pairUp(parts.map((part) => encodeURIComponent(part))));
}

function readElementString(text) {
    try {
        const elements = GS1_PARSER.parseBarcodeNomenclature(text);
        return sumUp(elements.map(({ ai, string_value }) => [ai, string_value]));
    } catch (error) {
        if (error instanceof GS1BarcodeError) {
            return null;
        }
        throw error;
    }
}

/** What elements say of goods; of an AI that stands there twice the first counts. */
function sumUp(pairs) {
    const values = Object.fromEntries(pairs.toReversed());
    const gtin = toGtin(values["01"] || "") || toGtin(values["02"] || "");
    if (!gtin) {
        return null;
    }
    return {
        gtin,
        lot: values["10"] || "",
        serial: values["21"] || "",
        count: toNumber(values["30"]),
        contentCount: toNumber(values["37"]),
        isMeasured: Object.keys(values).some((ai) => /^31[0-6]\d$/.test(ai)),
    };
}

function toNumber(digits) {
    return /^\d+$/.test(digits || "") ? Number(digits) : null;
}
