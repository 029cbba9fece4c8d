# The chip's flash.
import _host


def flash_size():
    return 2 * 4096 * _host.option("flash_blocks")
