import socket
import threading
from contextlib import suppress


class CutWire:
    """A wire between a browser and the server, which can be cut.

    All that the browser sends goes through it, also what its service worker and its background threads send, so that
    a cut wire is what a phone without network sees.
    """

    def __init__(self, host, port):
        self.server = (host, port)
        self.is_cut = False
        # While True, requests reach the server, and its answers get lost.
        self.is_losing_answers = False
        self.sockets = set()
        self.listener = None
        self.port = 0
        self.plug_in()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    # Cutting

    def plug_in(self):
        """Let the browser reach the server, by the same address as before."""
        self.is_cut = self.is_losing_answers = False
        self.listener = socket.create_server(("127.0.0.1", self.port), backlog=50, reuse_port=False)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._listen, args=(self.listener,), daemon=True).start()

    def cut(self):
        """No network: what is under way breaks off, and nobody answers any more."""
        self.is_cut = True
        # Closing alone does not wake the thread that waits in accept.
        with suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self._hang_up()

    def lose_answers(self):
        """The server still hears everything, the browser nothing."""
        self._hang_up()
        self.is_losing_answers = True

    def _hang_up(self):
        for one in list(self.sockets):
            self._close(one)

    # Forwarding

    def _listen(self, listener):
        with suppress(OSError):
            while True:
                browser, _address = listener.accept()
                threading.Thread(target=self._connect, args=(browser,), daemon=True).start()

    def _connect(self, browser):
        try:
            server = socket.create_connection(self.server)
        except OSError:
            browser.close()
            return
        self.sockets |= {browser, server}
        if self.is_cut:
            self._hang_up()
        threading.Thread(target=self._forward, args=(server, browser, True), daemon=True).start()
        self._forward(browser, server, False)

    def _forward(self, source, target, is_answer):
        with suppress(OSError):
            while data := source.recv(65536):
                if is_answer and self.is_losing_answers:
                    break
                target.sendall(data)
        self._close(source)
        self._close(target)

    def _close(self, one):
        self.sockets.discard(one)
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
        one.close()
