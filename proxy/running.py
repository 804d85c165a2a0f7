"""How a proxy's parts run, and in which order they begin and end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from proxy.beside import beside

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from aiohttp import web

    from proxy.parts import Parts


class Running:
    """The stages of a proxy's life: the last to begin is the first to end."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def attach(self, app: web.Application) -> None:
        """Let the parts live as long as the application."""
        app.on_shutdown.append(self._end_events)
        # The drain's answers are kept too.
        app.cleanup_ctx.append(self._keep)
        app.cleanup_ctx.append(self._remember)
        app.cleanup_ctx.append(self._agree)
        app.cleanup_ctx.append(self._notify)
        app.cleanup_ctx.append(self._run)

    async def _end_events(self, app: web.Application) -> None:
        """Let those go who have the status page open: they would never end."""
        del app
        self._parts.events.end()

    async def _keep(self, app: web.Application) -> AsyncIterator[None]:
        """Share the copies with other proxies, and with the next run of this one."""
        del app
        if self._parts.sharing is None:
            yield
            return
        async with self._parts.sharing.keeping(self._parts.drain.left_s):
            yield

    async def _remember(self, app: web.Application) -> AsyncIterator[None]:
        """Begin where the last process ended, and leave a file for the next one."""
        del app
        if self._parts.keeper is None:
            yield
            return
        await self._parts.keeper.restore()
        if self._parts.sharing is not None:
            self._parts.sharing.store.write_all()
            await self._parts.writing.ledger.write_all()
        async with beside(self._parts.keeper.run()):
            yield
        await self._parts.keeper.save(clean=True)

    async def _agree(self, app: web.Application) -> AsyncIterator[None]:
        """Have one breaker with other proxies, from before the first request."""
        del app
        if self._parts.cluster is None:
            yield
            return
        await self._parts.cluster.sync()
        async with beside(self._parts.cluster.run()):
            yield
        await self._parts.cluster.sync()

    async def _notify(self, app: web.Application) -> AsyncIterator[None]:
        """Tell the team of an outage, beside the requests and until the drain."""
        del app
        if self._parts.notices is None:
            yield
            return
        async with beside(self._parts.notices.run()):
            yield

    async def _run(self, app: web.Application) -> AsyncIterator[None]:
        """Open the way to the PMS, probe beside the requests, and drain at the end."""
        del app
        async with self._parts.upstream:
            async with beside(self._parts.prober.run()):
                async with (
                    beside(self._parts.refresher.run()),
                    beside(self._parts.calendar_refresher.run()),
                    self._parts.writing.running(),
                ):
                    yield
                # What goes on behind ends last: the writes are told of there.
                for flights in (
                    self._parts.read_flights,
                    self._parts.write_flights,
                    self._parts.background,
                ):
                    left_s = self._parts.drain.left_s()
                    await flights.finish(self._parts.clock.timeout(left_s))
                await self._parts.writing.close()
            self._parts.bulkhead.close()
