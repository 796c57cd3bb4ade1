"""What a fresh process may be asked by many at once, before it has done it for the first time."""

import subprocess
import sys

FIRST_MET = """
import sys, threading
from msgspec import convert, defstruct

sys.setswitchinterval(1e-6)

def read(kind, gate):
    gate.wait()
    assert convert({"a": {"n": 2}}, kind).a.n == 2

for _ in range(400):
    inner = defstruct("Inner", [("n", int), *((f"m{i}", int, 0) for i in range(20))])
    kind = defstruct("Outer", [("a", inner), *((f"b{i}", inner | None, None) for i in range(30))])
    gate = threading.Barrier(4)
    threads = [threading.Thread(target=read, args=(kind, gate)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
print("read")
"""


def test_a_type_may_first_be_read_by_several_threads_at_once() -> None:
    """Rooms are served on threads, and whichever is first has the shape of a type worked out: a second that came
    meanwhile took the process down with it, and every call and form in it, before msgspec 0.23."""
    done = subprocess.run([sys.executable, "-c", FIRST_MET], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "read"), done.stderr
