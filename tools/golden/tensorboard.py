"""Writes test/golden/tensorboard.json: an event file written by Google's protobuf and an independent CRC-32C.

Run: python3 tools/golden/tensorboard.py

The messages are built at run time from their field numbers in tensorflow/core/util/event.proto and
tensorflow/core/framework/summary.proto. The check values are those of RFC 3720, appendix B.4, and the well-known one of
the ASCII digits 1 to 9; this script computes them bit by bit and stops if they differ.
"""

import json
import pathlib
import struct

import google.protobuf
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

DATE = "2026-11-22"
TARGET = pathlib.Path(__file__).parents[2] / "test" / "golden" / "tensorboard.json"

CHECKS = [
    ("00" * 32, 0x8A9136AA),
    ("ff" * 32, 0x62A8AB43),
    (bytes(range(32)).hex(), 0x46DD794E),
    (bytes(reversed(range(32))).hex(), 0x113FDB5C),
    (b"123456789".hex(), 0xE3069283),
]


def crc32c(data):
    register = 0xFFFFFFFF
    for byte in data:
        for bit in range(8):
            carry = (register ^ (byte >> bit)) & 1
            register = (register >> 1) ^ (0x82F63B78 if carry else 0)
    return register ^ 0xFFFFFFFF


def masked(data):
    check = crc32c(data)
    return (((check >> 15) | (check << 17 & 0xFFFFFFFF)) + 0xA282EAD8) & 0xFFFFFFFF


def record(message):
    data = message.SerializeToString()
    length = struct.pack("<Q", len(data))
    return length + struct.pack("<I", masked(length)) + data + struct.pack("<I", masked(data))


def event_class():
    kinds = descriptor_pb2.FieldDescriptorProto
    file = descriptor_pb2.FileDescriptorProto(name="event.proto", package="golden", syntax="proto3")
    value = file.message_type.add(name="Value")
    value.field.add(name="tag", number=1, type=kinds.TYPE_STRING, label=kinds.LABEL_OPTIONAL)
    value.field.add(name="simple_value", number=2, type=kinds.TYPE_FLOAT, label=kinds.LABEL_OPTIONAL)
    summary = file.message_type.add(name="Summary")
    summary.field.add(
        name="value", number=1, type=kinds.TYPE_MESSAGE, type_name=".golden.Value", label=kinds.LABEL_REPEATED
    )
    event = file.message_type.add(name="Event")
    event.field.add(name="wall_time", number=1, type=kinds.TYPE_DOUBLE, label=kinds.LABEL_OPTIONAL)
    event.field.add(name="step", number=2, type=kinds.TYPE_INT64, label=kinds.LABEL_OPTIONAL)
    event.field.add(name="file_version", number=3, type=kinds.TYPE_STRING, label=kinds.LABEL_OPTIONAL)
    event.field.add(
        name="summary", number=5, type=kinds.TYPE_MESSAGE, type_name=".golden.Summary", label=kinds.LABEL_OPTIONAL
    )
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.MessageFactory(pool).GetPrototype(pool.FindMessageTypeByName("golden.Event"))


for data, check in CHECKS:
    assert crc32c(bytes.fromhex(data)) == check, data

Event = event_class()
events = [
    {"wallTime": 1700000000.25, "step": 1, "scalars": {"training/total": 1.5, "learningRate": 0.001}},
    {"wallTime": 1700000001.5, "step": 300, "scalars": {"validation/größe": -2.25e-20}},
    {"wallTime": 1700000002.0, "step": 2**40 + 5, "scalars": {"training/total": 3.0e38}},
]
start = Event(wall_time=1700000000.0, file_version="brain.Event:2")
records = [record(start)]
for entry in events:
    event = Event(wall_time=entry["wallTime"], step=entry["step"])
    for tag, number in entry["scalars"].items():
        event.summary.value.add(tag=tag, simple_value=number)
    records.append(record(event))

content = {
    "tool": "google.protobuf",
    "version": google.protobuf.__version__,
    "command": "python3 tools/golden/tensorboard.py",
    "date": DATE,
    "checks": [{"data": data, "crc32c": check} for data, check in CHECKS],
    "startWallTime": start.wall_time,
    "events": events,
    "records": [entry.hex() for entry in records],
}
TARGET.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n")
