"""
The documents as a site, by Sphinx: `./dev docs` builds it into `dist/docs`.

Texts are those that the repository shows: pages include `README.md` and its neighbours
in parts. Reference tables come from `reference.py`, at each build.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from config.version import VERSION  # noqa: E402
from docs.reference import tables  # noqa: E402

project = "Hotel PMS sidecar"
version = release = VERSION
extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build"]

# README's headings, as anchors for links into it.
myst_heading_anchors = 3
myst_enable_extensions = ["substitution"]
myst_substitutions = tables()
# A part of README begins with its own level of heading.
suppress_warnings = ["myst.header"]

# Settings and sentences are shown to the letter.
smartquotes = False

html_theme = "furo"
html_title = project
html_copy_source = False
html_show_copyright = False
