#!/usr/bin/env python3
"""How long a server with many agents and a long history takes to start, and the memory it then has.

    Benchmarks/long-history.py GITPLANE FOLDER [--agents 10000] [--commits 100000]

makes a data folder in FOLDER, unless it is there, with a history by git fast-import, and starts GITPLANE on it: as it is, and
without index.sqlite, which is then counted anew. It takes minutes to make. Time is from the start of the process to the line
that says that it serves; memory is VmRSS at that moment, and after a thousand reads of agents.

With --writes SECONDS one client changes agents for so long, one after the other, while the server looks after its repository
whenever there is something to do: how long a write takes then, and how long without.
"""

import argparse
import http.client
import json
import os
import pathlib
import statistics
import subprocess
import threading
import time
import urllib.parse
import urllib.request

TOKEN = "gitplane-long-history-0123456789abcdef"
STARTS = 3
# One change in so many is of an agent, the others are of a page beside them: git takes a hundred times as long for the first.
AGENT_CHANGES = 10


def definition(agent, edition):
    subjects = ["release notes", "incident reviews", "cost reports", "access requests", "supplier contracts"]
    subject = subjects[agent % len(subjects)]
    document = {
        "$schema": "https://gitplane.dev/schemas/agent.json",
        "display_name": f"{subject} desk {agent}",
        "description": f"Answers questions about {subject}. Edition {edition}.",
        "labels": {"team": f"team-{agent % 7}", "tier": "gold"},
        "mission_profile": {
            "mission": f"Keep everybody who works on {subject} informed: collect what changed, say what it means, and name "
            "the next step with its owner.",
            "role": "Analyst",
            "audience": "Engineers and managers",
            "primary_outcomes": [
                f"Every question about {subject} gets an answer with its source",
                "Risks are named a week before they matter",
            ],
            "responsibility_limits": ["Does not decide on budgets", "Does not talk to customers"],
            "domains": [subject],
        },
        "interaction_style": {"tone": "Plain and friendly", "writing_style": "Short sentences, active voice"},
        "hard_rules": {
            "non_negotiables": ["Sources come with every claim"],
            "forbidden_actions": ["Inventing figures that no source supports"],
        },
        "response_policy": {"language": "en", "format": "Markdown", "conciseness": "At most five sentences"},
        "memory_policy": {"enabled": agent % 3 == 0},
    }
    return json.dumps(document, indent=2) + "\n"


def history(write, agents, commits):
    """Writes a stream for git fast-import: one commit with all agents, then one for each change."""

    def file(agent, edition):
        return f"state/agents/agent-{agent:05}/agent.json", definition(agent, edition)

    def commit(number, subject, files):
        text = f"{subject}\n"
        when = f"{1_800_000_000 + number} +0000"
        write(f"commit refs/heads/main\nauthor Ada <ada@example.com> {when}\n")
        write(f"committer Ada <ada@example.com> {when}\ndata {len(text)}\n{text}\n")
        if number == 0:
            write("from refs/heads/main^0\n")
        for path, content in files:
            write(f"M 100644 inline {path}\ndata {len(content)}\n{content}\n")

    commit(0, f"agents: add {agents}", [file(agent, 0) for agent in range(agents)])
    for number in range(commits):
        agent = number * 7 % agents
        if number % AGENT_CHANGES == 0:
            commit(number + 1, f"agents/agent-{agent:05}: description", [file(agent, number + 1)])
        else:
            commit(number + 1, "docs: a note", [(f"docs/notes-{number % 50}.md", f"# Note {number}\n")])


class Server:
    def __init__(self, program, folder, **settings):
        environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "CONTROL_PLANE_API_TOKEN": TOKEN} | settings
        arguments = [program, "serve", "--data-dir", str(folder), "--port", "0", "--no-working-tree", "--new-instance"]
        start = time.monotonic()
        self.process = subprocess.Popen(
            arguments + ["--log-level", "warning"],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.address = None
        for line in self.process.stdout:
            words = [word for word in line.split() if word.startswith("http://")]
            if words and self.address is None:
                self.seconds = time.monotonic() - start
                self.address = words[0].rstrip("/").split("/api")[0]
            if not line.strip():
                break
        if self.address is None:
            raise SystemExit("the server does not start")

    def memory(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) / 1024

    def get(self, path):
        request = urllib.request.Request(f"{self.address}/api/control-plane/{path}")
        request.add_header("Authorization", f"Bearer {TOKEN}")
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def stop(self):
        self.process.terminate()
        self.process.wait()


def writes(program, folder, agents, seconds):
    """Patches agents in a loop, and says how long it took beside a run of maintenance and without one."""
    server = Server(program, folder, GITPLANE_MAINTENANCE="1s")
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(server.address).netloc)
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/merge-patch+json"}
    samples, runs, isOver = [], [], threading.Event()

    def look():
        while not isOver.wait(0.02):
            runs.append((time.monotonic(), server.get("state")["maintenance"]["status"] == "running"))

    watcher = threading.Thread(target=look)
    watcher.start()
    end = time.monotonic() + seconds
    number = 0
    while time.monotonic() < end:
        start = time.monotonic()
        body = json.dumps({"description": f"Change {number} at {start}."})
        connection.request("PATCH", f"/api/control-plane/agents/agent-{number * 7 % agents:05}", body, headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise SystemExit(f"a write was answered with {answer.status}")
        samples.append((start, time.monotonic() - start))
        number += 1
    isOver.set()
    watcher.join()
    finished = server.get("state")["maintenance"]
    server.stop()
    times = {True: [], False: []}
    place = 0
    for start, duration in samples:
        while place + 1 < len(runs) and runs[place + 1][0] <= start:
            place += 1
        times[runs[place][1]].append(duration * 1000)
    for running, title in [(True, "during maintenance"), (False, "without")]:
        ordered = sorted(times[running])
        if ordered:
            p99 = ordered[len(ordered) * 99 // 100]
            print(
                f"{agents} agents, {len(ordered)} writes {title}: p50 {statistics.median(ordered):.2f} ms,"
                f" p99 {p99:.2f} ms, slowest {ordered[-1]:.1f} ms",
                flush=True,
            )
    print(json.dumps(finished), flush=True)


def make(program, folder, agents, commits):
    Server(program, folder).stop()
    repository = folder / "state.git"
    git = subprocess.Popen(["git", "-C", repository, "fast-import", "--quiet"], stdin=subprocess.PIPE, text=True)
    history(git.stdin.write, agents, commits)
    git.stdin.close()
    if git.wait() != 0:
        raise SystemExit("git fast-import failed")
    subprocess.run(["git", "-C", repository, "repack", "-a", "-d", "-q"], check=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("program")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--agents", type=int, default=10_000)
    parser.add_argument("--commits", type=int, default=100_000)
    parser.add_argument("--make", action="store_true", help="only make the folder")
    parser.add_argument("--writes", type=int, metavar="SECONDS", help="measure writes instead of starts")
    options = parser.parse_args()
    if not options.folder.exists():
        make(options.program, options.folder, options.agents, options.commits)
    if options.make:
        return
    if options.writes:
        return writes(options.program, options.folder, options.agents, options.writes)
    for title, forgets in [("index missing", True), ("index present", False)]:
        times, ready, used = [], [], []
        for _ in range(1 if forgets else STARTS):
            for name in ["index.sqlite", "index.sqlite-wal", "index.sqlite-shm"] if forgets else []:
                (options.folder / name).unlink(missing_ok=True)
            server = Server(options.program, options.folder)
            times.append(server.seconds)
            ready.append(server.memory())
            for agent in range(1_000):
                server.get(f"agents/agent-{agent % options.agents:05}")
            used.append(server.memory())
            sequence = server.get("state")["sequence"]
            server.stop()
        print(
            f"{options.agents} agents, {sequence} commits, {title}: ready after {statistics.median(times):.2f} s,"
            f" {max(ready):.0f} MiB, after 1,000 reads {max(used):.0f} MiB",
            flush=True,
        )


if __name__ == "__main__":
    main()
