"""The programs that run on a board, in MicroPython, as text.

They are sent over the raw REPL, except `BOOT`, which is also the file `/boot.py`: it finishes an
installation that was interrupted after all its files had arrived. They print JSON.
"""

from __future__ import annotations

STAGING_FOLDER = "/.install"
MOVES_FILE = f"{STAGING_FOLDER}/moves"
BOOT_FILE = "/boot.py"

# Every MicroPython of the last ten years runs this.
WHO = """\
import os, sys
release = ', '.join(str(part) for part in sys.implementation[1][:3])
try:
    machine = os.uname()[4].replace('"', '')
except Exception:
    machine = ''
print('["%s", [%s], "%s"]' % (sys.implementation[0], release, machine))
"""

# A watchdog cannot be stopped and bites in the middle of a copy; it can be given more time. On a
# board that has none armed this arms it, so whoever runs this ends with a restart.
STRETCH_WATCHDOG = """\
import machine
try:
    machine.WDT(timeout=600000)
except Exception:
    pass
"""

FACTS = """\
import gc, json, machine, os
from binascii import hexlify
gc.collect()
try:
    import esp
    flash = esp.flash_size()
except Exception:
    flash = None
room = os.statvfs('/')
print(json.dumps({
    'board': os.uname()[4],
    'id': hexlify(machine.unique_id()).decode(),
    'flash_bytes': flash,
    'memory_free_bytes': gc.mem_free(),
    'disk_bytes': room[1] * room[2],
    'disk_free_bytes': room[1] * room[3],
}))
"""

_FILES = """\
import hashlib, json, os
from binascii import hexlify
def look(folder):
    for entry in os.ilistdir(folder or '/'):
        path = folder + '/' + entry[0]
        if entry[1] == 0x4000:
            if path not in ('/rom', '/sd', '/remote'):
                look(path)
            continue
        digest = hashlib.sha256()
        size = 0
        with open(path, 'rb') as file:
            while True:
                chunk = file.read(512)
                if not chunk:
                    break
                digest.update(chunk)
                size += len(chunk)
        print(json.dumps([path, size, hexlify(digest.digest()).decode()]))
"""

BOOT = f"""\
# Written by mqttui; what you want to run at start belongs into main.py.
# Finishes an installation that was interrupted: moves its files into their places, and removes
# those of the firmware before it that have none in this one.
def finish():
    import json, os
    try:
        with open('{MOVES_FILE}') as file:
            moves = json.load(file)
    except (OSError, ValueError):
        return
    for staged, path in moves:
        if staged is None:
            try:
                os.remove(path)
            except OSError:
                pass
            continue
        folder = ''
        for part in path.split('/')[1:-1]:
            folder += '/' + part
            try:
                os.mkdir(folder)
            except OSError:
                pass
        try:
            os.stat(staged)
        except OSError:
            continue
        try:
            os.rename(staged, path)
        except OSError:
            os.remove(path)
            os.rename(staged, path)
    os.remove('{MOVES_FILE}')
    os.rmdir('{STAGING_FOLDER}')
finish()
"""

_REMOVE_TREE = """\
import os
def remove(folder):
    for entry in os.ilistdir(folder or '/'):
        path = folder + '/' + entry[0]
        if entry[1] != 0x4000:
            os.remove(path)
        elif path not in ('/rom', '/sd', '/remote'):
            remove(path)
            os.rmdir(path)
"""

WIPE = _REMOVE_TREE + "remove('')\n"

EMPTY_STAGING = f"""\
{_REMOVE_TREE}
try:
    os.mkdir('{STAGING_FOLDER}')
except OSError:
    pass
remove('{STAGING_FOLDER}')
"""

REMOVE_STAGING = f"{EMPTY_STAGING}os.rmdir('{STAGING_FOLDER}')\n"

# What was sent before an interruption and never became valid.
CLEAR_LEFTOVERS = f"""\
{_REMOVE_TREE}
try:
    os.stat('{STAGING_FOLDER}')
except OSError:
    pass
else:
    remove('{STAGING_FOLDER}')
    os.rmdir('{STAGING_FOLDER}')
"""

RESTART = "import machine\nmachine.reset()\n"


def rename(old: str, new: str) -> str:
    """Return a program that renames a file over another."""
    return f"""\
import os
try:
    os.rename({old!r}, {new!r})
except OSError:
    os.remove({new!r})
    os.rename({old!r}, {new!r})
"""


def files_below(folder: str = "") -> str:
    """Return a program that prints path, size and SHA-256 of each file, a line per file.

    Other file systems that hang in the root are not looked at.
    """
    return f"{_FILES}look({folder!r})\n"


def check_config(rules: str, config: str) -> str:
    """Return a program that prints what the rules in one file find wrong with the other.

    `rules` is the firmware's config.py: its `load(path)` raises ValueError with a sentence.
    """
    return f"""\
names = {{'__name__': 'config'}}
with open({rules!r}) as file:
    exec(file.read(), names)
try:
    names['load']({config!r})
except ValueError as error:
    print(error)
"""


def set_clock(year: int, month: int, day: int, hour: int, minute: int, second: int) -> str:
    """Return a program that sets the clock to a moment of UTC (`machine.RTC.datetime`)."""
    moment = (year, month, day, 0, hour, minute, second, 0)
    return f"import machine\nmachine.RTC().datetime({moment!r})\n"
