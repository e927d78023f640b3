#!/bin/sh
# Runs a program for an agent and starts it anew whenever what the agent runs with changes: its published definition,
# skills, settings, or a secret. Usage: follow-agent.sh AGENT PROGRAM [ARGUMENT...]
# Needs GITPLANE_TOKEN (scopes state:read and secrets:read); GITPLANE_SERVER is http://127.0.0.1:8090 unless set,
# GITPLANE_CA_CERTIFICATE names the certificates to trust instead of the machine's.
# A program that ends by itself is not started again before the next change.
set -eu

agent=$1
shift
server=${GITPLANE_SERVER:-http://127.0.0.1:8090}
folder=$(mktemp -d)
child=""
poll=""

end() { [ -z "$1" ] || { kill "$1" 2>/dev/null && wait "$1" 2>/dev/null; } || true; }
trap 'end "$poll"; end "$child"; rm -rf "$folder"' EXIT
trap 'exit 143' TERM
trap 'exit 130' INT

# The token goes to curl by its standard input: arguments can be read by every user of the machine.
header() { printf 'header = "Authorization: Bearer %s"\n' "$GITPLANE_TOKEN"; }

etag='""'
while :; do
    header | curl --config - --silent --output /dev/null --dump-header "$folder/headers" --write-out '%{http_code}' \
        ${GITPLANE_CA_CERTIFICATE:+--cacert "$GITPLANE_CA_CERTIFICATE"} \
        --header "If-None-Match: $etag" --header 'Prefer: wait=60' \
        "$server/api/control-plane/agents/$agent/effective" >"$folder/status" &
    poll=$!
    # A wait ends at once when a signal comes, which a command in the foreground does not.
    wait "$poll" || echo 000 >"$folder/status"
    poll=""
    status=$(cat "$folder/status")
    case $status in
    200)
        etag=$(tr -d '\r' <"$folder/headers" | sed -n 's/^[Ee][Tt][Aa][Gg]: //p')
        end "$child"
        gitplane exec --agent "$agent" --server "$server" -- "$@" &
        child=$!
        ;;
    304) ;;
    *)
        echo "follow-agent: the server answers $status; trying again" >&2
        sleep 2 &
        wait $!
        ;;
    esac
done
