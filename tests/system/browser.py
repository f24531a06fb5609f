"""browser.py - Chromium without a screen and without a network, driven through chromedriver by the WebDriver protocol (W3C)."""
import base64
import http.client
import itertools
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

from daemon import drop

SECONDS = 120  # a machine that tests with all it has starts a browser slowly

# No sandbox, because root may run the tests; nothing that a browser does by itself on the network.
ARGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run", "--disable-sync",
        "--disable-background-networking", "--disable-component-update", "--disable-default-apps", "--disable-extensions",
        "--no-proxy-server", "--host-resolver-rules=MAP * ~NOTFOUND", "--hide-scrollbars", "--lang=en-US"]


class Browser:
    """One window. close() ends it and whatever it started."""

    def __init__(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="browser-"))
        env = {**os.environ, "HOME": str(self.dir), "TMPDIR": str(self.dir), "XDG_CONFIG_HOME": str(self.dir),
               "XDG_CACHE_HOME": str(self.dir)}
        who = drop()
        if who:
            os.chown(self.dir, who["user"], who["group"])
        self.log = open(self.dir / "log", "w+", encoding="utf-8")
        # a group of its own, so that all of it can be ended
        self.driver = subprocess.Popen(["chromedriver", "--port=0"], env=env, stdin=subprocess.DEVNULL, stdout=self.log,
                                       stderr=subprocess.STDOUT, start_new_session=True, **who)
        try:
            self.port = self.wait_port()
            self.path = f"/session/{self.session()}"
            self.open("about:blank")
            self.requests()  # of the page that a browser begins with
        except BaseException:
            self.close()
            raise

    def wait_port(self):
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline and self.driver.poll() is None:
            for line in self.said().splitlines():
                if "started successfully on port" in line:
                    return int(line.rsplit(" ", 1)[1].rstrip("."))
            time.sleep(0.05)  # until it has said so: it has no other sign
        raise AssertionError(f"chromedriver does not start: {self.said()}")

    def session(self):
        """chromedriver gives a browser a time of its own to start in, which a busy machine may exceed."""
        self.path = "/session"
        profiles = itertools.count()
        return self.patiently("session not created", lambda: self.call("POST", "", {"capabilities": {"alwaysMatch": {
            "browserName": "chrome", "goog:chromeOptions": {"args": [*ARGS, f"--user-data-dir={self.dir / f'profile{next(profiles)}'}"]},
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"}}}})["sessionId"])

    @staticmethod
    def patiently(refusal, ask):
        """What a busy browser refuses with these words is asked for again."""
        deadline = time.monotonic() + SECONDS
        while True:
            try:
                return ask()
            except AssertionError as error:
                if refusal not in str(error) or time.monotonic() > deadline:
                    raise

    def said(self):
        return (self.dir / "log").read_text(encoding="utf-8", errors="replace")

    def call(self, method, path, body=None):
        """A command's value; WebDriver's own error otherwise."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        try:
            connection.request(method, self.path + path, body=None if body is None else json.dumps(body),
                               headers={"Content-Type": "application/json"})
            answer = connection.getresponse()
            value = json.loads(answer.read())["value"]
        finally:
            connection.close()
        if answer.status != 200:
            raise AssertionError(f"{path or 'session'}: {value['error']}: {value['message']}")
        return value

    # --- the page ---
    def open(self, url):
        self.call("POST", "/url", {"url": url})

    def run(self, script, *args):
        """The value of a function's body in the page."""
        return self.call("POST", "/execute/sync", {"script": script, "args": list(args)})

    def devtools(self, command, **params):
        return self.call("POST", "/goog/cdp/execute", {"cmd": command, "params": params})

    def click(self, css):
        element, = self.call("POST", "/element", {"using": "css selector", "value": css}).values()
        self.call("POST", f"/element/{element}/click", {})

    def look(self, width=1200, dark=False):
        """How wide the window is, and whether dark is preferred."""
        self.devtools("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=width < 600)
        self.devtools("Emulation.setEmulatedMedia", media="",
                      features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])

    def picture(self, path):
        """The whole page as PNG, not only what fits the window, which a busy machine may not yet have given a size."""
        shot = self.patiently("with 0 width", lambda: self.devtools("Page.captureScreenshot", format="png", captureBeyondViewport=True))
        pathlib.Path(path).write_bytes(base64.b64decode(shot["data"]))

    def print(self, path):
        """As the print dialogue would, on the paper that the page asks for (else A4)."""
        done = self.devtools("Page.printToPDF", preferCSSPageSize=True, printBackground=False, paperWidth=8.27, paperHeight=11.69)
        pathlib.Path(path).write_bytes(base64.b64decode(done["data"]))

    # --- what it did ---
    def console(self):
        """What the browser complained of since the last time."""
        return [entry["message"] for entry in self.call("POST", "/se/log", {"type": "browser"})]

    def requests(self):
        """What the pages wanted to load since the last time, by any way."""
        out = []
        for entry in self.call("POST", "/se/log", {"type": "performance"}):
            message = json.loads(entry["message"])["message"]
            if message["method"] in ("Network.requestWillBeSent", "Network.webSocketCreated"):
                params = message["params"]
                out.append(params["request"]["url"] if "request" in params else params["url"])
        return out

    def close(self):
        if getattr(self, "path", "/session") != "/session":
            try:
                self.call("DELETE", "")
            except (AssertionError, OSError, ValueError):
                pass  # it is killed below
        try:
            os.killpg(self.driver.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.driver.wait()
        self.log.close()
        shutil.rmtree(self.dir, ignore_errors=True)
