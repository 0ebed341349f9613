# servers.sh - sourced after build.sh by the scripts that start servers: named servers on free ports, always cleaned up
#
# servers_begin KIND makes the scratch folder $work; then server_start NAME, server_kill NAME, ...; port[NAME], url[NAME], pid[NAME].
# Every process id in the array "others" is ended with the servers when the script ends.

declare -A port pid url
others=()

servers_begin() {
    kind=$1
    tool=$out/tool
    "$cc" -std=gnu11 -O1 -Wall -Wextra -Werror -o "$tool" "$root/c-tests/demo/tool.c"
    export TIBEMS_BUILD=$build
    work=$(mktemp -d)
    trap servers_end EXIT
}

servers_end() {
    local p
    for p in "${others[@]}" "${pid[@]}"; do
        kill -KILL "$p" 2>/dev/null || true
    done
    wait 2>/dev/null || true
    if [ -n "${KEEP:-}" ]; then echo "logs kept in $work"; else rm -rf "$work"; fi
}

server_start() {                            # NAME: starts it (again on its port and data) and waits for the port
    local other i
    if [ -z "${port[$1]:-}" ]; then
        port[$1]=$("$tool" port)
        for other in "${!port[@]}"; do      # two calls may be given the same free port
            while [ "$other" != "$1" ] && [ "${port[$other]}" = "${port[$1]}" ]; do port[$1]=$("$tool" port); done
        done
        url[$1]=tcp://127.0.0.1:${port[$1]}
    fi
    "$root/tests/brokers/run-broker.sh" "$kind" "${port[$1]}" "$work/$1" >>"$work/$1.log" 2>&1 &
    pid[$1]=$!
    disown
    for ((i = 0; i < 1200; i++)); do
        if (exec 7<>"/dev/tcp/127.0.0.1/${port[$1]}") 2>/dev/null; then return 0; fi
        kill -0 "${pid[$1]}" 2>/dev/null || break
        sleep 0.05
    done
    echo "server $1 ($kind) does not start:" >&2
    tail -5 "$work/$1.log" >&2
    exit 1
}

server_kill() {                             # NAME: SIGKILL; the time and the name go to the timeline
    echo "$("$tool" kill "${pid[$1]}") killed name=$1 url=${url[$1]}" >>"$work/timeline"
    unset "pid[$1]"
}

server_restart() {
    server_start "$1"
    echo "$("$tool" now) restarted name=$1 url=${url[$1]}" >>"$work/timeline"
}
