"""A server on loopback that has a bad day on request, and processes that work by order."""

import contextlib
import hashlib
import http.server
import io
import json
import os
import re
import socket
import struct
import subprocess
import sys
import threading
import time
import zipfile
from pathlib import Path

TESTS = Path(__file__).parent
TABLE = b"reed,heron\n" + b"".join(b"%d,%d\n" % (i, i * i) for i in range(20_000))


def sha(content):
    return hashlib.sha256(content).hexdigest()


def make_zip(*members):
    """Return the bytes of a zip with these (name, content) pairs."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return stream.getvalue()


class Server(http.server.ThreadingHTTPServer):
    """Serves `body` under every path; each entry of `plan` is what one request meets instead."""

    daemon_threads = True

    def __init__(self, body=b"a,b\n1,2\n", *, tag='"one"'):
        super().__init__(("127.0.0.1", 0), Handler)
        self.body, self.tag, self.kind = body, tag, "application/octet-stream"
        self.plan, self.seen = [], []
        self.piece, self.pause, self.ranges = 1 << 16, 0.0, True
        self.release = threading.Event()  # ends what hangs

    def url(self, path="/data.zip", *, user=""):
        return f"http://{user}127.0.0.1:{self.server_address[1]}{path}"

    def handle_error(self, request, client_address):
        pass  # the other side hung up, as some tests want it to


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.server.seen.append((self.path, dict(self.headers)))
        act = self.server.plan.pop(0) if self.server.plan else serve
        act(self)

    def answer(self, status, headers, body=b""):
        self.send_response(status)
        headers = {"Content-Length": str(len(body)), **headers}
        for name, value in headers.items():
            if value is not None:
                self.send_header(name, value)
        self.end_headers()
        self.send(body)

    def send(self, body):
        for i in range(0, len(body), self.server.piece):
            self.wfile.write(body[i : i + self.server.piece])
            self.wfile.flush()
            if self.server.pause:
                time.sleep(self.server.pause)


def serve(handler):
    """Serve the body, or the rest of it where that is asked for and it is still the same file."""
    server = handler.server
    headers = {"Content-Type": server.kind, "ETag": server.tag}
    asked = re.fullmatch(r"bytes=(\d+)-", handler.headers.get("Range", ""))
    if not (asked and server.ranges and handler.headers.get("If-Range") == server.tag):
        return handler.answer(200, headers, server.body)
    start, size = int(asked[1]), len(server.body)
    if start >= size:
        return handler.answer(416, {"Content-Range": f"bytes */{size}"})
    headers["Content-Range"] = f"bytes {start}-{size - 1}/{size}"
    return handler.answer(206, headers, server.body[start:])


def status(code, body=b"no", **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda handler: handler.answer(code, named, body)


def cut(sent, *, reset=False, length=True):
    """Send the beginning of the body only, and close or reset the connection."""

    def act(handler):
        server = handler.server
        total = str(len(server.body)) if length else None
        headers = {"Content-Length": total, "ETag": server.tag, "Connection": "close"}
        handler.close_connection = True
        handler.answer(200, {**headers, "Content-Type": server.kind})
        handler.send(server.body[:sent])
        if reset:
            linger = struct.pack("ii", 1, 0)
            handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            handler.connection.close()

    return act


def hang(sent=0):
    """Send the beginning of the body and then nothing for as long as the test lasts."""

    def act(handler):
        server = handler.server
        handler.answer(200, {"Content-Length": str(len(server.body)), "ETag": server.tag})
        handler.send(server.body[:sent])
        server.release.wait(30)

    return act


@contextlib.contextmanager
def running(server):
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.release.set()
        server.shutdown()
        server.server_close()
        thread.join()


class Worker:
    """A process that has the toolkit imported, and forks one more for each order: those are killed.

    Only loopback is open to it, as to the tests.
    """

    def __init__(self, script, **variables):
        path = os.pathsep.join([str(TESTS.parent), os.environ.get("PYTHONPATH", "")])
        self.process = subprocess.Popen(
            [sys.executable, str(TESTS / script)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env={**os.environ, "PYTHONPATH": path, "NO_PROXY": "*", **variables},
        )  # fmt: skip

    def order(self, **order):
        """Give an order and return the ids of the processes that follow it."""
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def wait(self):
        """Return for each process what it returned or raised; nothing for one that was killed."""
        return json.loads(self.process.stdout.readline())

    def close(self):
        self.process.stdin.close()
        self.process.wait(30)
        self.process.stdout.close()


class Fetcher(Worker):
    """Fetches into a cache."""

    def __init__(self, cache):
        self.cache = cache
        super().__init__("fetcher.py", TOOLKIT_CACHE=str(cache))

    def start(self, name, version, url, **order):
        """Start fetching and return the process ids."""
        return self.order(name=name, version=version, url=url, **order)
