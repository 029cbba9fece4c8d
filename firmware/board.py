"""A measuring board: samples, keeps them while it is offline, and obeys commands.

Topics below `<prefix>/<name>-<last six digits of the chip's id>`:
status (retained): online, offline, or {"status": "sleeping", "wake": time in ms}.
info (retained): what the board is. data: one sample, QoS 1.
cmd: {"id": ..., "op": "get" | "set" | "sweep" | "identify" | "reset", ...}. reply: its answer.

Board knows neither Wi-Fi nor sockets: it is given a sensor, a client and what the chip can do.
"""

import json
import sys
from time import gmtime, ticks_add, ticks_diff, ticks_ms, time_ns

import config
import discovery
from sweep import Sweep

VERSION = "1.0"

_MOST_COMMANDS = 8
_BLINK_MS = 250
_FIRST_YEAR = 2024
# What a board that wants to sleep waits for acknowledgements.
_OVERTIME_MS = 10000


class Board:
    """Call sample() and serve() in turn, connected() after every connection.

    `sensor` may be None, with `sensor_error` saying why. `set_led(is_on)` lights the LED, and
    `set_load(fraction)` sets the load of a sweep.
    """

    def __init__(self, settings, uid, client, sensor, sensor_error="", set_led=None, set_load=None):
        self.topic = "%s/%s-%s" % (settings["prefix"], settings["name"], uid[-6:])
        self.settings = settings
        self.dropped = 0
        self.wants_reset = False
        self.sensor = sensor
        self._sensor_error = sensor_error
        self._uid = uid
        self._client = client
        self._set_led = set_led
        self._set_load = set_load
        self._sweep = None
        self._sweep_id = None
        self._waiting = []
        self._commands = []
        self._command_topic = (self.topic + "/cmd").encode()
        self._is_announced = False
        self._number = 0
        self._up_ms = 0
        self._connected_at = 0
        self._looked = self._next = ticks_ms()
        self._blinks = 0
        self._next_blink = 0
        self._epoch_ms = 946684800000 if gmtime(0)[0] == 2000 else 0
        client.set_callback(self._on_message)
        client.set_last_will(self.topic + "/status", "offline", retain=True, qos=1)

    @property
    def is_sweeping(self):
        """Whether a sweep is running."""
        return self._sweep is not None

    def connected(self, address="", signal_dbm=None):
        """Subscribe to commands, then tell the class that the board is there."""
        self._connected_at = ticks_ms()
        if self._sweep:
            self._end_sweep("the connection was lost")
        self._client.subscribe(self.topic + "/cmd", qos=1)
        if not self.settings["home_assistant"]:
            self._look_for_announcement()
        info = {
            "uid": self._uid,
            "fw": VERSION,
            "mpy": ".".join(str(part) for part in sys.implementation.version[:3]),
            "chip": sys.platform,
            "sensor": "INA219" if self.sensor else None,
            "ip": address,
            "rssi": signal_dbm,
            "sleep": self.settings["sleep"],
        }
        info.update(self._state())
        self._publish("info", json.dumps(info), True)
        self._publish("status", "online", True)
        if self.settings["home_assistant"]:
            self._announce(True)

    def sample(self):
        """Take a sample when its time has come, and keep it until it is published."""
        now = ticks_ms()
        self._up_ms += ticks_diff(now, self._looked)
        self._looked = now
        self._blink(now)
        late_ms = ticks_diff(now, self._next)
        if late_ms < 0:
            return
        period_ms = int(1000 / self.settings["rate"])
        # What was missed is not caught up: samples stay at least one period apart.
        self._next = ticks_add(self._next if late_ms < period_ms else now, period_ms)
        self._number += 1
        self._waiting.append(self._reading())
        if len(self._waiting) > self.settings["buffer"]:
            self._waiting.pop(0)
            self.dropped += 1

    def wait_ms(self):
        """Return how long nothing is to be done, at most 50 ms."""
        return max(0, min(50, -ticks_diff(ticks_ms(), self._next)))

    def serve(self):
        """Publish what waits and obey what has come; OSError when the connection is lost."""
        client = self._client
        while self._waiting and client.in_flight < client.max_in_flight:
            client.publish(self.topic + "/data", self._waiting[0], qos=1)
            self._waiting.pop(0)
        if self._is_announced:
            self._announce(False)
            self._is_announced = False
        while self._commands:
            reply = self._obey(self._commands[0])
            if reply:
                self._publish("reply", json.dumps(reply), False)
            self._commands.pop(0)
        wait_ms = self.wait_ms()
        if self._sweep:
            self._continue_sweep()
            if self._sweep:
                wait_ms = min(wait_ms, self._sweep.wait_ms())
        client.loop(wait_ms)

    def lost(self):
        """Take note that the connection is gone: nobody watches the load of a sweep now."""
        if self._sweep:
            self._sweep.end()

    def is_tired(self):
        """Say whether a board that sleeps has been awake long enough and has nothing to do."""
        settings = self.settings
        if not settings["sleep"] or self._sweep or self._blinks or self.wants_reset:
            return False
        over_ms = ticks_diff(ticks_ms(), self._connected_at) - int(settings["awake"] * 1000)
        is_busy = self._waiting or self._commands or self._client.in_flight
        return over_ms >= (_OVERTIME_MS if is_busy else 0)

    def farewell(self, is_sleeping=False):
        """Say that the board goes, before a wanted reset or before it sleeps."""
        status = "offline"
        if is_sleeping:
            status = "sleeping"
            if _has_clock():
                wake_ms = self._now_ms() + self.settings["sleep"] * 1000
                status = '{"status":"sleeping","wake":%d}' % wake_ms
            try:
                if self.sensor:
                    self.sensor.power_down()
            except OSError:
                pass
        self._publish("status", status, True)
        self._client.flush()
        self._client.disconnect()

    def memory(self):
        """Return what outlives a sleep, for recall(); samples that wait do not and are dropped."""
        return b"%d %d" % (self._number, self.dropped + len(self._waiting))

    def recall(self, memory):
        """Go on counting where the board fell asleep."""
        self._number, self.dropped = (int(number) for number in memory.split())

    def _publish(self, name, text, is_retained):
        self._client.publish("%s/%s" % (self.topic, name), text, retain=is_retained, qos=1)

    def _reading(self):
        """Return a sample as JSON. Numbers are written out, because a float of a board is short."""
        text = '{"n":%d,"up":%d' % (self._number, self._up_ms)
        if _has_clock():
            text += ',"t":%d' % self._now_ms()
        sensor = self.sensor
        try:
            if sensor is None:
                raise OSError(19, self._sensor_error)
            sensor.measure()
        except OSError as error:
            return text + ',"err":%s}' % json.dumps(str(error.args[-1]))
        text += ',"v":%.3f,"i":%.6f,"p":%.6f' % (sensor.bus_v, sensor.current_a, sensor.power_w)
        if sensor.is_clipped:
            text += ',"clip":1'
        if sensor.is_over_range:
            text += ',"over":1'
        return text + "}"

    def _now_ms(self):
        return time_ns() // 1000000 + self._epoch_ms

    def _announce(self, is_wanted):
        """Publish what Home Assistant needs to know, or remove it."""
        for topic, text in discovery.messages(self.topic, self._uid, VERSION):
            self._client.publish(topic, text if is_wanted else "", retain=True, qos=1)

    def _look_for_announcement(self):
        """Have the broker say whether the board was announced before this was switched off."""
        try:
            self._client.subscribe(discovery.first_topic(self._uid), qos=0)
        except OSError:
            # A broker may allow a board its own branch only; then nothing was announced.
            if not self._client.is_connected:
                raise

    def _on_message(self, topic, message, is_retained):
        if topic != self._command_topic:
            if is_retained and message and not self.settings["home_assistant"]:
                self._is_announced = True
            return
        # A retained command would be obeyed again after every connection.
        if not is_retained and len(self._commands) < _MOST_COMMANDS:
            self._commands.append(message)

    def _obey(self, message):
        """Return the reply to a command, None when it comes later; a bad one changes nothing."""
        reply = {"ok": False}
        try:
            command = json.loads(message)
            if not isinstance(command, dict):
                raise ValueError("a command is a JSON object")
            reply["id"] = command.pop("id", None)
            op = command.pop("op", None)
            if op == "set":
                self._set(command)
            elif op == "sweep":
                self._start_sweep(command, reply["id"])
                return None
            elif op == "identify":
                self._identify()
            elif op == "reset":
                self.wants_reset = True
            elif op != "get":
                raise ValueError("op is get, set, sweep, identify or reset")
            reply["ok"] = True
        except (ValueError, RuntimeError, MemoryError) as error:
            # What is nested too deeply or too large is as bad as what is not JSON.
            reply["error"] = str(error) or "not JSON"
        reply.update(self._state())
        return reply

    def _set(self, values):
        for key in values:
            if key not in config.CHANGEABLE:
                raise ValueError("%s cannot be set" % key)
            config.checked_value(key, values[key])
        if self.sensor:
            self.sensor.configure(
                shunt_ohm=values.get("shunt"),
                averaging=values.get("averaging"),
                bus_range_v=values.get("bus_range"),
                shunt_range_mv=values.get("shunt_range"),
            )
        was_announced = self.settings["home_assistant"]
        self.settings.update(values)
        self._next = ticks_ms()
        if self.settings["home_assistant"] != was_announced:
            self._announce(not was_announced)

    def _start_sweep(self, values, command_id):
        if self._sweep:
            raise ValueError("a sweep is running")
        if self.sensor is None:
            raise ValueError(self._sensor_error)
        self._sweep = Sweep(values, self._set_load)
        self._sweep_id = command_id

    def _continue_sweep(self):
        client = self._client
        try:
            is_over = self._sweep.step(self.sensor, client)
        except OSError as error:
            # A sensor that fails ends the sweep; a connection that fails ends it when it is back.
            if not client.is_connected:
                raise
            self._end_sweep(str(error.args[-1]))
            return
        if is_over:
            head = json.dumps({"id": self._sweep_id, "ok": True})
            self._publish("reply", "%s,%s}" % (head[:-1], self._sweep.points()), False)
            self._sweep = None

    def _end_sweep(self, why):
        self._sweep.end()
        self._sweep = None
        reply = {"id": self._sweep_id, "ok": False, "error": why}
        self._publish("reply", json.dumps(reply), False)

    def _state(self):
        state = {key: self.settings[key] for key in config.CHANGEABLE}
        state["dropped"] = self.dropped
        state["waiting"] = len(self._waiting)
        state["resets"] = self.sensor.resets if self.sensor else None
        return state

    def _identify(self):
        if self._set_led is None:
            raise ValueError("no LED is configured")
        self._blinks = 20
        self._next_blink = ticks_ms()

    def _blink(self, now):
        if self._blinks and ticks_diff(now, self._next_blink) >= 0:
            self._blinks -= 1
            self._set_led(self._blinks % 2)
            self._next_blink = ticks_add(now, _BLINK_MS)


def _has_clock():
    return gmtime()[0] >= _FIRST_YEAR
