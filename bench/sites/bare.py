"""Verify a password for so many seconds; print how often it was done per second.

`python -m bench.sites.bare AT_ONCE` reads from standard input for how long, each time.
"""

from __future__ import annotations

import sys
import threading
from time import perf_counter

from my_flask_app.auth.passwords import hasher

PASSWORD = "correct horse battery staple"


def rate(seconds: float, at_once: int) -> float:
    known = hasher.hash(PASSWORD)
    done = []
    start = perf_counter()

    def verify() -> None:
        # argon2 lets go of the interpreter's lock while it computes.
        while perf_counter() - start < seconds:
            hasher.verify(known, PASSWORD)
            done.append(True)

    threads = [threading.Thread(target=verify) for _ in range(at_once)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(done) / (perf_counter() - start)


if __name__ == "__main__":
    for line in sys.stdin:
        print(rate(float(line), int(sys.argv[1])), flush=True)
