#!/bin/sh
# Prints a line for each change of the state, and comes back where it was when the connection ends.
#
# usage: TOKEN=… examples/watch.sh [http://127.0.0.1:8090] [resource …]
set -eu

server=${1:-http://127.0.0.1:8090}
[ $# -eq 0 ] || shift
query=
for resource; do query="$query&resource=$resource"; done
last=$(mktemp)
trap 'rm -f "$last"' EXIT

while :; do
    id=$(cat "$last")
    curl --silent --show-error --no-buffer --fail --header "Authorization: Bearer $TOKEN" \
        ${id:+--header "Last-Event-ID: $id"} "$server/api/control-plane/watch?${query#&}" |
        while IFS= read -r line; do
            case $line in
                'id: '*) printf '%s' "${line#id: }" >"$last" ;;
                'event: '*) event=${line#event: } ;;
                'data: '*) printf '%s %s\n' "$event" "${line#data: }" ;;
            esac
        done || :
    sleep 2
done
