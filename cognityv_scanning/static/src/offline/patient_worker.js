import { browser } from "@web/core/browser/browser";
import { ConnectionLostError, rpc } from "@web/core/network/rpc";
import { WORKER_STATE, WorkerService } from "@bus/services/worker_service";
import { patch } from "@web/core/utils/patch";
import { Backoff } from "../outbox/backoff";

/**
 * A page that starts without network cannot load the worker of Odoo's bus, which then stays dead for as long as the
 * page lives. Here the worker is started once the server is there: nobody has to reload to see the scans of others.
 */
patch(WorkerService.prototype, {
    async onInitError(ev) {
        if (this._state !== WORKER_STATE.INITIALIZING || (await this.hasServer())) {
            return super.onInitError(ev);
        }
        this.backoff ??= new Backoff();
        browser.setTimeout(() => this.startWorker(), this.backoff.next());
    },

    async hasServer() {
        try {
            await rpc("/web/webclient/version_info", {}, { silent: true });
        } catch (error) {
            return !(error instanceof ConnectionLostError);
        }
        return true;
    },
});
