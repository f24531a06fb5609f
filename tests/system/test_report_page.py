"""The report in a browser (Chromium, without a screen or a network): what it loads, says and looks like. Its pictures lie in build/pages."""
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import reportpage
from browser import Browser
from figures import Page
from station import BUILD

PICTURES = BUILD / "pages"
WIDTHS = (1200, 700, 360)

# Of what is shown (on a narrow screen a table may be scrolled sideways in its section): text that is cut or lies on other text, as [what, text] of each.
CUT = """
const bad = [], seen = e => e.getClientRects().length > 0;
if (document.scrollingElement.scrollWidth > innerWidth) bad.push(["page wider than the window", document.scrollingElement.scrollWidth]);
for (const e of document.querySelectorAll("section,.card,.notes,header,footer"))
	if (seen(e) && e.scrollWidth > e.clientWidth + 1 && (innerWidth >= 700 || getComputedStyle(e).overflowX !== "auto")) bad.push(["cut", e.textContent.slice(0, 60)]);
for (const svg of document.querySelectorAll("svg")) {
	if (!seen(svg)) continue;
	const box = svg.getBoundingClientRect(), texts = [...svg.querySelectorAll("text")].map(t => [t, t.getBoundingClientRect()]);
	texts.forEach(([t, r], i) => {
		if (r.left < box.left - 1 || r.right > box.right + 1 || r.top < box.top - 1 || r.bottom > box.bottom + 1) bad.push(["outside", t.textContent]);
		for (const [u, s] of texts.slice(i + 1))
			if (r.left < s.right && s.left < r.right && r.top < s.bottom && s.top < r.bottom) bad.push(["overlap", t.textContent + "|" + u.textContent]);
	});
}
for (const row of document.querySelectorAll("tr")) {
	const cells = [...row.children].filter(seen);
	cells.forEach((c, i) => { if (i && cells[i - 1].getBoundingClientRect().right > c.getBoundingClientRect().left + 1) bad.push(["cells", row.textContent]); });
	for (const c of cells) for (const r of (() => { const g = document.createRange(); g.selectNodeContents(c); return [...g.getClientRects()]; })())
		if (r.width && r.right > c.getBoundingClientRect().right + 1) bad.push(["out of its cell", c.textContent]);
}
return bad;
"""

# The least contrast (WCAG) of text on what lies behind it, and which text that is.
CONTRAST = """
const rgb = s => { const m = s.match(/[\\d.]+/g).map(Number); return {c: m.slice(0, 3), a: m.length > 3 ? m[3] : 1}; };
const lum = c => c.map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4).reduce((s, v, i) => s + v * [0.2126, 0.7152, 0.0722][i], 0);
let least = [99, ""];
const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
for (let n = walk.nextNode(); n; n = walk.nextNode()) {
	const e = n.parentElement;
	if (!n.data.trim() || !e.getClientRects().length || e.closest("title")) continue;
	const style = getComputedStyle(e), ink = rgb(e.closest("svg") ? style.fill : style.color);
	let on = e;
	while (on && rgb(getComputedStyle(on).backgroundColor).a === 0) on = on.parentElement;
	const a = lum(ink.c), b = lum(on ? rgb(getComputedStyle(on).backgroundColor).c : [255, 255, 255]);
	const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
	if (ratio < least[0]) least = [ratio, n.data.trim().slice(0, 40)];
}
return least;
"""

SHOWN = """
return [...document.querySelectorAll("[data-figure]")].map(e => {
	const r = e.getBoundingClientRect(), style = getComputedStyle(e);
	return [e.dataset.figure, e.dataset.value, e.innerText, r.width > 0 && r.height > 0 && style.visibility === "visible" && style.opacity > 0];
});
"""

# What of one language is shown, as text.
SPOKEN = """
return [...document.querySelectorAll(`body [lang=${arguments[0]}]`)].filter(e => e.getClientRects().length > 0).map(e => e.textContent);
"""


@unittest.skipUnless(shutil.which("chromedriver") and shutil.which("pdftotext"), "there is no chromedriver or no pdftotext")
class InABrowser(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        PICTURES.mkdir(parents=True, exist_ok=True)
        cls.dir = pathlib.Path(tempfile.mkdtemp(prefix="pages-"))
        cls.addClassCleanup(shutil.rmtree, cls.dir, True)
        cls.pages = {"rich": reportpage.made(reportpage.rich(), cls.dir, "rich"), "empty": reportpage.made(reportpage.empty(), cls.dir, "empty")}
        cls.browser = Browser()
        cls.addClassCleanup(cls.browser.close)

    def setUp(self):
        self.browser.console()
        self.browser.requests()
        self.browser.look()

    def open(self, name, lang="en"):
        self.browser.open("about:blank")  # else another #lang is no new page
        self.browser.open(f"file://{self.pages[name]}#{lang}")

    def each(self, widths=WIDTHS, darks=(False, True)):
        for name in self.pages:
            for lang in ("en", "zh"):
                for dark in darks:
                    for width in widths:
                        self.browser.look(width, dark)
                        self.open(name, lang)
                        yield f"{name}-{lang}-{'dark' if dark else 'light'}-{width}"

    def test_it_loads_nothing_and_complains_of_nothing(self):
        for name, page in self.pages.items():
            self.open(name)
            self.browser.click("label[for=lang-zh]")
            self.assertEqual(self.browser.console(), [])
            self.assertEqual([u for u in self.browser.requests() if u != "about:blank"], [f"file://{page}"])
        # That both would be seen:
        self.browser.run("document.body.append(Object.assign(new Image(), {src: 'http://192.0.2.1/x.png'}))")
        self.assertTrue(any("192.0.2.1" in said for said in self.browser.console()), "its policy forbids it")

    def test_the_switch_of_language(self):
        self.open("rich")
        for button, on, off in (("zh", "zh", "en"), ("en", "en", "zh"), ("zh", "zh", "en")):
            self.browser.click(f"label[for=lang-{button}]")
            self.assertEqual(self.browser.run("return document.documentElement.lang"), on)
            self.spoken(on, off)
        for lang, other in (("en", "zh"), ("zh", "en")):
            self.open("rich", lang)
            self.spoken(lang, other)

    def spoken(self, on, off):
        self.assertEqual(self.browser.run(SPOKEN, off), [])
        said = " ".join(self.browser.run(SPOKEN, on))
        for word in {"en": ("Returns inspection report", "Scratched or dented", "late"), "zh": ("退货检验报告", "有划痕或凹痕", "超时")}[on]:
            self.assertIn(word, said)
        whole = self.browser.run("return document.body.innerText")
        self.assertIn('Noise <b>& "rattle"</b>' if on == "en" else "异响 <i>&</i>", whole)
        if on == "en":  # what remains in Chinese is the switch itself
            self.assertEqual(re.findall("[\u4e00-\u9fff]+", whole), ["中文"])

    def test_the_switch_needs_no_script(self):
        self.browser.devtools("Emulation.setScriptExecutionDisabled", value=True)
        try:
            self.open("rich")
            self.browser.click("label[for=lang-zh]")
        finally:
            self.browser.devtools("Emulation.setScriptExecutionDisabled", value=False)
        self.spoken("zh", "en")

    def test_every_figure_is_shown(self):
        """Without opening or scrolling anything, and as its data says."""
        for name, page in self.pages.items():
            want = {k: str(v) for k, v in Page(page.read_text(encoding="utf-8")).figures.items()}
            for lang in ("en", "zh"):
                self.open(name, lang)
                shown = self.browser.run(SHOWN)
                self.assertEqual({figure: value for figure, value, _, _ in shown}, want)
                self.assertEqual([f for f in shown if not f[3]], [])
                for figure, value, text, _ in shown:
                    digits = re.sub(r"[,.\s\u00a0%]", "", text)
                    self.assertEqual(int(digits), int(value), figure)

    def test_nothing_is_cut_or_lies_on_another(self):
        for picture in self.each():
            if "-700" not in picture:
                self.browser.picture(PICTURES / f"{picture}.png")
            with self.subTest(picture):
                self.assertEqual(self.browser.run(CUT), [])

    def test_colours_can_be_read(self):
        dark = {}
        for picture in self.each(widths=(1200,)):
            ratio, text = self.browser.run(CONTRAST)
            with self.subTest(picture):
                self.assertGreaterEqual(ratio, 4.5, text)
            dark.setdefault("dark" in picture, self.browser.run("return getComputedStyle(document.body).backgroundColor"))
        self.assertNotEqual(dark[True], dark[False])

    def words(self, pdf):
        """Pages as lists of (left, top, right, bottom, word), with their size."""
        text = subprocess.run(["pdftotext", "-bbox", str(pdf), "-"], capture_output=True, check=True, timeout=60).stdout.decode()
        pages = []
        for line in text.splitlines():
            page = re.search(r'<page width="([\d.]+)" height="([\d.]+)"', line)
            word = re.search(r'<word xMin="([-\d.]+)" yMin="([-\d.]+)" xMax="([-\d.]+)" yMax="([-\d.]+)">(.*)</word>', line)
            if page:
                pages.append((float(page[1]), float(page[2]), []))
            elif word:
                pages[-1][2].append((*map(float, word.groups()[:4]), word[5]))
        return pages

    def test_on_paper(self):
        """A4; every row of every table, also of those that are folded on the screen; nothing beyond the margins or across two pages."""
        for name, most in (("rich", 5), ("empty", 2)):
            rows = Page(self.pages[name].read_text(encoding="utf-8")).rows
            for lang in ("en", "zh"):
                with self.subTest(page=name, lang=lang):
                    self.open(name, lang)
                    pdf = PICTURES / f"{name}-{lang}.pdf"
                    self.browser.print(pdf)
                    pages = self.words(pdf)
                    self.assertLessEqual(len(pages), most)
                    for width, height, words in pages:
                        self.assertEqual((round(width), round(height)), (595, 842))
                        margin = 12 / 25.4 * 72 - 2
                        # the box of Chinese letters is as high as their font could be: its middle counts
                        out = [w for w in words if w[0] < margin or w[2] > width - margin or
                               not margin < (w[1] + w[3]) / 2 < height - margin]
                        self.assertEqual(out, [])
                    said = " ".join(w[4] for _, _, words in pages for w in words)
                    for row in rows:
                        for key in ("parcel", "badge", "product"):
                            if row.get(key):
                                self.assertIn(row[key], said)
                        if re.match(r"\d{4}-", row.get("span", "")):
                            self.assertIn(row["span"], said)
                        if "hour" in row:
                            self.assertIn(f"{int(row['hour']):02}:00", said)
                    self.assertEqual("检验" in said, lang == "zh")
                    self.assertNotIn("English", said, "the switch is no use on paper")


if __name__ == "__main__":
    unittest.main()
