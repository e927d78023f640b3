#!/usr/bin/env python3
"""How long a server with many agents and a long history takes to start, and the memory it then has.

    Benchmarks/long-history.py GITPLANE FOLDER [--agents 10000] [--commits 100000] [--releases 0]

makes a data folder in FOLDER, unless it is there, with a history by git fast-import, and starts GITPLANE on it: as it is, and
without index.sqlite, which is then counted anew. It takes minutes to make. Time is from the start of the process to the line
that says that it serves; memory is VmRSS at that moment, and after a thousand reads of agents.

With --releases N so many of the commits publish an agent as the server does it, and the ledger, refs/gitplane/releases,
has all versions.

With --writes SECONDS one client changes agents for so long, one after the other, while the server looks after its repository
whenever there is something to do: how long a write takes then, and how long without.
"""

import argparse
import contextlib
import hashlib
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
# The time of the first commit; each further one is a second later.
BEGINNING = 1_800_000_000
PERSON = "Ada <ada@example.com>"


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


def name(agent):
    return f"agent-{agent:05}"


def data(text):
    return f"data {len(text.encode())}\n{text}\n"


def folder_id(content):
    """The id of the tree of a folder that has an agent.json and nothing else."""
    blob = hashlib.sha1(b"blob %d\0%s" % (len(content.encode()), content.encode())).digest()
    entry = b"100644 agent.json\0" + blob
    return hashlib.sha1(b"tree %d\0%s" % (len(entry), entry)).hexdigest()


class History:
    """Writes a stream for git fast-import: one commit with all agents, then one for each change or publish."""

    def __init__(self, write, agents, instance):
        self.write = write
        self.server = f"Gitplane <gitplane@{instance}>"
        self.definitions = [definition(agent, 0) for agent in range(agents)]
        # Agents whose definition has no version yet, the one first that has waited longest.
        self.waiting = dict.fromkeys(range(agents))
        self.versions, self.releases, self.count = {}, [], 0
        self.commit(f"agents: add {agents}\n", [self.file(agent) for agent in range(agents)])

    def file(self, agent):
        return f"state/agents/{name(agent)}/agent.json", self.definitions[agent]

    def commit(self, message, files, committer=PERSON):
        when = f"{BEGINNING + self.count} +0000"
        self.write(f"commit refs/heads/main\nauthor {PERSON} {when}\ncommitter {committer} {when}\n{data(message)}")
        if self.count == 0:
            self.write("from refs/heads/main^0\n")
        for path, content in files:
            self.write(f"M 100644 inline {path}\n{data(content)}")
        self.count += 1

    def add(self, commits, releases):
        """Spreads the publishes evenly; where no agent waits for one, a change of an agent comes before it."""
        for number in range(commits):
            isDue = len(self.releases) < min((number + 2) * releases // commits, releases)
            if isDue and self.waiting:
                self.publish()
            elif isDue or number % AGENT_CHANGES == 0:
                self.change(number * 7 % len(self.definitions))
            else:
                self.commit("docs: a note\n", [(f"docs/notes-{number % 50}.md", f"# Note {number}\n")])

    def change(self, agent):
        self.definitions[agent] = definition(agent, self.count)
        self.waiting.setdefault(agent)
        self.commit(f"agents/{name(agent)}: description\n", [self.file(agent)])

    def publish(self):
        """One file, which names the tree of the definition."""
        agent = next(iter(self.waiting))
        del self.waiting[agent]
        version, tree = self.versions.get(agent, 0) + 1, folder_id(self.definitions[agent])
        self.versions[agent] = version
        self.releases.append((agent, version, tree, BEGINNING + self.count))
        schema = "https://gitplane.dev/schemas/release.json"
        release = {"$schema": schema, "version": version, "definition": tree, "active": False}
        trailers = f"Channel: api\nPrincipal: operator:ada\nRequest-Id: long-history-{self.count}\n"
        message = f"agents/{name(agent)}: publish version {version}\n\n{trailers}"
        file = f"state/releases/{name(agent)}.json", json.dumps(release, indent=2) + "\n"
        self.commit(message, [file], committer=self.server)

    def ledger(self, write, revisions):
        """The ref that keeps what was published: a commit for each definition. `revisions` are the publishes."""
        for (agent, version, tree, when), revision in zip(self.releases, revisions, strict=True):
            published = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(when))
            message = (
                f"agents/{name(agent)}: version {version}\n\nAgent: {name(agent)}\nVersion: {version}\n"
                f"Definition: {tree}\nRevision: {revision}\nPublished-By: Ada\nPublished-At: {published}\n"
            )
            who = f"{self.server} {when} +0000"
            write(f"commit refs/gitplane/releases\nauthor {who}\ncommitter {who}\n{data(message)}")
            write(f"M 040000 {tree} {name(agent)}/{version}\n\n")


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


@contextlib.contextmanager
def fast_import(repository):
    git = subprocess.Popen(["git", "-C", repository, "fast-import", "--quiet"], stdin=subprocess.PIPE, encoding="utf-8")
    yield git.stdin.write
    git.stdin.close()
    if git.wait() != 0:
        raise SystemExit("git fast-import failed")


def make(program, folder, agents, commits, releases):
    Server(program, folder).stop()
    repository = folder / "state.git"
    instance = json.loads((folder / "instance.json").read_text())["instance"]
    with fast_import(repository) as write:
        history = History(write, agents, instance)
        history.add(commits, releases)
    publishes = ["git", "-C", repository, "rev-list", "--reverse", "main", "--", "state/releases"]
    with fast_import(repository) as write:
        history.ledger(write, subprocess.check_output(publishes, text=True).split())
    subprocess.run(["git", "-C", repository, "repack", "-a", "-d", "-q"], check=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("program")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--agents", type=int, default=10_000)
    parser.add_argument("--commits", type=int, default=100_000)
    parser.add_argument("--releases", type=int, default=0, help="how many of the commits publish an agent")
    parser.add_argument("--make", action="store_true", help="only make the folder")
    parser.add_argument("--writes", type=int, metavar="SECONDS", help="measure writes instead of starts")
    options = parser.parse_args()
    if options.releases > options.commits // 2:
        parser.error("--releases: at most half of the commits, so that a change can come before each")
    if not options.folder.exists():
        make(options.program, options.folder, options.agents, options.commits, options.releases)
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
            f"{options.agents} agents, {sequence} commits, {options.releases} releases, {title}: ready after"
            f" {statistics.median(times):.2f} s, {max(ready):.0f} MiB, after 1,000 reads {max(used):.0f} MiB",
            flush=True,
        )


if __name__ == "__main__":
    main()
