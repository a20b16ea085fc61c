#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Eclipse Paho for Python as a peer of the interop tests: one command line, the same for all peers.

  peer.py pub  PORT VERSION ID TOPIC QOS RETAIN USER PASSWORD     each line of standard input is a message
  peer.py sub  PORT VERSION ID FILTER QOS COUNT CLEAN USER PASSWORD
  peer.py will PORT VERSION ID TOPIC PAYLOAD                      stays until it is killed

"sub" prints "ready" when subscribed, then "retain topic payload" for COUNT messages. VERSION is 4 or 5. "-" stands for
no user and no password.
"""
import os
import sys
import threading

import paho.mqtt.client as paho
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties


def say(text):
    print(text, flush=True)


def client(version, identifier, clean, user="-", password="-", will=None):
    if version == 5:
        made = paho.Client(identifier, protocol=paho.MQTTv5)
    else:
        made = paho.Client(identifier, clean_session=clean, protocol=paho.MQTTv311)
    if user != "-":
        made.username_pw_set(user, password)
    if will:
        made.will_set(will[0], will[1], qos=1)
    return made


def connect(made, port, version, clean):
    if version == 5:
        properties = Properties(PacketTypes.CONNECT)
        properties.SessionExpiryInterval = 0 if clean else 3600
        made.connect("127.0.0.1", port, clean_start=clean, properties=properties)
    else:
        made.connect("127.0.0.1", port)


def refused(made):
    def on_connect(_client, _data, _flags, reason, *_properties):
        code = reason if isinstance(reason, int) else reason.value
        if code != 0:
            say("refused")
            os._exit(0)

    return on_connect


def pub(port, version, identifier, topic, qos, retain, user, password):
    made = client(version, identifier, True, user, password)
    made.on_connect = refused(made)
    connect(made, port, version, True)
    made.loop_start()
    for line in sys.stdin:
        made.publish(topic, line.rstrip("\n"), qos=qos, retain=retain).wait_for_publish(20)
    made.disconnect()
    made.loop_stop()


def sub(port, version, identifier, topics, qos, count, clean, user, password):
    made = client(version, identifier, clean, user, password)
    left = [count]

    def on_connect(_client, _data, _flags, reason, *_properties):
        code = reason if isinstance(reason, int) else reason.value
        if code != 0:
            say("refused")
            made.disconnect()
        else:
            made.subscribe(topics, qos)

    def on_subscribe(*_):
        say("ready")
        if count == 0:
            made.disconnect()

    def on_message(_client, _data, message):
        if left[0] == 0:
            return
        say("%d %s %s" % (message.retain, message.topic, message.payload.decode()))
        left[0] -= 1
        if left[0] == 0:
            # After the acknowledgement of this message has left.
            threading.Timer(0.2, made.disconnect).start()

    made.on_connect = on_connect
    made.on_subscribe = on_subscribe
    made.on_message = on_message
    connect(made, port, version, clean)
    made.loop_forever(retry_first_connection=False)


def will(port, version, identifier, topic, payload):
    made = client(version, identifier, True, will=(topic, payload))
    made.on_connect = lambda *_: say("ready")
    connect(made, port, version, True)
    made.loop_forever(retry_first_connection=False)


what, port, version, identifier, *rest = sys.argv[1:]
if what == "pub":
    pub(int(port), int(version), identifier, rest[0], int(rest[1]), rest[2] == "1", *rest[3:])
elif what == "sub":
    sub(int(port), int(version), identifier, rest[0], int(rest[1]), int(rest[2]), rest[3] == "1", *rest[4:])
else:
    will(int(port), int(version), identifier, *rest)
