"""Writes the families and samples of an exposition, one JSON list a line.

With a directory as argument the exposition is MultiProcessCollector's own of that directory,
else it is the text on standard input.
"""
import json
import sys

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.parser import text_string_to_metric_families

if len(sys.argv) > 1:
    registry = CollectorRegistry()
    MultiProcessCollector(registry, sys.argv[1])
    text = generate_latest(registry).decode("utf-8")
else:
    text = sys.stdin.buffer.read().decode("utf-8")


def plain(label, value):
    return repr(float(value)) if label == "le" else value


for family in text_string_to_metric_families(text):
    print(json.dumps(["family", family.name, family.type, family.documentation]))
    for sample in family.samples:
        labels = {name: plain(name, value) for name, value in sample.labels.items()}
        print(json.dumps(["sample", sample.name, labels, float(sample.value)], sort_keys=True))
