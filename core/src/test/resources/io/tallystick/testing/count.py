"""One process that counts in every type and gauge mode, a round for each line it is sent.

Arguments: a seed, and how many new series each metric gets in a round. Amounts are exact in
binary, so that sums do not depend on their order.
"""
import random
import sys

from prometheus_client import Counter, Gauge, Histogram, Summary

seed, series = int(sys.argv[1]), int(sys.argv[2])
chance = random.Random(seed)
odd_texts = ["", "/", "a b", '"quoted"', "back\\slash", "two\nlines", "\u00e9\u4e16", "\U0001f600", "\x7f"]


def amount():
    return chance.randrange(0, 1 << 16) / 64


requests = Counter("http_requests", "Requests served,\n\"all\" of them \\ \u00e9.", ["status", "path"])
starts = Counter("starts_total", "Starts.")
untouched = Counter("untouched", "")
latency = Histogram("latency_seconds", "Latency.", ["path"], buckets=(0.005, 0.5, 1, 1048576, 1e10))
default_bounds = Histogram("size_bytes", "Sizes.")
payload = Summary("payload_bytes", "Payload.", ["kind"])
lonely = Summary("lonely", "No labels.")
gauges = [
    Gauge("gauge_" + mode, "Gauge of mode " + mode + ".", ["room"], multiprocess_mode=mode)
    for mode in sorted(Gauge._MULTIPROC_MODES)
]
unset = [
    Gauge("unset_" + mode, "Never set.", multiprocess_mode=mode)
    for mode in sorted(Gauge._MULTIPROC_MODES)
]

made = 0
print("ready", flush=True)
for _ in sys.stdin:
    starts.inc()
    lonely.observe(amount())
    default_bounds.observe(chance.choice([0.0625, 1.5, 3, 100]))
    made += series
    texts = odd_texts + ["value-%d" % i for i in range(made)]
    for text in texts:
        requests.labels(chance.choice(["200", "500"]), text).inc(amount())
        latency.labels(text).observe(chance.choice([0.00390625, 0.25, 0.75, 1000, 1e9, 1e11]))
        payload.labels(kind=text).observe(amount())
        for gauge in gauges:
            gauge.labels(text).set(amount() - 512)
    print("done", flush=True)
