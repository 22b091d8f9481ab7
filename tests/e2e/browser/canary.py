"""A loopback server that shows pages to a browser, and remembers whatever else it was asked for.

Apart from the demo's servers: this one listens for what must never come.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any

HTML, TEXT = "text/html; charset=utf-8", "text/plain; charset=utf-8"
_NO_ICON = '<link rel=icon href="data:,">'  # else a browser asks for one
_FRAME = '<iframe width=600 height=90 src="{}"></iframe>'


class Canary(ThreadingHTTPServer):
    """Serves pages by path; `asked` holds the paths of every other request, by whatever method."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.asked: list[str] = []
        self._pages: dict[str, tuple[str, bytes]] = {}
        self._lock = Lock()

    @property
    def address(self) -> str:
        """Its host and port."""
        return f"127.0.0.1:{self.server_port}"

    def board(self, pages: Mapping[str, tuple[str, str]]) -> str:
        """Put up pages, a (content type, text) by name, in frames of one page; return its address."""
        paths = {
            f"/page/{name}": (kind, text.encode("utf-8", "surrogateescape")) for name, (kind, text) in pages.items()
        }
        frames = "".join(_FRAME.format(path) for path in paths)
        self._pages = paths | {"/board": (HTML, f"<!doctype html>{_NO_ICON}{frames}".encode())}
        return f"http://{self.address}/board"

    def page(self, path: str) -> tuple[str, bytes]:
        """Return what stands at a path; nothing, and it is noted, where no page was put up."""
        with self._lock:
            if path not in self._pages:
                self.asked.append(path)
            return self._pages.get(path, (TEXT, b""))

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a browser that left."""


class _Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("content-length") or 0))
        kind, body = self.server.page(self.path)  # type: ignore[attr-defined]
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_HEAD = do_POST = do_OPTIONS = do_PUT = do_GET  # noqa: N815 - the names are the library's

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        pass


@contextmanager
def listening() -> Iterator[Canary]:
    """Run a canary on a port of its own."""
    with Canary() as canary:
        thread = Thread(target=canary.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield canary
        finally:
            canary.shutdown()
            thread.join()
