#!/usr/bin/env bash
# run.sh - what the README shows in C compiles and works, and the samples behave: each block is compiled with warnings as
# errors, the first is run against devbroker, listeners of samples stop and pause, the patient settings survive a restart.
#
# usage: c-tests/readme/run.sh     PROFILE as c-tests/build.sh. Ends with 'N passed, M failed'.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/../build.sh"
. "$here/../servers.sh"
away=3                                      # seconds without a server: twice what the defaults wait

build_library
link_names
scratch=$out/readme
rm -rf "$scratch"
mkdir -p "$scratch"
passed=0
failed=0
check() { # NAME COMMAND...: the command must succeed
    local name=$1
    shift
    if "$@" >"$scratch/log" 2>&1; then
        echo "ok   readme/$name"
        passed=$((passed + 1))
    else
        echo "FAIL readme/$name"
        sed 's/^/     /' "$scratch/log" | head -40
        failed=$((failed + 1))
    fi
}

# every block of C in the texts for users: README-1.c, README-2.c, ...
for text in README.md docs/*.md; do
    awk -v name="$scratch/$(basename "$text" .md)" '/^```c$/ { file = name "-" ++n ".c"; next } /^```$/ { file = "" } file { print >file }' "$text"
done
compiles() { # SOURCE: as a whole program where it is one
    local kind=-c
    grep -q '^int main' "$1" && kind=
    "$cc" -std=c99 -pedantic -Wall -Wextra -Werror -I"$root/include" $kind -o "$scratch/compiled" "$1" \
        ${kind:--L"$out/lib" -Wl,-rpath,"$out/lib" -ltibemsufo -ltibems}
}
for source in "$scratch"/*.c; do check "$(basename "$source" .c)_compiles" compiles "$source"; done

listener() { # SAMPLE
    compile "$scratch/listener" -DSAMPLE="\"$1\"" -Wno-unused-function "$here/listener.c" && timeout 20 "$scratch/listener"
}
check listener listener "$scratch/README-1.c"
check listener_of_consumer listener "$root/c-tests/demo/consumer.c"
check listener_of_producer listener "$root/c-tests/demo/producer.c"

servers_begin devbroker
server_start A
server_start B
at() { sed -e "s|tcp://broker1:5672|${url[A]}|g" -e "s|tcp://broker2:5672|${url[B]}|g" "$1"; }    # SOURCE: with servers that exist
sample_runs() {
    at "$scratch/README-1.c" >"$scratch/sample.c" && compile "$scratch/sample" "$scratch/sample.c" && timeout 20 "$scratch/sample"
}
check sample_runs sample_runs
restart() {
    local status program
    at "$scratch/README-2.c" >"$scratch/factory.c"
    compile "$scratch/restart" -DSAMPLE="\"$scratch/factory.c\"" "$here/restart.c" || return 1
    mkfifo "$scratch/go"
    timeout 60 "$scratch/restart" <"$scratch/go" >"$scratch/said" &
    program=$!
    exec 8>"$scratch/go"
    until grep -q connected "$scratch/said"; do
        kill -0 $program || break
        sleep 0.05
    done
    server_kill A
    echo >&8
    sleep "$away"                           # the time is what is tested
    server_restart A
    status=0
    wait $program || status=$?
    exec 8>&-
    cat "$scratch/said"
    return $status
}
check settings_survive_a_restart restart
marks() { # the measurement that the README names; what a client has received is marked whenever it ends
    "$root/c-tests/redelivered/run.sh" 1 >"$scratch/marks" || return 1
    cat "$scratch/marks"
    grep -q '^client_killed  *5 of  *5,  *5 ' "$scratch/marks" && grep -q '^client_closes  *5 of  *5,  *5 ' "$scratch/marks"
}
check redelivered_marks marks
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
