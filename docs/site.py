"""
Builds the documents' site, and says what is wrong with it: `./dev docs`.

Warnings are errors, every link must lead somewhere, and no page may ask an address
outside for what it shows.
"""

from __future__ import annotations

import re
import shutil
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from sphinx.cmd.build import build_main

ROOT = Path(__file__).parent.parent
OUTPUT = ROOT / "dist/docs"
# What a browser loads by itself, and by which attribute.
ASSETS = {"img": "src", "script": "src", "link": "href", "iframe": "src"}
# In a style sheet.
OUTSIDE = re.compile(r"""@import|url\(\s*['"]?(https?:)?//""")


class Page(HTMLParser):
    """What one page links to, what it loads, and which anchors it has."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.assets: list[str] = []
        self.anchors: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what one element points to."""
        given = {name: value for name, value in attrs if value is not None}
        if "id" in given:
            self.anchors.add(given["id"])
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if (name := ASSETS.get(tag)) and name in given:
            self.assets.append(given[name])


def faults(site: Path) -> list[str]:
    """Return, a sentence each, links that lead nowhere and assets from outside."""
    pages = {
        path.resolve(): Page(path.read_text(encoding="utf-8"))
        for path in site.rglob("*.html")
    }
    found: set[str] = set()
    for path, page in pages.items():
        outside = (url for url in page.assets if urlsplit(url).netloc)
        found |= {f"{path.name} loads {url}." for url in outside}
        for link in (*page.links, *page.assets):
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve()
            target = target if parts.path else path
            if not target.exists():
                found.add(f"{path.name} links to {link}, which does not exist.")
            elif (
                parts.fragment and unquote(parts.fragment) not in pages[target].anchors
            ):
                found.add(f"{path.name} links to {link}, which has no anchor.")
    for path in site.rglob("*.css"):
        if OUTSIDE.search(path.read_text(encoding="utf-8")):
            found.add(f"{path.name} loads what is outside.")
    return sorted(found)


def build(output: Path) -> int:
    """Build the site into a folder; 0 where nothing is wrong with it."""
    strict = ["--fail-on-warning", "--keep-going", "--nitpicky", "--quiet"]
    code = build_main([*strict, "-b", "html", str(ROOT / "docs"), str(output)])
    wrong = faults(output)
    sys.stderr.writelines(f"{sentence}\n" for sentence in wrong)
    return code or int(bool(wrong))


def main() -> int:
    """Build it anew where git does not look, and say where."""
    shutil.rmtree(OUTPUT, ignore_errors=True)
    code = build(OUTPUT)
    if code == 0:
        sys.stdout.write(f"{OUTPUT / 'index.html'}\n")
    return code


if __name__ == "__main__":
    raise SystemExit(main())
