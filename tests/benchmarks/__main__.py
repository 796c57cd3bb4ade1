"""`make bench`: the measurements that need no data of their own."""

from tests.benchmarks import sweep

for kind in ("sqlite", "postgres"):
    sweep.run(kind, 100_000, 10_000)
