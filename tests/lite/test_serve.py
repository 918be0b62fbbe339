"""The one-file server: what a browser needs, and nothing from outside the folder."""

import doctest
import gzip
import http.client
import json
import os
import subprocess
import sys
import threading
from contextlib import contextmanager, suppress

import pytest

from tests.lite import measure

serve = measure.load(measure.SERVE)


@pytest.fixture
def folder(tmp_path):
    site = tmp_path / "site"
    (site / "lab").mkdir(parents=True)
    (site / "index.html").write_text("<p>" + "the course " * 100, "utf-8")
    (site / "404.html").write_text("<p>not here", "utf-8")
    (site / "lab" / "index.html").write_text("<p>lab", "utf-8")
    (site / "python.wasm").write_bytes(b"\0asm" * 200)
    (site / "code.mjs").write_text("export {}\n" * 50, "utf-8")
    (site / "chain.whl").write_bytes(b"PK" * 500)
    (site / "证明.ipynb").write_text("{}", "utf-8")
    (tmp_path / "secret.txt").write_text("secret", "utf-8")
    return site


@pytest.fixture
def ask(folder):
    """Return a function that asks the running server for one address, as it is written."""
    server = serve.make_server(folder, "127.0.0.1", 0)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()

    def ask(path, method="GET", **headers):
        connection = http.client.HTTPConnection("127.0.0.1", server.server_address[1], timeout=10)
        connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        response = connection.getresponse()
        body = response.read()
        connection.close()
        return response.status, dict(response.getheaders()), body

    yield ask
    server.shutdown()
    thread.join()
    server.server_close()


def test_what_shrinks_is_sent_compressed_to_those_who_take_it(ask, folder):
    status, headers, body = ask("/", Accept_Encoding="gzip, br")
    assert (status, headers["Content-Encoding"], headers["Vary"]) == (200, "gzip", "Accept-Encoding")
    assert gzip.decompress(body) == (folder / "index.html").read_bytes()
    assert int(headers["Content-Length"]) == len(body) < len(gzip.decompress(body))
    for refusal in ("identity", "gzip;q=0", "br"):
        status, headers, body = ask("/", Accept_Encoding=refusal)
        assert "Content-Encoding" not in headers and headers["Vary"] == "Accept-Encoding"
        assert body == (folder / "index.html").read_bytes()


def test_what_is_packed_already_is_sent_as_it_is(ask, folder):
    _, headers, body = ask("/chain.whl", Accept_Encoding="gzip")
    assert "Content-Encoding" not in headers and "Vary" not in headers and body == (folder / "chain.whl").read_bytes()


def test_a_second_visit_transfers_nothing(ask, folder):
    _, headers, _ = ask("/code.mjs", Accept_Encoding="gzip")
    assert headers["Cache-Control"] == "no-cache"
    for held in (headers["ETag"], f"W/{headers['ETag']}", f'"other", {headers["ETag"]}'):
        status, again, body = ask("/code.mjs", Accept_Encoding="gzip", If_None_Match=held)
        assert (status, body, again["ETag"]) == (304, b"", headers["ETag"])
    assert ask("/code.mjs", If_None_Match=headers["ETag"])[0] == 200  # the plain form is another representation
    (folder / "code.mjs").write_text("export default 1\n" * 50, "utf-8")
    os.utime(folder / "code.mjs", ns=(1, 1))
    assert ask("/code.mjs", Accept_Encoding="gzip", If_None_Match=headers["ETag"])[0] == 200


@pytest.mark.parametrize(
    ("path", "content_type"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/python.wasm", "application/wasm"),
        ("/code.mjs", "text/javascript; charset=utf-8"),
        ("/chain.whl", "application/zip"),
        ("/%E8%AF%81%E6%98%8E.ipynb", "application/x-ipynb+json"),
    ],
)
def test_content_types(ask, path, content_type):
    status, headers, _ = ask(path)
    assert (status, headers["Content-Type"], headers["X-Content-Type-Options"]) == (200, content_type, "nosniff")


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/lab/../../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/..%5csecret.txt",
        "/lab/%2e%2e/%2e%2e/secret.txt",
        "//etc/passwd",
        "/C:/secret.txt",
        "/index.html%00.txt",
        "/%ff%fe",
        "/" + "a" * 5000,
        "/index.html/",
    ],
)
def test_nothing_outside_the_folder(ask, path):
    status, _, body = ask(path)
    assert (status, body) == (404, b"<p>not here")


def test_a_link_that_leads_out_is_not_followed(ask, folder):
    with suppress(OSError):
        (folder / "link.txt").symlink_to(folder.parent / "secret.txt")
    assert ask("/link.txt")[0] == 404


def test_a_folder_has_an_address_with_a_slash(ask):
    assert ask("/lab?x=1")[:2][0] == 301
    assert ask("/lab")[1]["Location"] == "/lab/"
    assert ask("//lab")[1]["Location"] == "/lab/"  # not another host's address
    assert ask("/lab/")[2] == b"<p>lab"


def test_head_tells_all_but_the_content(ask):
    _, headers, body = ask("/", Accept_Encoding="gzip")
    status, same, nothing = ask("/", method="HEAD", Accept_Encoding="gzip")
    assert (status, nothing, same["Content-Length"], same["ETag"]) == (200, b"", str(len(body)), headers["ETag"])
    assert ask("/", method="POST")[0] == 501


@pytest.mark.parametrize(
    ("host", "start"), [("127.0.0.1", "http://127.0.0.1:8000/"), ("::1", "http://[::1]:8000/"), ("school", "http://school:8000/")]
)
def test_the_address_that_learners_type(host, start):
    assert serve.get_address(host, 8000) == start


def test_an_address_for_everyone_names_this_machine():
    assert "0.0.0.0" not in serve.get_address("0.0.0.0", 8000)
    assert [serve.is_loopback(host) for host in ("127.0.0.1", "::1", "localhost", "0.0.0.0", "school")] == [True, True, True, False, False]


@contextmanager
def run(*arguments):
    command = [sys.executable, "-u", str(measure.SERVE), *map(str, arguments)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def test_kind_errors(folder, tmp_path):
    with run(tmp_path / "none") as process:
        assert "there is no folder" in process.communicate(timeout=20)[0]
    with run(tmp_path) as process:
        assert "holds no index.html" in process.communicate(timeout=20)[0]
    with run(folder, "--port", 70000) as process:
        assert "70000 is no port" in process.communicate(timeout=20)[0]
    with run(folder, "--port", 0) as first:
        port = int(first.stdout.readline().rsplit(":", 1)[1].strip(" /\n"))
        with run(folder, "--port", port) as second:
            said = second.communicate(timeout=20)[0]
        assert f"port {port} is taken" in said and f"--port {port + 1}" in said and second.returncode == 1


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGINT to send on Windows")
def test_ctrl_c_ends_it_cleanly(folder):
    with run(folder, "--port", 0) as process:
        process.stdout.readline()
        process.stdout.readline()
        process.send_signal(2)
        assert (process.communicate(timeout=20)[0], process.returncode) == ("\nStopped.\n", 0)


def test_the_measuring_server_counts_what_is_sent(folder):
    with measure.serve(folder) as site:
        port = int(site.url.rsplit(":", 1)[1].strip("/"))
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", "/", headers={"Accept-Encoding": "gzip"})
        response = connection.getresponse()
        body = response.read()
        connection.request("GET", "/none", headers={"Host": "elsewhere"})
        connection.getresponse().read()
        first, second = site.read()
        assert (first.path, first.status, second.path, second.status, second.host) == ("/", 200, "/none", 404, "elsewhere")
        head = sum(len(f"{name}: {value}\r\n") for name, value in response.getheaders()) + len("HTTP/1.1 200 OK\r\n\r\n")
        assert first.sent == head + len(body)
        assert json.loads(site.log.read_text("utf-8").splitlines()[0])["sent"] == first.sent
        site.kill()
        with pytest.raises(ConnectionError):
            http.client.HTTPConnection("127.0.0.1", port, timeout=2).request("GET", "/")


def test_the_examples_in_its_own_text():
    assert doctest.testmod(serve) == (0, 1)
