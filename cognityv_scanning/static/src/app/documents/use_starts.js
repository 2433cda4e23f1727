import { useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { ConnectionLostError } from "@web/core/network/rpc";
import { useService } from "@web/core/utils/hooks";
import { useOpenDocument } from "./use_open_document";

/**
 * Opens what a code stands for.
 *
 * Who scans a place and goes on with what is in it does not wait for the place to be open: what is scanned meanwhile is
 * scanned there as soon as it is.
 *
 * @param {string} [kind] only documents of this kind
 * @returns {{state: Object, onCode: Function, open: Function, close: Function}} `state` (reactive) has `outcome` (props of
 *  ScanOutcome, or null) and `starts`, several things of which the person chooses one
 */
export function useStarts(kind) {
    const orm = useService("orm");
    const feedback = useService("scan_feedback");
    const openDocument = useOpenDocument();
    const state = useState({ outcome: null, starts: [] });
    const early = [];
    let isOpening = false;

    function tell(outcome, item, message) {
        state.outcome = { outcome, item, message };
        feedback.tell(outcome);
    }

    async function find(code) {
        try {
            return await orm.silent.call("stock.scan.session", "find_starts", [code]);
        } catch (error) {
            if (error instanceof ConnectionLostError) {
                return null;
            }
            throw error;
        }
    }

    /** @returns {Promise<Object|undefined>} the one thing to open */
    async function choose(code) {
        const found = await find(code);
        const starts = (found || []).filter((start) => !kind || start.kind === kind);
        if (starts.length) {
            const isOne = starts.length === 1;
            state.outcome = isOne ? { outcome: "opening", item: starts[0].title } : null;
            state.starts = isOne ? [] : starts;
            return isOne ? starts[0] : undefined;
        }
        if (!found) {
            tell("unknown", code, _t("There is no network: only what was opened on this device before can be opened."));
        } else if (found.length) {
            tell("refused", code, _t("It is something else: %(title)s", { title: found[0].title }));
        } else {
            tell("unknown", code, _t("Nothing is known by this code."));
        }
    }

    async function onCode(code) {
        if (isOpening) {
            early.push(code);
            return;
        }
        isOpening = true;
        state.starts = [];
        state.outcome = { outcome: "waiting", item: code };
        try {
            const start = await choose(code);
            if (start) {
                feedback.tell("accepted");
                await openDocument(start, early);
                return;
            }
        } catch (error) {
            state.outcome = null;
            isOpening = false;
            throw error;
        }
        isOpening = false;
    }

    async function open(start) {
        state.starts = [];
        await openDocument(start);
    }

    function close() {
        state.starts = [];
    }

    return { state, onCode, open, close };
}
