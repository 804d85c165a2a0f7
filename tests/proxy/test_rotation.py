"""Rotation of the key and the tokens: SIGHUP on a real process, no restart."""

from __future__ import annotations

import asyncio
import json
import signal
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import aiohttp

from config.logs import HIDDEN
from demo import faults
from demo.keys import Key
from demo.pms import StandIn
from fakes.process import PATIENCE_S, Process, a_process
from proxy.__main__ import main

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    import pytest

OLD_KEY, NEW_KEY = "A" * 32, "N" * 32
OLD, NEW = "the-old-s3cret-of-the-desk", "the-new-s3cret-of-the-desk"
ADMIN, NEW_ADMIN = "the-old-s3cret-of-the-operator", "the-new-s3cret-of-the-operator"


class Bench:
    """A proxy whose secrets stand in files, before a PMS with one valid key."""

    def __init__(self, process: Process, url: str, pms: StandIn, folder: Path) -> None:
        self.process = process
        self.url = url
        self.pms = pms
        self._folder = folder
        self._session = aiohttp.ClientSession()

    def writes(self, name: str, content: str) -> None:
        """Put a new secret into a file, as a whole."""
        fresh = self._folder / f"{name}.new"
        fresh.write_text(content)
        fresh.replace(self._folder / name)

    async def reloads(self, event: str = "settings.reloaded") -> dict[str, object]:
        """Send SIGHUP and return the line that says what came of it."""
        self.process.process.send_signal(signal.SIGHUP)
        line: dict[str, object] = json.loads(await self.process.line(event))
        return line

    async def get(
        self, path: str, token: str = OLD, **headers: str
    ) -> tuple[int, dict[str, str]]:
        """GET with a tool's token; return status and fields."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self._session.get(
            f"{self.url}{path}", headers={"X-Proxy-Token": token, **named}
        ) as got:
            await got.read()
            return got.status, dict(got.headers)

    async def orders(self, token: str) -> int:
        """Reset the breaker with an operator's token; return the status."""
        async with self._session.post(
            f"{self.url}/admin/breaker/reset?why=rotation",
            headers={"X-Admin-Token": token},
        ) as got:
            await got.read()
            return got.status

    async def reads(self, path: str) -> str:
        """Return what one of the proxy's own paths says."""
        async with self._session.get(f"{self.url}{path}") as got:
            return await got.text()

    async def breaker(self) -> str:
        """Return the breaker's state."""
        return str(json.loads(await self.reads("/status.json"))["breaker"]["state"])

    def rotates_at_the_pms(self) -> None:
        """Let the PMS know the new key alone."""
        del self.pms.keys[OLD_KEY]
        self.pms.keys[NEW_KEY] = Key()

    async def close(self) -> None:
        """End the client."""
        await self._session.close()


@asynccontextmanager
async def _bench(folder: Path, **environ: str) -> AsyncIterator[Bench]:
    for name, content in (
        ("key", OLD_KEY),
        ("tokens", f"desk:{OLD}\n"),
        ("admin", ADMIN),
    ):
        (folder / name).write_text(content)
    files = {
        "PROXY_UPSTREAM_KEY_FILE": str(folder / "key"),
        "PROXY_CLIENT_TOKENS_FILE": str(folder / "tokens"),
        "PROXY_ADMIN_TOKEN_FILE": str(folder / "admin"),
    }
    async with StandIn(OLD_KEY) as pms:
        upstream = {"PROXY_UPSTREAM_URL": pms.url}
        async with a_process({**upstream, **files, **environ}) as process:
            url = f"http://127.0.0.1:{await process.port()}"
            bench = Bench(process, url, pms, folder)
            try:
                yield bench
                assert process.process.returncode is None
                process.terminate()
                assert await process.ends() == 0
            finally:
                await bench.close()
    said = "".join(process.lines)
    for secret in (OLD_KEY, NEW_KEY, OLD, NEW, ADMIN, NEW_ADMIN):
        assert secret not in said


async def test_a_new_key_is_in_force_at_once(tmp_path: Path) -> None:
    """The next call carries it; copies are as good as before, and asked of nobody."""
    async with _bench(tmp_path) as bench:
        assert (await bench.get("/api/hotels"))[0] == 200
        bench.rotates_at_the_pms()
        bench.writes("key", f"{NEW_KEY}\n")

        line = await bench.reloads()

        assert line["changed"] == ["PROXY_UPSTREAM_KEY_FILE"]
        assert (await bench.get("/api/hotels?limit=1"))[0] == 200
        calls = len(bench.pms.calls)
        status, fields = await bench.get("/api/hotels")
        assert (status, "hit" in fields["Cache-Status"]) == (200, True)
        assert len(bench.pms.calls) == calls


async def test_an_outage_of_the_key_ends_by_itself_or_by_an_order(
    tmp_path: Path,
) -> None:
    """A reload moves no breaker; the next probe has the new key, a reset needs none."""
    async with _bench(tmp_path, PROXY_BREAKER_OPEN_S="600") as bench:
        bench.rotates_at_the_pms()
        for number in range(5):
            assert (await bench.get(f"/api/hotels?limit={number + 1}"))[0] == 502
        bench.writes("key", NEW_KEY)
        await bench.reloads()
        assert await bench.breaker() == "open"

        assert await bench.orders(ADMIN) == 200

        assert await bench.breaker() == "closed"
        assert (await bench.get("/api/hotels"))[0] == 200

    async with _bench(tmp_path, PROXY_BREAKER_OPEN_S="0.3") as bench:
        bench.rotates_at_the_pms()
        for number in range(5):
            await bench.get(f"/api/hotels?limit={number + 1}")
        bench.writes("key", NEW_KEY)
        await bench.reloads()
        async with asyncio.timeout(PATIENCE_S):
            while await bench.breaker() != "closed":
                await asyncio.sleep(0.02)


async def test_a_tools_token_is_rotated_in_two_steps(tmp_path: Path) -> None:
    """Both are right for a while, then the new one alone."""
    async with _bench(tmp_path) as bench:
        assert [(await bench.get("/api/hotels", t))[0] for t in (OLD, NEW)] == [
            200,
            401,
        ]

        bench.writes("tokens", f"desk:{OLD}\ndesk:{NEW}\n")
        await bench.reloads()
        assert [(await bench.get("/api/hotels", t))[0] for t in (OLD, NEW)] == [
            200,
            200,
        ]

        bench.writes("tokens", f"desk:{NEW}\nnew-tool:{'t' * 20}\n")
        await bench.reloads()
        assert [(await bench.get("/api/hotels", t))[0] for t in (OLD, NEW)] == [
            401,
            200,
        ]
        assert (await bench.get("/api/hotels", "t" * 20))[0] == 200


async def test_a_tool_that_comes_later_is_counted_and_listed(tmp_path: Path) -> None:
    """Its series begin at 0 with the reload, and the status names who may call now."""
    async with _bench(tmp_path) as bench:
        bench.writes("tokens", f"till:{NEW}")
        await bench.reloads()

        metrics = await bench.reads("/metrics")
        status = json.loads(await bench.reads("/status.json"))

    for outcome in ("served", "refused", "limited", "failed", "gone"):
        labels = f'caller="till",outcome="{outcome}"'
        assert f"pms_caller_requests_total{{{labels}}} 0.0" in metrics
    assert [caller["name"] for caller in status["callers"]] == ["till"]


async def test_the_operators_token_is_rotated_too(tmp_path: Path) -> None:
    """The old one opens nothing any more."""
    async with _bench(tmp_path) as bench:
        assert await bench.orders(ADMIN) == 200
        bench.writes("admin", NEW_ADMIN)

        await bench.reloads()

        assert [await bench.orders(t) for t in (ADMIN, NEW_ADMIN)] == [403, 200]


async def test_the_operators_command_reads_the_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`python -m proxy breaker reset` beside a proxy whose token stands in a file."""
    async with _bench(tmp_path) as bench:
        environ = {"PROXY_ADMIN_TOKEN_FILE": str(tmp_path / "admin")}
        order = ("breaker", "reset", "--why", "rotation", "--url", bench.url)

        code = await asyncio.to_thread(main, environ, order)
        missing = await asyncio.to_thread(
            main, {"PROXY_ADMIN_TOKEN_FILE": str(tmp_path / "none")}, order
        )

    said = capsys.readouterr()
    assert (code, missing) == (0, 2)
    assert "not forced" in said.out
    assert "PROXY_ADMIN_TOKEN_FILE cannot be used: No such file" in said.err


async def test_the_log_hides_new_secrets_too(tmp_path: Path) -> None:
    """Whatever brings one into a line: the bench holds that none is in any."""
    async with _bench(tmp_path) as bench:
        bench.writes("tokens", f"desk:{OLD},desk:{NEW}")
        await bench.reloads()
        for secret in (OLD, NEW):
            await bench.get("/api/hotels", X_Request_ID=secret)
        # The lines up to this one have been read.
        await bench.reloads()

    ids = [json.loads(line).get("request_id") for line in bench.process.lines]
    assert ids.count(HIDDEN) == 2


async def test_a_request_under_way_ends_with_what_it_began_with(
    tmp_path: Path,
) -> None:
    """The old token and the old key are both gone; its answer comes all the same."""
    async with _bench(tmp_path) as bench:
        gate = faults.holds()
        bench.pms.plays(gate)
        asking = asyncio.create_task(bench.get("/api/hotels"))
        async with asyncio.timeout(PATIENCE_S):
            await gate.arrived.wait()
        bench.writes("tokens", f"desk:{NEW}")
        bench.writes("key", NEW_KEY)
        await bench.reloads()

        gate.release()

        assert (await asking)[0] == 200


async def test_a_missing_file_keeps_the_old_secret(tmp_path: Path) -> None:
    """And says so; the process lives, however often it is asked."""
    async with _bench(tmp_path) as bench:
        (tmp_path / "key").unlink()
        bench.writes("tokens", "")
        for _ in range(3):
            line = await bench.reloads("settings.not_reloaded")
            assert "PROXY_UPSTREAM_KEY_FILE" in str(line["msg"])
            line = json.loads(await bench.process.line("settings.not_reloaded"))
            assert "PROXY_CLIENT_TOKENS_FILE" in str(line["msg"])
            await bench.process.line("settings.reloaded")

        assert (await bench.get("/api/hotels"))[0] == 200


async def test_without_files_a_signal_is_one_line() -> None:
    """SIGHUP ends no process, not even one that has nothing to read."""
    async with a_process({"PROXY_UPSTREAM_URL": "http://127.0.0.1:9"}) as process:
        await process.port()
        process.process.send_signal(signal.SIGHUP)
        line = json.loads(await process.line("settings.reloaded"))
        process.terminate()

        assert await process.ends() == 0

    assert "nothing to read again" in line["msg"]
