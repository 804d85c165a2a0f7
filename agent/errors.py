"""Pure. The agent's exceptions; each text is one sentence for people."""

from __future__ import annotations


class AgentError(Exception):
    """Whatever the agent raises on purpose."""


class FieldError(AgentError):
    """A question to the availability API that cannot be asked: which field, why."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


class PayloadError(AgentError):
    """A webhook body that is not what WhatsApp sends."""


class SendError(AgentError):
    """WhatsApp did not take a reply; `may_pass`: the same again may succeed."""

    def __init__(self, sentence: str, *, may_pass: bool) -> None:
        super().__init__(sentence)
        self.may_pass = may_pass
