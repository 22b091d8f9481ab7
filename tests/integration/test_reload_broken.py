"""A running service that is given every broken file we have keeps the configuration before them, and says why."""

import asyncio
import re
from contextlib import closing
from pathlib import Path
from shutil import rmtree
from typing import Any

from structlog.testing import capture_logs

from briefing import app
from briefing.check import Checked, check
from briefing.store.engine import Store
from briefing.watch import Watch
from tests.broken_files import HEAD, MAIN, Broken, marked, odd
from tests.broken_reference import mutated

CASES = [*marked(), *odd(), *mutated(30)]
RIGHT = f"{HEAD}stories: {{s: {{title: S}}}}\n"


def clear(folder: Path, case: Broken) -> None:
    """Remove what a case put beside the main file."""
    for name in {name.split("/")[0] for name in case.files if name != MAIN}:
        if (folder / name).is_dir():
            rmtree(folder / name)
        else:
            (folder / name).unlink()


def places(case: Broken) -> list[tuple[str, str]]:
    """Return line and column of each mistake, in the order they are told in."""
    told = sorted(case.mistakes, key=lambda one: (one.file != MAIN, one.file, one.line, one.col))
    return [(str(one.line), str(one.col)) for one in told]


def test_no_broken_file_replaces_the_configuration_that_runs(tmp_path: Path) -> None:
    async def play(logs: list[Any], store: Store) -> None:
        path, environ, told, stop = tmp_path / MAIN, dict[str, str](), asyncio.Queue[Checked](), asyncio.Event()
        path.write_text(RIGHT)
        config = check(path, {}).config
        assert config is not None
        watch = Watch(path, environ, told=told.put)
        running = asyncio.create_task(app.keep(app.Setting(config, tmp_path), store, watch=watch, stop=stop))
        for case in CASES:
            environ.clear()
            environ.update(case.environ)
            case.write(tmp_path)
            watch.wake.set()
            checked = await asyncio.wait_for(told.get(), 10)
            assert checked.config is None, case.name
            clear(tmp_path, case)
        assert [log["event"] for log in logs].count("run") == 1
        path.write_text(RIGHT + "lists: {l: {title: L}}\n")
        watch.wake.set()
        assert (await asyncio.wait_for(told.get(), 10)).ok
        stop.set()
        await asyncio.wait_for(running, 10)

    with capture_logs() as logs, closing(Store(f"sqlite:///{tmp_path / 'test.db'}")) as store:
        store.upgrade()
        asyncio.run(play(logs, store))
    refused = [log["problem"] for log in logs if log["event"] == "config.refused"]
    found = [place for told in refused for place in re.findall(r":(\d+):(\d+): error: ", told)]
    assert found == [place for case in CASES for place in places(case)]
