"""How much two threads gain, and how much they could: a network on one core, twice at the same time on two, and with two threads.

    python threads.py NETWORKS_FOLDER --out build/bench/threads

Two copies of a program share nothing but caches, memory and the machine's power; twice the time of one alone over that of one
of them is what this machine has to give. Takes bench.py's options, and puts a table between FILE's lines threads:begin and threads:end
with --readme. Times are the least of all rounds: what other machines on the same host take comes and goes.
"""
import contextlib
import sys

import bench
import readme
import tables


def copy(arguments, started, name, network, threads, cores):
    """A program that waits for its turns until `started` is left."""
    folder = arguments.out / "work" / network / name
    folder.mkdir(parents=True, exist_ok=True)
    contestant = bench.Contestant(name, bench.build_compiled(arguments, network, threads, folder), ",".join(map(str, cores)), folder / "log")
    started.callback(contestant.close)
    contestant.difference = bench.difference(folder / "output.raw", arguments.folder / f"{network}.output.npy")
    if contestant.difference > (arguments.kind.tolerance or tables.WRONG):
        raise bench.Failure(f"{network}, {name}: wrong by {contestant.difference:.1e}")
    return contestant


def beside(contestant, other, runs):
    """Those of contestant's times during all of which the other one was at work too."""
    other.send(2 * runs)
    contestant.send(runs)
    times = contestant.receive()
    other.receive()
    return times


def measure(arguments, network):
    """Least milliseconds of a run: alone, beside a copy, with two threads."""
    first, second = arguments.cores[:2]
    least = [float("inf")] * 3
    with contextlib.ExitStack() as started:
        one, copied = copy(arguments, started, "one", network, 1, [first]), copy(arguments, started, "copy", network, 1, [second])
        two = copy(arguments, started, "two", network, 2, [first, second])
        runs = max(2, int(arguments.turn * 1000 / min(one.turn(3))))
        for _ in range(arguments.rounds):
            times = one.turn(runs), beside(one, copied, runs), two.turn(runs)
            least = [min(best, *t) for best, t in zip(least, times)]
    return least


def table(rows):
    lines = ["| network | one thread | beside a copy | two threads | two copies to one | two threads to one |", "| --- |" + " ---: |" * 5]
    return lines + [f"| {network} | {one:.2f} | {beside_copy:.2f} | {two:.2f} | {2 * one / beside_copy:.2f}x | {one / two:.2f}x |"
                    for network, (one, beside_copy, two) in rows.items()]


def main():
    arguments = bench.parse_arguments()
    if len(arguments.cores) < 2:
        sys.exit("two cores are needed")
    machine = bench.describe_machine(arguments.cc, arguments.cflags)
    rows = {}
    for network in arguments.networks:
        print(network, file=sys.stderr, flush=True)
        rows[network] = measure(arguments, network)
    lines = [*table(rows), "", f"Least of {arguments.rounds} rounds; {machine['date']}, {machine['cpu']}; {machine['compiler']}."]
    print("\n".join(lines))
    if arguments.readme:
        readme.replace(arguments.readme, "threads", lines)


if __name__ == "__main__":
    main()
