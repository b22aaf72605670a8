"""Device shadows as moto keeps them, spoken over MQTT as AWS IoT Core speaks them.

    python shadows.py <port>

Connects to a broker on this machine, answers what things publish on `$aws/things/<thing>/shadow[/name/<shadow>]/update`,
`/get` and `/delete`, and writes of each a line of JSON: {"asked": <topic>, "said": [[<topic>, <document>], ...]}. States,
versions, times, differences and refusals are moto's; only the topics are made here (AWS IoT Core Developer Guide, "Device
Shadow MQTT topics"). What is kept is lost with the process.
"""

import json
import re
import sys
import time

import boto3
import paho.mqtt.client as mqtt
from botocore.exceptions import ClientError
from moto import mock_aws

ASKED = re.compile(r"(\$aws/things/([^/]+)/shadow(?:/name/([^/]+))?)/(update|get|delete)")


def service(name):
    return boto3.client(
        name, region_name="eu-central-1", aws_access_key_id="test", aws_secret_access_key="test"
    )


class Shadows:
    """moto's store, asked as things ask AWS."""

    def __init__(self):
        self.things = service("iot")
        self.data = service("iot-data")
        self.known = set()

    def ask(self, shadow, thing, name, action, payload):
        """What is to be published, in order."""
        # AWS IoT keeps shadows of things that its registry does not know; moto wants to know them, and a thing that is
        # made once more has lost its shadows.
        if thing not in self.known:
            self.known.add(thing)
            self.things.create_thing(thingName=thing)
        where = {"thingName": thing} | ({"shadowName": name} if name else {})
        try:
            said = getattr(self, action)(where, payload)
        except ClientError as error:
            said = [(f"{action}/rejected", refusal(error))]
        return [(f"{shadow}/{topic}", document) for topic, document in said]

    def get(self, where, _payload):
        return [("get/accepted", self.state(where))]

    def delete(self, where, _payload):
        return [("delete/accepted", read(self.data.delete_thing_shadow(**where)))]

    def update(self, where, payload):
        try:
            before = self.state(where)
        except ClientError:
            before = {}
        accepted = read(self.data.update_thing_shadow(payload=payload, **where))
        after = self.state(where)
        said = [("update/accepted", accepted)]
        delta = after["state"].get("delta")
        if delta:
            times = after["metadata"]["desired"]
            metadata = {key: times[key] for key in delta}
            rest = {key: after[key] for key in ("version", "timestamp")}
            said.append(("update/delta", {"state": delta, "metadata": metadata} | rest))
        documents = {"previous": whole(before), "current": whole(after)}
        said.append(("update/documents", documents | {"timestamp": after["timestamp"]}))
        return said

    def state(self, where):
        return read(self.data.get_thing_shadow(**where))


def read(answer):
    return json.loads(answer["payload"].read())


def whole(document):
    """A document of `update/documents`: it holds no differences and no time of its own."""
    kept = {key: value for key, value in document.items() if key != "timestamp"}
    if "state" in kept:
        kept["state"] = {key: value for key, value in kept["state"].items() if key != "delta"}
    return kept


def refusal(error):
    answer = error.response
    return {
        "code": answer["ResponseMetadata"]["HTTPStatusCode"],
        "message": answer["Error"]["Message"],
        "timestamp": int(time.time()),
    }


def say(line):
    print(json.dumps(line), flush=True)


def connected(client, _data, _flags, reason, _properties):
    if reason.is_failure:
        say({"error": str(reason)})
        return
    client.subscribe("$aws/things/+/shadow/#", qos=1)


def subscribed(_client, _data, _id, _reasons, _properties):
    say({"asked": "", "said": []})


def message(client, shadows, asked):
    found = ASKED.fullmatch(asked.topic)
    if not found:
        return
    shadow, thing, name, action = found.groups()
    said = shadows.ask(shadow, thing, name, action, asked.payload)
    for topic, document in said:
        client.publish(topic, json.dumps(document), qos=1)
    say({"asked": asked.topic, "said": said})


def main():
    with mock_aws():
        client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, userdata=Shadows())
        client.on_connect = connected
        client.on_subscribe = subscribed
        client.on_message = message
        client.connect("127.0.0.1", int(sys.argv[1]))
        client.loop_forever()


if __name__ == "__main__":
    main()
