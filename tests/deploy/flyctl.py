"""What flyctl takes, of what the documents use (its own reference, August 2026)."""

from __future__ import annotations

import shlex

# Subcommand: flags without a value, flags with one.
COMMANDS: dict[str, tuple[str, str]] = {
    "apps create": ("", "-o"),
    "apps restart": ("", ""),
    "auth login": ("", ""),
    "checks list": ("", "-a"),
    "deploy": ("", "-a -c --dockerfile --image --process-groups"),
    "ips allocate-v4": ("--shared", "-a"),
    "ips allocate-v6": ("", "-a"),
    "ips list": ("", "-a"),
    "logs": ("--no-tail --json", "-a -m --machine"),
    "machine clone": ("", "-a --region"),
    "machine list": ("", "-a"),
    "proxy": ("", "-a"),
    "redis create": ("--no-replicas --disable-eviction", "--name --region"),
    "redis status": ("", ""),
    "redis update": ("", ""),
    "releases": ("--image", "-a"),
    "secrets deploy": ("", "-a"),
    "secrets import": ("--stage", "-a"),
    "secrets set": ("--stage", "-a"),
    "ssh console": ("", "-a -g -C"),
    "status": ("", "-a"),
}


def fault(line: str) -> str | None:
    """Say what is wrong with a command, for this app of two images; None if nothing."""
    words = shlex.split(line.partition(" | ")[0].partition(" < ")[0])[1:]
    name = next(
        (name for name in COMMANDS if f"{' '.join(words)} ".startswith(f"{name} ")),
        None,
    )
    if name is None:
        return f"{' '.join(words[:2])} is no command that is used here."
    plain, valued = (flags.split() for flags in COMMANDS[name])
    given = {word.partition("=")[0] for word in words if word.startswith("-")}
    if unknown := given - {*plain, *valued} - ({"--ha"} if name == "deploy" else set()):
        return f"{name} does not take {', '.join(sorted(unknown))}."
    if name != "deploy":
        return None
    if "--process-groups" not in given or not given & {"--dockerfile", "--image"}:
        return "A deploy names its group and its Dockerfile or image."
    if "--dockerfile" in given:
        group = words[words.index("--process-groups") + 1]
        if words[words.index("--dockerfile") + 1] != f"Dockerfile.{group}":
            return "A deploy puts the image of one group on the other."
    return None
