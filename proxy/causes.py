"""Pure. What each cause of a failure means and who mends it: one table of words."""

from __future__ import annotations

from proxy.messages import Cause

# Whole sentences, for the log, the status page and whoever reads a refusal. Only
# `credentials` and `configuration` leave the PMS team in peace.
CAUSE_WORDS = {
    Cause.TIMEOUT: "The PMS did not answer in time: PHP or its database is stuck.",
    Cause.NETWORK: "The PMS cannot be reached: its machine, its name or the network "
    "in between is at fault.",
    Cause.DOWN: "The PMS answers with errors: it crashes, or its database is down.",
    Cause.CREDENTIALS: "The PMS refuses the proxy's key (expired, disabled or without "
    "permission): set a new one in PROXY_UPSTREAM_KEY or its file; the PMS itself is "
    "up.",
    Cause.CONFIGURATION: "The PMS redirects: PROXY_UPSTREAM_URL or PROXY_UPSTREAM_HOST "
    "is not the shop's own address; the PMS itself is up.",
}


def in_words(cause: Cause | None) -> str | None:
    """Return a cause's sentence; None where there is no cause to tell."""
    return None if cause is None else CAUSE_WORDS[cause]
