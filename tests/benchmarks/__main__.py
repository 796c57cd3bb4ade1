"""`make bench`: the measurements that need no data of their own."""

from tests.benchmarks import readings, recompute, sweep

for count in (10, 50):
    readings.run(count)
for kind in ("sqlite", "postgres"):
    sweep.run(kind, 100_000, 10_000)
    recompute.run(kind, 50_000)
