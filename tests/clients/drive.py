"""python drive.py SNIPPET SECONDS: as drive.mjs."""

import importlib.util
import json
import sys
import time

spec = importlib.util.spec_from_file_location("snippet", sys.argv[1])
cache = importlib.util.module_from_spec(spec)
spec.loader.exec_module(cache)
end, second, n = time.time() + float(sys.argv[2]), time.time(), 0
nothing = {"asked": 0, "loaded": 0, "lost": 0, "slowest": 0}
seen = dict(nothing)


def ask(key, counter=None):
    def load():
        if counter:
            seen[counter] += 1
        return {"key": key}

    started = time.time()
    value = cache.get_or_load(key, load)
    assert value == {"key": key}, (key, value)
    seen["asked"] += 1
    seen["slowest"] = max(seen["slowest"], round(1000 * (time.time() - started)))


while time.time() < end:
    ask(f"sess:{n % 20}", "loaded")
    if n % 5 == 0:
        ask(f"sess:new:{n}")
        time.sleep(0.01)
        ask(f"sess:new:{n}", "lost")
    if time.time() - second >= 1:
        print(json.dumps(seen), flush=True)
        seen, second = dict(nothing), time.time()
    n += 1
    time.sleep(0.02)
try:
    cache.close()
except Exception:
    pass  # there was none
