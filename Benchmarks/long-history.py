#!/usr/bin/env python3
"""How long a server with many agents and a long history takes to start, and the memory it then has.

    Benchmarks/long-history.py GITPLANE FOLDER [--agents 10000] [--commits 100000]

makes a data folder in FOLDER, unless it is there, with a history by git fast-import, and starts GITPLANE on it: as it is, and
without index.sqlite, which is then counted anew. It takes minutes to make. Time is from the start of the process to the line
that says that it serves; memory is VmRSS at that moment, and after a thousand reads of agents.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import time
import urllib.request

TOKEN = "gitplane-long-history-0123456789abcdef"
STARTS = 3


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

    def commit(number, subject, files):
        text = f"{subject}\n"
        when = f"{1_800_000_000 + number} +0000"
        write(f"commit refs/heads/main\nauthor Ada <ada@example.com> {when}\n")
        write(f"committer Ada <ada@example.com> {when}\ndata {len(text)}\n{text}\n")
        if number == 0:
            write("from refs/heads/main^0\n")
        for agent, edition in files:
            content = definition(agent, edition)
            write(f"M 100644 inline state/agents/agent-{agent:05}/agent.json\ndata {len(content)}\n{content}\n")

    commit(0, f"agents: add {agents}", [(agent, 0) for agent in range(agents)])
    for number in range(commits):
        agent = number * 7 % agents
        commit(number + 1, f"agents/agent-{agent:05}: description", [(agent, number // agents + 1)])


class Server:
    def __init__(self, program, folder):
        environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "CONTROL_PLANE_API_TOKEN": TOKEN}
        arguments = [program, "serve", "--data-dir", str(folder), "--port", "0", "--no-working-tree"]
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
    options = parser.parse_args()
    if not options.folder.exists():
        make(options.program, options.folder, options.agents, options.commits)
    if options.make:
        return
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
