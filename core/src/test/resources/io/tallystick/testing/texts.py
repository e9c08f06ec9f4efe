"""Writes what Python makes of each line: repr of a float's bits, or JSON of a text in UTF-16 hex."""
import json
import struct
import sys

from prometheus_client.utils import floatToGoString

for line in sys.stdin:
    kind, hex_digits = line.split()
    if kind == "float":
        value = struct.unpack(">d", bytes.fromhex(hex_digits))[0]
        print(repr(value), floatToGoString(value))
    else:
        text = bytes.fromhex(hex_digits).decode("utf-16-be", "surrogatepass")
        print(json.dumps({text: [text], "\uffff": "", "\U0001f600": ""}, sort_keys=True))
