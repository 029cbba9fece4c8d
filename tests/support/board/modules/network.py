# Wi-Fi: there or not there, as the test says.
import _host

STA_IF = 0
AP_IF = 1
STAT_IDLE = 1000
STAT_CONNECTING = 1001
STAT_GOT_IP = 1010
STAT_NO_AP_FOUND = 201
STAT_WRONG_PASSWORD = 202

_station = {"is_active": False, "is_wanted": False}


class WLAN:
    IF_STA = 0
    IF_AP = 1
    PM_NONE = 0
    PM_PERFORMANCE = 1
    PM_POWERSAVE = 2

    def __init__(self, interface=STA_IF):
        pass

    def active(self, is_active=None):
        if is_active is None:
            return _station["is_active"]
        _station["is_active"] = bool(is_active)
        if not is_active:
            _station["is_wanted"] = False
        return None

    def connect(self, ssid=None, key=None, **_options):
        if not _station["is_active"]:
            raise OSError("Wifi Not Started")
        _station["is_wanted"] = True

    def disconnect(self):
        _station["is_wanted"] = False

    def isconnected(self):
        return _station["is_active"] and _station["is_wanted"] and _host.has_wifi()

    def status(self, parameter=None):
        if parameter == "rssi":
            return -58
        if self.isconnected():
            return STAT_GOT_IP
        return STAT_NO_AP_FOUND if _station["is_wanted"] else STAT_IDLE

    def ifconfig(self, _config=None):
        return ("127.0.0.1", "255.0.0.0", "127.0.0.1", "127.0.0.1")

    def config(self, *names, **_values):
        if names == ("mac",):
            import machine

            return machine.unique_id()
        return None


def hostname(name=None):
    return name or "mpy-esp32"


def country(code=None):
    return code or "XX"
