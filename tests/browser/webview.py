"""VS Code's own widget manager, in a page like VS Code's, with a real kernel behind it.

The manager is the npm package that the Jupyter extension loads into the page of a notebook's outputs (@vscode/jupyter-ipywidgets8). That
page is a sandboxed frame of another origin; its looks stand in vscode/webview.css, what the extension does in it in vscode/webview.js.

Simplifications: VS Code and its extension are not here. Their page may run inline scripts and fetch from the network; this one may not, so
what works here asks for less. Binary buffers are refused, because no figure sends any.
"""

import base64
import hashlib
import json
import queue
import subprocess
import tarfile
import time
from pathlib import Path

from jupyter_client.manager import start_new_kernel

from tests.browser import tools

ROOT = Path(__file__).parents[2]
PAGES = Path(__file__).parent / "vscode"
MANAGER = "@vscode/jupyter-ipywidgets8@1.0.9"
MANAGER_SHA512 = "bocCThfa4JDIDd7qCFAfW3HpzHfTLYxOTpTbiDfw4DXOUjKHnr6ObkMBiIkuzYPRybh5bY4FhYLemuDuTvIbpQ=="
POLICY = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src data:"
"""What the frame may do: no inline script, no eval, no request to anywhere. Its styles are inline in VS Code as well."""

TYPES = {".html": "text/html; charset=utf-8", ".css": "text/css", ".js": "text/javascript"}
EDITOR, FRAME = "http://editor.test/", "http://webview.test/"


def fetch_manager() -> Path:
    """Return the widget manager's script, fetched once and held against its hash."""
    script = ROOT / "build" / "vscode" / MANAGER_SHA512[:8] / "ipywidgets.js"
    if not script.exists():
        script.parent.mkdir(parents=True, exist_ok=True)
        command = [*tools.build.find_npm(), "pack", MANAGER, "--ignore-scripts", "--silent", "--pack-destination", str(script.parent)]
        subprocess.run(command, check=True, timeout=120, stdout=subprocess.DEVNULL)
        (archive,) = script.parent.glob("*.tgz")
        digest = hashlib.sha512(archive.read_bytes()).digest()
        assert base64.b64encode(digest).decode() == MANAGER_SHA512, f"{MANAGER} is not what it was"
        with tarfile.open(archive) as packed:
            content = packed.extractfile("package/dist/ipywidgets.js").read()
        script.write_bytes(content)
    return script


class Webview:
    """The outputs of one notebook, in a page of their own, and the kernel that they come from."""

    def __init__(self, browser, folder):
        self.manager, self.client = start_new_kernel(kernel_name="python3", cwd=str(folder))
        self.strange_requests, self.errors = [], []
        self.context = browser.new_context()
        self.context.route("**/*", self._on_request)
        self.page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", self._on_console)
        self.page.goto(EDITOR)
        (self.frame,) = self.page.main_frame.child_frames
        self.frame.wait_for_load_state()
        self.wait_for(lambda: self.frame.evaluate("'bridge' in window"))

    def close(self):
        self.context.close()
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)

    def clear(self):
        """Forget all outputs, and let the kernel forget what it knows; make the page light and wide."""
        self.run("%reset -f")
        self.frame.evaluate("bridge.clear()")
        self.set_theme("light")
        self.set_width(900)

    def set_width(self, width):
        """Give outputs so many pixels."""
        self.page.set_viewport_size({"width": width + 60, "height": 1600})

    def set_theme(self, theme):
        """Turn the page "light" or "dark", as VS Code does."""
        self.frame.evaluate("theme => { document.body.className = `vscode-${theme}`; }", theme)

    def _on_request(self, route):
        url = route.request.url
        page, _, name = url.removeprefix("http://").partition("/")
        path = fetch_manager() if name == "ipywidgets.js" else PAGES / (name or f"{page.partition('.')[0]}.html")
        if not url.startswith((EDITOR, FRAME)) or not path.is_file():
            self.strange_requests.append(url)
            return route.abort()
        headers = {"Content-Security-Policy": POLICY} if page == "webview.test" else {}
        return route.fulfill(body=path.read_bytes(), headers={"Content-Type": TYPES[path.suffix], **headers})

    def _on_console(self, message):
        """The manager's script says at error level that it is being loaded; everything else of that level is an error."""
        if message.type == "error" and "ipywidgets8" not in message.text:
            self.errors.append(message.text)

    # Between the page and the kernel

    def pump(self):
        """Carry what waits at either end to the other one."""
        for wanted in self.frame.evaluate("bridge.take()"):
            request = self.client.session.msg(wanted["msg_type"], wanted["content"])
            request["header"]["msg_id"] = wanted["msg_id"]
            request["msg_id"] = wanted["msg_id"]
            self.client.shell_channel.send(request)
        answers = [*self._read("iopub"), *self._read("shell")]
        if answers:
            self.frame.evaluate("messages => bridge.receive(messages)", answers)
        return answers

    def _read(self, channel):
        get = getattr(self.client, f"get_{channel}_msg")
        answers = []
        while True:
            try:
                message = get(timeout=0.01)
            except queue.Empty:
                return answers
            assert not message["buffers"]
            answers.append({"channel": channel, **json.loads(json.dumps({**message, "buffers": []}, default=str))})

    def wait_for(self, condition, seconds=60):
        """Carry messages until `condition` holds."""
        end = time.monotonic() + seconds
        while not (held := condition()):
            assert time.monotonic() < end, f"not within {seconds} s; errors: {self.errors[:2]}"
            self.pump()
        return held

    def run(self, source):
        """Run a cell, show what it shows, and return the kernel's reply."""
        ask, done, reply = self.client.execute(source), False, None
        while not (done and reply):
            for answer in self.pump():
                if answer["parent_header"].get("msg_id") == ask:
                    reply = answer["content"] if answer["channel"] == "shell" else reply
                    done = done or answer["content"].get("execution_state") == "idle"
        return reply
