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
    """
    WhatsApp did not take a reply, or did not say.

    `status` and `code` are WhatsApp's, None where no answer came.
    """

    def __init__(
        self,
        sentence: str,
        *,
        status: int | None = None,
        code: int | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(sentence)
        self.status = status
        self.code = code
        self.retry_after_s = retry_after_s


class StoreError(AgentError):
    """What is kept of guests cannot be read or written now."""


class ClaimError(AgentError):
    """A worker goes on with a guest that is not its own any more."""
