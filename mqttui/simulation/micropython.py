"""Files written for MicroPython, run on CPython with modules of a simulated board.

Every `Interpreter` has its own copies: thirty boards in one process share no state.
"""

from __future__ import annotations

import builtins
import functools
import time
from importlib.machinery import SourceFileLoader
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from types import CodeType

    from mqttui.simulation.clock import Clock

# Small integers of a 32-bit board have 31 bits; ticks wrap around at half of that range.
_TICKS_PERIOD = 1 << 30


class Interpreter:
    """Imports files of a folder as a board does.

    `modules` are what the board has built in (`machine`, `time`, ...) and come first; then the
    files in `folder`, then CPython's own modules. `micropython.const` is always there.
    """

    def __init__(self, folder: Path, modules: Mapping[str, ModuleType]) -> None:
        self._folder = folder
        self._modules = {"micropython": module("micropython", const=lambda value: value)}
        self._modules.update(modules)
        self._builtins = {**vars(builtins), "__import__": self._import}

    def load(self, name: str) -> Any:
        """Return the module `name` of the board, imported once.

        Raises ImportError when there is none, and what the file raises when it runs.
        """
        if name not in self._modules:
            path = self._folder / f"{name}.py"
            if not path.is_file():
                raise ImportError(f"no module named {name!r} on this board")
            found = ModuleType(name)
            found.__file__ = str(path)
            vars(found)["__builtins__"] = self._builtins
            self._modules[name] = found
            try:
                # The files are this project's own, and this is what importing them means.
                exec(_compiled(name, path, path.stat().st_mtime_ns), vars(found))  # noqa: S102
            except BaseException:
                del self._modules[name]
                raise
        return self._modules[name]

    def _import(self, name: str, *args: Any, **options: Any) -> Any:
        if name in self._modules or (self._folder / f"{name}.py").is_file():
            return self.load(name)
        return builtins.__import__(name, *args, **options)


def module(name: str, /, **contents: object) -> ModuleType:
    """Return a module with these names in it."""
    made = ModuleType(name)
    vars(made).update(contents)
    return made


@functools.lru_cache(maxsize=64)
def _compiled(name: str, path: Path, _modified_ns: int) -> CodeType:
    """Return the code of a file: compiled once for all boards, kept as CPython keeps its own."""
    code = SourceFileLoader(name, str(path)).get_code(name)
    assert code is not None
    return code


def time_module(clock: Clock) -> ModuleType:
    """Return MicroPython's `time` on a clock; seconds count from 2000, as on an ESP32."""
    epoch_s = 946_684_800

    def ticks_diff(later: int, earlier: int) -> int:
        half = _TICKS_PERIOD // 2
        return (later - earlier + half) % _TICKS_PERIOD - half

    return module(
        "time",
        ticks_us=lambda: clock.now_us() % _TICKS_PERIOD,
        ticks_ms=lambda: clock.now_us() // 1000 % _TICKS_PERIOD,
        ticks_add=lambda ticks, delta: (ticks + delta) % _TICKS_PERIOD,
        ticks_diff=ticks_diff,
        sleep=lambda seconds: clock.sleep_us(int(seconds * 1_000_000)),
        sleep_ms=lambda duration: clock.sleep_us(duration * 1000),
        sleep_us=clock.sleep_us,
        time=lambda: clock.epoch_us() // 1_000_000 - epoch_s,
        time_ns=lambda: (clock.epoch_us() - epoch_s * 1_000_000) * 1000,
        gmtime=lambda seconds=None: tuple(
            time.gmtime(
                epoch_s
                + (clock.epoch_us() // 1_000_000 - epoch_s if seconds is None else int(seconds))
            )
        )[:8],
    )
