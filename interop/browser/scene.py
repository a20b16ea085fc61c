#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A house full of sensors, for pictures: an hour of the past at once, then a measurement of each a second.

    scene.py HOST PORT CREDENTIAL

CREDENTIAL is the file of the user `sensor`, who may write below sensor/. Somebody else guesses a password, and the
sensor's user tries what is not its right, so that there is something to see among what is denied.
"""

import json
import math
import random
import sys
import time
from datetime import datetime, timezone

import paho.mqtt.client as mqtt

PAST = 3600
STEP = 10

# name: what it measures, as unit, where it is, how far it swings, in how many seconds, and its noise
HOUSE = {
    "greenhouse": {"temperature": ("Cel", 24.3, 1.8, 2300, 0.03), "humidity": ("%", 61.8, 4, 1900, 0.3), "pressure": ("hPa", 1013.2, 0.5, 4000, 0.06)},
    "boiler-room": {"flow": ("Cel", 72.4, 6.5, 3900, 0.15), "return": ("Cel", 61.2, 2, 3000, 0.1), "pressure": ("kPa", 162.4, 1.5, 1500, 0.2)},
    "chest-freezer": {"air": ("Cel", -18.4, 0.9, 620, 0.02), "door": ("1", 0, 0, 1, 0), "compressor": ("A", 0.71, 0.7, 0, 0.01)},
    "mains-meter": {"voltage": ("V", 231.4, 1.6, 900, 0.3), "frequency": ("Hz", 49.98, 0.01, 300, 0.004), "power": ("kW", 0.842, 0.3, 1700, 0.02)},
    "solar-shed": {"pv_power": ("kW", 1.284, 0.4, 2600, 0.03), "battery": ("V", 52.31, 0.4, 3600, 0.02), "charge": ("%", 78.2, 3, 7200, 0.05)},
    "weather-mast": {"wind": ("m/s", 4.8, 2.1, 410, 0.5), "outdoor": ("Cel", 8.61, 0.7, 3600, 0.05), "light": ("lx", 32400, 4000, 1300, 500)},
    "workshop-air": {"co2": ("[ppm]", 742, 60, 1500, 4), "pm2.5": ("ug/m3", 6.1, 1.8, 700, 0.3), "temperature": ("Cel", 21.42, 0.3, 2400, 0.02)},
    "cellar": {"temperature": ("Cel", 11.82, 0.2, 3000, 0.01), "humidity": ("%", 71.4, 1.5, 2500, 0.1), "dew_point": ("Cel", 6.78, 0.2, 2700, 0.02)},
    "beehive-2": {"mass": ("kg", 34.21, 0.15, 3600, 0.01), "brood_nest": ("Cel", 34.8, 0.2, 1800, 0.05), "sound": ("dB", 51.6, 3, 500, 0.8)},
}
SILENT_SINCE = {"cellar": 42, "beehive-2": 1500}
dice = random.Random(7)


def value(name, at):
    unit, middle, swing, period, noise = name
    if period == 0:  # a motor: on and off
        return round(middle * (1 if at % 560 < 300 else 0) + dice.gauss(0, noise), 3)
    if swing == 0:  # a door
        return 1 if at % 1750 < 25 else 0
    return round(middle + swing * math.sin(2 * math.pi * at / period) + dice.gauss(0, noise), 1 if abs(middle) > 1000 else 3 if abs(middle) < 2 else 2)


def measurement(sensor, seq, at):
    moment = datetime.fromtimestamp(at, timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return json.dumps({"time": moment, "boot": "5ce2e5ce2e5ce2e5", "seq": seq} | {name: value(how, at) for name, how in HOUSE[sensor].items()})


class House:
    def __init__(self, client):
        self.client = client
        self.seq = dict.fromkeys(HOUSE, 0)
        self.rate = dict.fromkeys(HOUSE, 1.0)
        self.asked = {}
        client.on_message = self.instructed

    def publish(self, sensor, at):
        self.seq[sensor] += 1
        return self.client.publish(f"sensor/{sensor}/data", measurement(sensor, self.seq[sensor], at), qos=1)

    def status(self, sensor):
        units = {name: how[0] for name, how in HOUSE[sensor].items()}
        status = {"state": "online", "sampling_hz": self.rate[sensor], "limits": {"slowest_hz": 0.01, "fastest_hz": 50}, "units": units, "boot": "5ce2e5ce2e5ce2e5"} | self.asked.get(sensor, {})
        self.client.publish(f"sensor/{sensor}/status", json.dumps(status), qos=1, retain=True)

    def instructed(self, client, user, message):
        """All obey but one."""
        sensor, text = message.topic.split("/")[1], message.payload.decode()
        if sensor in HOUSE and sensor not in SILENT_SINCE and sensor != "weather-mast" and text.endswith(" Hz"):
            self.rate[sensor] = float(text[:-3])
            self.asked[sensor] = {"asked": text}
            self.status(sensor)

    def past(self, sensor, now):
        at = now - PAST
        while at < now - SILENT_SINCE.get(sensor, 0):
            if not (sensor == "greenhouse" and now - 2300 < at < now - 2100):  # a break, to be seen as one
                last = self.publish(sensor, at)
                if self.seq[sensor] % 50 == 0:
                    last.wait_for_publish()  # no more than a broker keeps for its readers
            at += STEP
        last.wait_for_publish()


def main():
    host, port, credential = sys.argv[1], int(sys.argv[2]), open(sys.argv[3]).read().split("\n")
    client = mqtt.Client(client_id="scene", protocol=mqtt.MQTTv311)
    client.username_pw_set(credential[0], credential[1])
    client.max_queued_messages_set(0)
    house = House(client)
    client.connect(host, port)
    client.loop_start()
    client.subscribe("sensor/+/instructions/sampling", qos=1)
    burglar = mqtt.Client(client_id="guest-tablet")
    burglar.username_pw_set("sensor", "letmein")
    burglar.connect(host, port)
    for _ in range(20):
        burglar.loop(0.1)

    now = time.time()
    for sensor in HOUSE:
        house.status(sensor)
        house.past(sensor, now)
    client.publish("sensor/beehive-2/status", json.dumps({"state": "offline", "reason": "connection lost"}), qos=1, retain=True)
    client.publish("sensor/greenhouse/instructions/sampling", "100 Hz", qos=1)
    client.publish("house/lights", "on", qos=1)
    print("ready", flush=True)
    due = dict.fromkeys((sensor for sensor in HOUSE if sensor not in SILENT_SINCE), time.time())
    while True:
        for sensor, at in due.items():
            if at <= time.time():
                house.publish(sensor, at)
                due[sensor] = at + 1 / house.rate[sensor]
        time.sleep(0.02)


main()
