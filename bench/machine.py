"""What the figures were measured on."""

from __future__ import annotations

import datetime
import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path

import mqttui
from bench.brokers import mosquitto_path


def description() -> list[str]:
    """Return lines about the machine and the versions of everything that matters."""
    now = datetime.datetime.now(datetime.UTC)
    packages = ("paho-mqtt", "textual", "rich")
    return [
        f"{now:%Y-%m-%d %H:%M} UTC, load before the run {os.getloadavg()[0]:.2f}",
        f"{os.cpu_count()} × {processor()}, {memory_gb():.0f} GB, {platform.system()} "
        f"{platform.release()}",
        f"{platform.python_implementation()} {platform.python_version()}, mqttui "
        f"{mqttui.__version__}, " + ", ".join(f"{name} {version(name)}" for name in packages),
        f"{mosquitto_version()}; broker, publisher and consumer share the machine over loopback",
    ]


def processor() -> str:
    """Return the name of the processor."""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def memory_gb() -> float:
    """Return the size of the main memory."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30


def mosquitto_version() -> str:
    """Return the name and version that mosquitto gives."""
    done = subprocess.run([mosquitto_path(), "-h"], capture_output=True, text=True, check=False)
    return done.stdout.splitlines()[0] if done.stdout else "mosquitto, version unknown"
