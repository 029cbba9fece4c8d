"""An I/V curve: a number of points, one per interval, while the load goes from open to its most.

The points come back in the reply. With a session they are also sent as iot-plot draws them:
`<session>/new_series`, `data` and `plot_series`, JSON lists at QoS 0.
"""

import json
from time import ticks_add, ticks_diff, ticks_ms


class Sweep:
    """`set_load(fraction)` sets the load from 0 (open) to 1; None where somebody turns a knob.

    ValueError when the command cannot be obeyed.
    """

    def __init__(self, values, set_load=None):
        self._count = _number(values, "n", 20, 2, 100)
        self._interval_ms = _number(values, "interval_ms", 100, 10, 5000)
        self._session = _text(values, "session", "")
        self._series = _text(values, "series", "IV")
        if values:
            raise ValueError("sweep has n, interval_ms, session and series")
        if "+" in self._session or "#" in self._session:
            raise ValueError("session: no + and no #")
        self._set_load = set_load
        self._volts = []
        self._amperes = []
        self._is_announced = False
        self._load(0)

    def wait_ms(self):
        """Return how long it is to the next point."""
        return max(0, ticks_diff(self._next, ticks_ms()))

    def step(self, sensor, client):
        """Take a point when its time has come; return whether it was the last."""
        if not self._is_announced:
            self._plot(client, "new_series", [self._series, "V [V]", "I [A]"])
            self._is_announced = True
        if ticks_diff(ticks_ms(), self._next) < 0:
            return False
        sensor.measure()
        self._volts.append("%.3f" % sensor.bus_v)
        self._amperes.append("%.6f" % sensor.current_a)
        point = [self._series, float(self._volts[-1]), float(self._amperes[-1])]
        self._plot(client, "data", point)
        done = len(self._volts)
        if done < self._count:
            self._load(done / (self._count - 1))
            return False
        layout = {"xlabel": "V [V]", "ylabel": "I [A]", "format": ["o-"]}
        self._plot(client, "plot_series", [self._series, layout])
        self.end()
        return True

    def end(self):
        """Take the load away."""
        if self._set_load:
            self._set_load(0)

    def points(self):
        """Return the points as the inside of a JSON object; numbers as they were rounded."""
        return '"v":[%s],"i":[%s]' % (",".join(self._volts), ",".join(self._amperes))

    def _load(self, fraction):
        if self._set_load:
            self._set_load(fraction)
        self._next = ticks_add(ticks_ms(), self._interval_ms)

    def _plot(self, client, verb, content):
        if self._session:
            client.publish("%s/%s" % (self._session, verb), json.dumps(content))


def _number(values, key, default, least, most):
    value = values.pop(key, default)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise ValueError("%s: %d to %d" % (key, least, most))
    return value


def _text(values, key, default):
    value = values.pop(key, default)
    if not isinstance(value, str) or len(value) > 60:
        raise ValueError("%s: text of at most 60 characters" % key)
    return value
