"""report.html in a real browser: headless Chromium, driven over WebDriver. Screenshots are left in build/report for a person to look at."""
import base64
import json
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time
import unittest
import urllib.request

from daemon import BUILD
from pretend import weeks
from test_report import HOSTILE

OUT = pathlib.Path(BUILD) / "report"
ARGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync", "--hide-scrollbars", "--window-size=1200,900"]


class Browser:
    """One Chromium, through chromedriver's own protocol."""

    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix="browser-")
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        env = dict(os.environ, HOME=self.dir)
        self.driver = subprocess.Popen(["chromedriver", f"--port={port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=env)
        end = time.monotonic() + 60
        while True:
            try:
                if self.call("GET", "/status")["ready"]:
                    break
            except OSError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.05)
        options = {"args": ARGS + [f"--user-data-dir={self.dir}/data"]}
        session = self.call("POST", "/session", {"capabilities": {"alwaysMatch": {
            "browserName": "chrome", "goog:loggingPrefs": {"browser": "ALL"}, "goog:chromeOptions": options}}})
        self.url += "/session/" + session["sessionId"]

    def call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, {"Content-Type": "application/json"}, method=method)
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=90) as reply:
            return json.load(reply)["value"]

    def close(self):
        try:
            self.call("DELETE", "")
        finally:
            self.driver.terminate()
            self.driver.wait(20)
            shutil.rmtree(self.dir, ignore_errors=True)

    def script(self, text):
        return self.call("POST", "/execute/sync", {"script": text, "args": []})

    def open(self, path, fragment=""):
        self.call("POST", "/url", {"url": "about:blank"})
        self.call("POST", "/url", {"url": f"file://{path}{fragment}"})

    def dev(self, command, **params):
        return self.call("POST", "/goog/cdp/execute", {"cmd": command, "params": params})

    def shot(self, name, width=1200):
        height = self.script("return document.documentElement.scrollHeight")
        self.dev("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        (OUT / f"{name}.png").write_bytes(base64.b64decode(self.call("GET", "/screenshot")))
        self.dev("Emulation.clearDeviceMetricsOverride")

    def words(self):
        return self.script("return document.body.innerText")


def report(bench, path):
    lines = path.with_suffix(".jsonl")
    lines.write_bytes(b"\n".join(bench.lines) + b"\n")
    with open(path, "w") as page:
        subprocess.run([BUILD / "stationctl", "report", lines], stdout=page, check=True, timeout=60)


@unittest.skipUnless(shutil.which("chromium") and shutil.which("chromedriver"), "chromium and chromium-driver are not installed")
class InTheBrowser(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        OUT.mkdir(parents=True, exist_ok=True)
        cls.page, cls.hostile = OUT / "report.html", OUT / "hostile.html"
        bench = weeks(1, days=40, parcels=60)
        bench.boot()
        bench.event("fault.raised", {"what": "panel"})
        bench.inspect(bench.shelf[-1], ends="closed")
        report(bench, cls.page)
        bench = weeks(2, days=2, parcels=5)
        bench.boot()
        for text in HOSTILE:
            bench.arrive(text + "arrived")
            ins = bench.event("inspection.opened", {"raw": "Ug==", "scanner": text, "list": "known", "supersedes": None},
                              "own", (1, 1), text)
            for step in ("appearance", "accessories", "usage"):
                bench.event("step.answered", {"step": step, "answer": "fail"}, ins, (1, 1), text)
                bench.event("reason.given", {"step": step, "code": text}, ins, (1, 1), text)
            bench.event("inspection.closed", {"verdict": "fail"}, ins, (1, 1), text)
            bench.event("inspection.final", {"verdict": "fail"}, ins, (1, 1), text)
        report(bench, cls.hostile)
        cls.browser = Browser()

    @classmethod
    def tearDownClass(cls):
        cls.browser.close()

    def tearDown(self):
        self.assertEqual(self.browser.call("POST", "/se/log", {"type": "browser"}), [], "nothing to complain of in the console")
        loaded = self.browser.script("return performance.getEntriesByType('resource').map(e => e.name)"
                                     ".filter(n => !n.startsWith('data:'))")
        self.assertEqual(loaded, [], "nothing was fetched")

    def test_english_and_chinese(self):
        b = self.browser
        b.open(self.page, "#en")
        english = b.words()
        self.assertIn("Pass rate", english)
        self.assertNotIn("合格率", english)
        b.script("document.querySelector('label[for=lang-zh]').click()")
        chinese = b.words()
        self.assertEqual(b.script("return document.documentElement.lang"), "zh")
        self.assertIn("合格率", chinese)
        self.assertNotIn("Pass rate", chinese)
        b.open(self.page, "#zh")
        self.assertEqual(b.words(), chinese, "the address chooses as the switch does")
        b.script("location.hash = '#en'")
        end = time.monotonic() + 10
        while b.words() != english and time.monotonic() < end:
            time.sleep(0.02)
        self.assertEqual(b.words(), english)

    def test_every_word_is_there_in_both_languages(self):
        b = self.browser
        b.open(self.page, "#en")
        self.assertEqual(b.script("""
            return [...document.querySelectorAll('span[lang=en]')].filter(e =>
                !e.nextElementSibling || e.nextElementSibling.lang !== 'zh' || !e.nextElementSibling.textContent
                || !e.textContent).map(e => e.outerHTML)"""), [])
        self.assertEqual(b.script("""
            let words = [];
            let walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
            for (let n; n = walk.nextNode();)
                if (/[a-z]{4}/i.test(n.data) && !n.parentElement.closest('[lang]:not(html), bdi, script, time'))
                    words.push(n.data);
            return words"""), [], "no word of ours stands outside of both")

    def test_switch_works_without_script(self):
        b = self.browser
        b.dev("Emulation.setScriptExecutionDisabled", value=True)
        self.addCleanup(b.dev, "Emulation.setScriptExecutionDisabled", value=False)
        b.open(self.page)
        label = b.call("POST", "/element", {"using": "css selector", "value": "label[for=lang-zh]"})
        self.addCleanup(b.open, self.page)
        b.call("POST", f"/element/{next(iter(label.values()))}/click", {})
        heading = b.call("POST", "/element", {"using": "css selector", "value": "h1"})
        self.assertEqual(b.call("GET", f"/element/{next(iter(heading.values()))}/text"), "退货检验报告")

    def test_charts_have_tables_and_rows_have_heads(self):
        b = self.browser
        b.open(self.page, "#en")
        self.assertEqual(b.script("return [...document.querySelectorAll('svg')].filter(s => s.ariaHidden !== 'true').length"), 0)
        self.assertEqual(b.script("return [...document.querySelectorAll('figure')].filter(f => "
                                  "!f.closest('section').querySelector('table')).length"), 0)
        self.assertEqual(b.script("return [...document.querySelectorAll('tbody tr')].filter(r => "
                                  "r.cells[0].tagName !== 'TH' || r.cells[0].scope !== 'row').length"), 0)
        self.assertGreater(b.script("return document.querySelectorAll('#days .fail').length"), 5)
        self.assertTrue(b.script("return getComputedStyle(document.querySelector('#days .fail')).fill.includes('url')"),
                        "told apart by more than a colour")

    def test_light_dark_small_and_print(self):
        b = self.browser
        seen = {}
        for name, scheme, fragment, width in (("light", "light", "#en", 1200), ("dark", "dark", "#en", 1200),
                                              ("chinese", "light", "#zh", 1200), ("small", "light", "#en", 400)):
            b.dev("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
            b.open(self.page, fragment)
            b.shot(name, width)
            seen[name] = b.script("return getComputedStyle(document.body).backgroundColor")
        self.assertNotEqual(seen["light"], seen["dark"])
        b.dev("Emulation.setEmulatedMedia", features=[])
        b.dev("Emulation.setDeviceMetricsOverride", width=400, height=800, deviceScaleFactor=1, mobile=False)
        self.assertLessEqual(b.script("return document.documentElement.scrollWidth"), 400, "no sideways scrolling of the page")
        b.dev("Emulation.clearDeviceMetricsOverride")
        pdf = base64.b64decode(b.call("POST", "/print", {"background": True}))
        (OUT / "print.pdf").write_bytes(pdf)
        self.assertTrue(b.script("return [...document.querySelectorAll('details')].every(d => d.open)"), "tables are printed")
        if shutil.which("pdftotext"):
            words = subprocess.run(["pdftotext", "-layout", OUT / "print.pdf", "-"], capture_output=True, text=True, check=True).stdout
            self.assertIn("2026-03-02", words)

    def test_hostile_texts_do_nothing(self):
        b = self.browser
        b.open(self.hostile, "#en")
        b.shot("hostile")
        self.assertEqual(b.script("return document.scripts.length"), 1)
        words = b.words()
        for text in ("<script>alert(1)</script>", '"onmouseover="alert(2)', "' onload='x", "&lt;"):
            self.assertIn(text, words)
        self.assertEqual(b.script("return [...document.querySelectorAll('*')].filter(e => [...e.attributes]"
                                  ".some(a => a.name.startsWith('on'))).length"), 0)


if __name__ == "__main__":
    unittest.main()
