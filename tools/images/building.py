"""
Builds images by buildah, on a stand-in for the official Python image.

The stand-in is Debian with its own python3; buildah's storage keeps it, so that it is
made once (`buildah rmi localhost/hotel-python` has it made anew). Shown by it: that the
Dockerfiles build and run. Not shown: the official image's content, nor the size.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from pathlib import Path
from typing import Any

BASE = "localhost/hotel-python"
PACKAGES = "ca-certificates,python3,python3-pip,python3-venv"
SUITE = ("--variant=minbase", "bookworm")
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
MAX_S = 540

ROOT = Path(__file__).resolve().parents[2]
# Namespaces are not to be had inside another container; a chroot is.
ENVIRON = {**os.environ, "BUILDAH_ISOLATION": "chroot"}


def buildah(*arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run buildah to its end; raise CalledProcessError where it fails."""
    return subprocess.run(
        ["buildah", *arguments],
        check=check,
        cwd=ROOT,
        env=ENVIRON,
        text=True,
        capture_output=True,
        timeout=MAX_S,
    )


def make_base() -> None:
    """Make the stand-in, unless it is there."""
    if buildah("inspect", "--type", "image", BASE, check=False).returncode == 0:
        return
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "root"
        subprocess.run(
            ["debootstrap", f"--include={PACKAGES}", *SUITE, str(root)],
            check=True,
            capture_output=True,
            text=True,
            timeout=MAX_S,
        )
        # The official image's programs are called so.
        (root / "usr/bin/python").symlink_to("python3")
        container = buildah("from", "scratch").stdout.strip()
        buildah("copy", "-q", container, str(root), "/")
    buildah("config", "--env", f"PATH={PATH}", "--env", "LANG=C.UTF-8", container)
    buildah("commit", "-q", "--rm", container, BASE)


def build(process: str) -> str:
    """Build `Dockerfile.<process>` on the stand-in, and return the image's name."""
    image = f"localhost/hotel-{process}"
    with tempfile.NamedTemporaryFile("w", suffix=".conf") as pip_conf:
        pip_conf.write(_pip_configuration())
        pip_conf.flush()
        # This machine's package index and its certificate are for the build alone:
        # mounted, they are in no image.
        buildah(
            *("bud", "--quiet", "--format", "docker", "--pull-never", "--layers"),
            *("--volume", f"{CERTIFICATES}:{CERTIFICATES}:ro"),
            *("--volume", f"{pip_conf.name}:/etc/pip.conf:ro"),
            *("--build-arg", f"PYTHON_IMAGE={BASE}"),
            *("--file", f"Dockerfile.{process}", "--tag", image, "."),
        )
    return image


def configuration(image: str) -> dict[str, Any]:
    """Return what the image says of itself, as Docker names it: Cmd, User and so on."""
    told = json.loads(buildah("inspect", "--type", "image", image).stdout)
    config: dict[str, Any] = told["Docker"]["config"]
    return config


def _pip_configuration() -> str:
    told = subprocess.run(
        ["pip", "config", "get", "global.index-url"],
        check=False,
        capture_output=True,
        text=True,
        timeout=MAX_S,
    )
    lines = ["[global]", f"cert = {CERTIFICATES}"]
    if told.returncode == 0:
        lines.append(f"index-url = {told.stdout.strip()}")
    return "\n".join([*lines, ""])
