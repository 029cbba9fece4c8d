# Runs before boot.py: makes waiting interruptible and adds what an ESP32 has.
import builtins
import os
import sys
import time
from binascii import unhexlify

import _host

# Seconds from 1970 to 2000, where an ESP32 counts from.
EPOCH_S = 946684800
BLOCK_BYTES = 4096

# ---- time -----------------------------------------------------------------------------------


def sleep_ms(duration_ms):
    _host.sleep_ms(int(duration_ms))


def sleep(duration_s):
    _host.sleep_ms(int(duration_s * 1000))


def sleep_us(duration_us):
    if duration_us >= 1000:
        _host.sleep_ms(duration_us // 1000)


def seconds():
    return int(_host.clock_ms()) // 1000 - EPOCH_S


def time_ns():
    return (int(_host.clock_ms()) - EPOCH_S * 1000) * 1000000


def calendar(convert):
    def converted(moment_s=None):
        return convert((seconds() if moment_s is None else moment_s) + EPOCH_S)

    return converted


_mktime = time.mktime
time.sleep = sleep
time.sleep_ms = sleep_ms
time.sleep_us = sleep_us
time.time = seconds
time.time_ns = time_ns
time.gmtime = calendar(time.gmtime)
time.localtime = time.gmtime
time.mktime = lambda moment: int(_mktime(moment)) - EPOCH_S

# ---- os and files ---------------------------------------------------------------------------

# Emscripten numbers errors as WASI does; everybody else expects the numbers of Unix.
ERRORS = {44: 2, 20: 17, 31: 21, 54: 20, 55: 39, 28: 22, 2: 13, 51: 28, 63: 1, 8: 9}
FOLDER = 0x4000
HIDDEN = ("dev", "proc", "tmp", "home", "_emulation")


def with_unix_errors(function):
    def wrapped(*arguments, **options):
        try:
            return function(*arguments, **options)
        except OSError as error:
            number = error.errno
        raise OSError(ERRORS.get(number, number))

    return wrapped


def is_root(path):
    return path == "/" or (path in ("", ".") and os.getcwd() == "/")


def with_size(entry, folder):
    # This file system tells no sizes, those of boards do.
    path = "%s/%s" % (folder.rstrip("/"), entry[0]) if folder else entry[0]
    return (entry[0], entry[1], 0, 0 if entry[1] == FOLDER else os.stat(path)[6])


def ilistdir(path=""):
    found = _ilistdir(path or ".")
    is_at_root = is_root(path)
    return (with_size(entry, path) for entry in found if not (is_at_root and entry[0] in HIDDEN))


def listdir(path=""):
    found = _listdir(path or ".")
    return [name for name in found if not (is_root(path) and name in HIDDEN)]


def with_current_folder(function):
    # An empty path is the current folder on a board, and unknown to the file system here.
    return lambda path: function(path or ".")


def statvfs(_path):
    blocks = _host.option("flash_blocks")
    free = max(0, blocks - _host.used_blocks())
    return (BLOCK_BYTES, BLOCK_BYTES, blocks, free, free, 0, 0, 0, 0, 255)


_listdir = os.listdir
_ilistdir = os.ilistdir
os.listdir = listdir
os.ilistdir = ilistdir
os.stat = with_current_folder(os.stat)
os.statvfs = statvfs
os.urandom = lambda size: unhexlify(_host.random_hex(size))
_release = ".".join(str(part) for part in sys.implementation[1][:3])
os.uname = lambda: ("esp32", "esp32", _release, "v%s (emulated)" % _release, "Emulated ESP32")
for _name in ("listdir", "ilistdir", "stat", "mkdir", "rmdir", "remove", "rename", "chdir"):
    setattr(os, _name, with_unix_errors(getattr(os, _name)))
os.unlink = os.remove
builtins.open = with_unix_errors(open)
