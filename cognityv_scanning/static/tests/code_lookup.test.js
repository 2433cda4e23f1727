import { beforeEach, describe, expect, test } from "@odoo/hoot";
import { allowTranslations } from "@web/../tests/web_test_helpers";
import { lookup } from "@cognityv_scanning/outbox/code_lookup";
import { readCode, toGtin } from "@cognityv_scanning/outbox/code_reader";
import { CODE_CASES } from "./code_cases_test_helpers";

// Odoo's parser says why it does not understand.
beforeEach(() => allowTranslations());

const NOTHING = { gtin: "", lot: "", serial: "", count: null, contentCount: null, shortCode: "" };

test("texts say to the phone what they say to the server", () => {
    for (const { text, says, server } of CODE_CASES) {
        const { isMeasured, ...read } = readCode(text);
        const expected = { text, ...says };
        const said = server ? { text: expected.text } : expected;
        expect({ ...NOTHING, ...read }).toEqual({ ...NOTHING, ...said }, { message: JSON.stringify(text) });
    }
});

test("numbers that are none", () => {
    for (const digits of ["", "0", "abc", "4006381333932", "40063813339310", "00000000000000", "４００６３８１３３３９３１"]) {
        expect(toGtin(digits)).toBe("", { message: digits });
    }
});

describe("in a document", () => {
    const bolt = { product_id: 1, lot_id: false, quantity: 1, line_id: 11, package_id: false };
    const box = { product_id: 1, lot_id: false, quantity: 24, line_id: 11, package_id: false };
    const glueA = { product_id: 2, lot_id: 5, quantity: 1, line_id: 12, package_id: false };
    const glueS = { product_id: 2, lot_id: 6, quantity: 1, line_id: 13, package_id: false };
    const pallet = { product_id: false, lot_id: false, quantity: 1, line_id: false, package_id: 9 };
    const codes = {
        "text:BOLT": [bolt],
        "text:A": [glueA, { ...glueA, product_id: 3, lot_id: 7, line_id: 14 }],
        "text:PACK1": [pallet],
        "gtin:09501101530003": [bolt],
        "gtin:19501101530000": [box],
        "gtin:04006381333931": [{ ...glueA, lot_id: false }],
        "gtin:04006381333931|lot:A": [glueA],
        "gtin:04006381333931|lot:S1": [glueS],
        "q:ABCD2345EFGH": [pallet],
        "text:EMPTY": [],
    };

    test("plain texts and numbers", () => {
        expect(lookup(codes, " BOLT ")).toEqual([bolt]);
        expect(lookup(codes, "9501101530003")).toEqual([bolt]);
        expect(lookup(codes, "PACK1")).toEqual([pallet]);
        expect(lookup(codes, "https://example.com/q/abcd2345efgh")).toEqual([pallet]);
    });

    test("a text that two things have: both", () => {
        expect(lookup(codes, "A").map((entry) => entry.product_id)).toEqual([2, 3]);
    });

    test("a lot of the product that the code names, the serial number first", () => {
        expect(lookup(codes, "https://example.com/01/04006381333931/10/A")).toEqual([glueA]);
        expect(lookup(codes, "010400638133393110A\u001d21S1")).toEqual([glueS]);
        expect(lookup(codes, "010400638133393110A\u001d21NEW")).toEqual([glueA]);
    });

    test("a lot that is not known here is left to the server", () => {
        expect(lookup(codes, "https://example.com/01/04006381333931/10/NEW")).toEqual([]);
    });

    test("what a code carries is the quantity", () => {
        expect(lookup(codes, "01095011015300033012")).toEqual([{ ...bolt, quantity: 12 }]);
        expect(lookup(codes, "19501101530000")).toEqual([box]);
        expect(lookup(codes, "02195011015300003702")).toEqual([{ ...box, quantity: 48 }]);
        expect(lookup(codes, "0209501101530003370024")).toEqual([{ ...bolt, quantity: 24 }]);
    });

    test("a weight is left to the server, which knows the units", () => {
        expect(lookup(codes, "01095011015300033103001250")).toEqual([]);
    });

    test("nothing", () => {
        for (const text of ["NUT", "", "EMPTY", "constructor", "__proto__", "\u001d", "(", "()", "https://", "%"]) {
            expect(lookup(codes, text)).toEqual([], { message: text });
        }
    });
});
