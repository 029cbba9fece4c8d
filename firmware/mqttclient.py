"""The MQTT client of the course's scripts, on top of mqtt.py.

    from mqttclient import MQTTClient
    mqtt = MQTTClient(BROKER, user="iot49", password="rocks", ssl=True)

It connects at once. `ssl=True` trusts the authority in /ca.der and verifies the broker; without
that file it is an error, never a connection to anybody.
"""

from time import gmtime

import mqtt

_CA_FILE = "/ca.der"


class MQTTClient(mqtt.MQTTClient):
    """The methods of umqtt.simple; callbacks take topic and message as bytes."""

    def __init__(
        self,
        server,
        client_id=None,
        port=0,
        user=None,
        password=None,
        keepalive=0,
        ssl=False,
        ssl_params=None,
        connect=True,
    ):
        if ssl_params:
            raise ValueError("ssl_params are not used: put the authority into " + _CA_FILE)
        if client_id is None:
            from binascii import hexlify

            from machine import unique_id

            client_id = hexlify(unique_id())
        context = _verifying_context() if ssl is True else ssl or None
        super().__init__(client_id, server, port, user, password, keepalive, context)
        if connect:
            self.connect()

    def set_callback(self, callback):
        """Call `callback(topic, message)` for every message."""
        super().set_callback(lambda topic, message, _: callback(topic, message))

    def publish(self, topic, msg, retain=False, qos=0):
        """Publish; at QoS 1 return when the broker has acknowledged it."""
        super().publish(topic, msg, retain, qos)
        if qos:
            self.flush()


def _verifying_context():
    if gmtime()[0] < 2024:
        # Certificates have dates.
        import ntptime

        ntptime.settime()
    try:
        return mqtt.tls_context(_CA_FILE)
    except OSError:
        raise OSError(2, "ssl=True needs the certificate of the authority in " + _CA_FILE)
