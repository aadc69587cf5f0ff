"""What a worker that has run a network has mapped of its weights, after Linux's /proc."""
import importlib
import re


def weights_mapped(module):
    """{"Rss": bytes in memory, "Pss": the same, shared ones divided among the processes, "Private_Dirty": bytes of its own}"""
    importlib.import_module(module)
    sizes, inside = {}, False
    with open("/proc/self/smaps") as f:
        for line in f:
            header = re.match(r"[0-9a-f]+-[0-9a-f]+ ", line)
            inside = line.rstrip().endswith("network.weights") if header else inside
            found = re.match(r"(Rss|Pss|Private_Dirty): +(\d+) kB", line)
            if inside and found:
                sizes[found[1]] = sizes.get(found[1], 0) + 1024 * int(found[2])
    return sizes
