#!/bin/sh
# Runs a program for an agent and starts it anew whenever what the agent runs with changes: its published definition,
# skills, settings, or a secret. Usage: follow-agent.sh AGENT PROGRAM [ARGUMENT...]
# Needs GITPLANE_TOKEN (scopes state:read and secrets:read); GITPLANE_SERVER is http://127.0.0.1:8090 unless set.
set -eu

agent=$1
shift
server=${GITPLANE_SERVER:-http://127.0.0.1:8090}
headers=$(mktemp)
child=""
stop() {
    [ -n "$child" ] && kill "$child" 2>/dev/null && wait "$child" 2>/dev/null || true
    child=""
}
trap 'stop; rm -f "$headers"' EXIT
trap 'exit 143' INT TERM

etag='""'
while :; do
    status=$(curl --silent --output /dev/null --dump-header "$headers" --write-out '%{http_code}' \
        --header "Authorization: Bearer $GITPLANE_TOKEN" --header "If-None-Match: $etag" --header 'Prefer: wait=60' \
        "$server/api/control-plane/agents/$agent/effective") || status=000
    case $status in
    200)
        etag=$(tr -d '\r' <"$headers" | sed -n 's/^[Ee][Tt][Aa][Gg]: //p')
        stop
        gitplane exec --agent "$agent" --server "$server" -- "$@" &
        child=$!
        ;;
    304) ;;
    *)
        echo "follow-agent: the server answers $status; trying again" >&2
        sleep 2
        ;;
    esac
done
