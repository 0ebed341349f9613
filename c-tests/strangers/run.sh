#!/usr/bin/env bash
# Programs in other languages, which reach the C API through bindings that others published, and in the C of old, against
# servers of one kind.
#
#   c-tests/strangers/run.sh [NAME pattern ...]
#
#   PARTS               rust crate go python old (default: all)
#   TIBEMS_TEST_BROKER  devbroker (default) or artemis
#   PROFILE             debug (default) or release
#
# The bindings are used unchanged; what drives them stands in rust, go and python. None of them is part of this project:
#
#   rust    the crates tibco_ems and tibco_ems-sys, fetched by cargo, versions and checksums in rust/Cargo.lock
#   crate   the tests and examples that the crate tibco_ems comes with, in crate.sh; always with devbroker
#   go      the module github.com/square-it/ems, fetched by go; or its files in .cache/strangers/go/ems
#   python  the package tibems of the repository verbundo/tibems-python, which no package index has: its folder tibems
#           is laid into .cache/strangers/python by hand
#   old     no binding: a producer and a consumer in C as it was written when the interface was new, linked as then
#
# Patterns choose among the tests of rust, go and python.
#
# The files sums.go and sums.python hold the checksums of the files that the runs were seen with. A part without its
# tool or its binding is skipped and says why. TIBEMS_STRANGERS_CACHE names another cache folder.
#
# Rows of every test: target/c-tests/results-strangers.tsv. Last line: totals. Exit status 0: nothing failed; 2: no JDK or no
# Maven for Artemis (one line says so).
set -euo pipefail

tests=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$tests/../build.sh"
. "$tests/../servers.sh"

broker=${TIBEMS_TEST_BROKER:-devbroker}
cache=${TIBEMS_STRANGERS_CACHE:-$root/.cache/strangers}
module=github.com/square-it/ems
revision=511f3313f0a1
work_here=$out/strangers
results=$out/results-strangers.tsv
mkdir -p "$work_here"
: >"$results"

row() { printf '%s\t%s\t%s\n' "$1" "$2" "${3:-}" | tee -a "$results"; }
have() { command -v "$1" >/dev/null; }
said() { tail -n 3 "$1" | tr '\n' ' '; }
known() { (cd "$1" && sha256sum --quiet -c "$tests/sums.$2" 2>&1); }       # FOLDER LANGUAGE

# drive LANGUAGE PROGRAM...: its rows, with the language before the names; it may kill the first of a pair of servers
drive() {
    local language=$1 name status=0
    shift
    for name in "first_$language" "second_$language"; do server_start "$name"; done
    LD_LIBRARY_PATH=$out/lib STRANGER_PAIR="${url[first_$language]} ${url[second_$language]} ${pid[first_$language]}" \
        timeout 600 "$@" | sed -u "s/\t/\t$language: /; s/^[0-9]* passed/# &/" | tee "$work/rows" || status=$?
    grep -P '^(ok|not ok|skip)\t' "$work/rows" >>"$results" || true
    # one that broke off before its totals
    if ! grep -q '^# [0-9]* passed' "$work/rows" || { [ $status != 0 ] && ! grep -q '^not ok' "$work/rows"; }; then
        row "not ok" "$language" "ended with status $status"
    fi
}

# What every cargo here needs: EMS_HOME is where the build scripts of the crates look for the library.
cargo_here() { env EMS_HOME="$out/lib" CARGO_TARGET_DIR="$work_here/rust" cargo "$@"; }
in_rust() { (cd "$tests/rust" && cargo_here "$@"); }
# FOLDER of a crate's sources, as cargo has them
sources() {
    in_rust metadata -q --locked --offline --format-version 1 |
        grep -o "\"manifest_path\":\"[^\"]*/$1-[0-9][^\"]*\"" | head -n 1 | cut -d'"' -f4 | xargs dirname
}

fetch_rust() {
    have cargo || { row skip "$1" "no cargo found"; return 1; }
    local log=$work_here/$1.log
    in_rust fetch -q --locked >"$log" 2>&1 && return 0
    row skip "$1" "cargo could not fetch tibco_ems: $(said "$log")"
    return 1
}

# run_PART prints rows, or says with a row why not; the program of a language ends with its totals.
run_rust() {
    fetch_rust rust || return 0
    local log=$work_here/rust.log names missing
    if ! in_rust build -q --locked --offline >"$log" 2>&1; then
        row "not ok" "rust: build" "all of it in $log: $(said "$log")"
        return 0
    fi
    row ok "rust: build"
    # Programs of others may use what these tests do not: all that the crate declares is there.
    names=$(grep -o 'pub fn tibems[A-Za-z_]*' "$(sources tibco_ems-sys)/src/lib.rs" | cut -d' ' -f3 | sort -u || true)
    missing=$(comm -23 <(echo "$names") \
        <(nm -D --defined-only "$out/lib/libtibems.so" | cut -d' ' -f3 | sort -u))
    case $names:$missing in
    :*) row "not ok" "rust: names" "the crate declares nothing" ;;
    *:) row ok "rust: names" ;;
    *) row "not ok" "rust: names" "$missing" ;;
    esac
    drive rust "$work_here/rust/debug/stranger" "$@"
}

run_crate() {
    fetch_rust crate || return 0
    local log=$work_here/crate.log manifest alone=()
    manifest=$(sources tibco_ems)/Cargo.toml || { row "not ok" crate "its sources are not to be found"; return 0; }
    local options=(--locked --manifest-path "$manifest" --features "integration-tests,test_with_ems,streaming")
    if ! cargo_here fetch -q "${options[@]:0:3}" >"$log" 2>&1; then
        row skip crate "cargo could not fetch what the tests of tibco_ems need: $(said "$log")"
        return 0
    fi
    if ! cargo_here build -q --offline --tests --examples "${options[@]}" >"$log" 2>&1; then
        row "not ok" "crate: build" "all of it in $log: $(said "$log")"
        return 0
    fi
    row ok "crate: build"
    # a network of its own, with an address
    if unshare -n ip link set lo up 2>/dev/null; then alone=(unshare -n sh -c 'ip link set lo up && exec "$@"' sh); fi
    EMS_HOME=$out/lib CARGO_TARGET_DIR=$work_here/rust LD_LIBRARY_PATH=$out/lib \
        timeout 900 "${alone[@]}" "$tests/crate.sh" "$build/devbroker" "$manifest" "$log" | tee "$work/rows" || true
    if [ -s "$work/rows" ]; then cat "$work/rows" >>"$results"; else row "not ok" crate "no test ran: $(said "$log")"; fi
}

run_go() {
    have go || { row skip go "no go found"; return 0; }
    local from=$cache/go/ems log=$work_here/go.log
    if [ ! -d "$from" ]; then
        mkdir -p "$work_here/fetch"
        if ! (cd "$work_here/fetch" && GOFLAGS=-modcacherw go mod download -json "$module@$revision") >"$log" 2>&1; then
            row skip go "go could not fetch $module@$revision, and $from is not there: $(said "$log")"
            return 0
        fi
        from=$(sed -n 's/.*"Dir": "\(.*\)".*/\1/p' "$log")
    fi
    local folder=$work_here/go
    rm -rf "$folder"
    mkdir -p "$folder/ems"
    cp "$from"/*.go "$folder/ems"
    local wrong
    if ! wrong=$(known "$folder/ems" go); then row "not ok" "go: checksums" "$from: ${wrong//$'\n'/ }"; return 0; fi
    printf 'module %s\n\ngo 1.18\n' "$module" >"$folder/ems/go.mod"
    printf 'module stranger\n\ngo 1.18\n\nrequire %s v0.0.0\n\nreplace %s => ./ems\n' "$module" "$module" >"$folder/go.mod"
    cp "$tests"/go/*.go "$folder"
    if ! (cd "$folder" && CGO_CFLAGS="-I$root/include/tibems" CGO_LDFLAGS="-L$out/lib -ltibems64" go build -o stranger .) >"$log" 2>&1; then
        row "not ok" "go: build" "all of it in $log: $(said "$log")"
        return 0
    fi
    row ok "go: build"
    drive go "$folder/stranger" "$@"
}

run_python() {
    have python3 || { row skip python "no python3 found"; return 0; }
    if ! python3 -c 'import sys; sys.exit(sys.version_info < (3, 10))'; then
        row skip python "python3 is older than 3.10, which the package needs"
        return 0
    fi
    local from=$cache/python wrong
    [ -d "$from/tibems" ] || { row skip python "$from/tibems is not there: lay the folder tibems of verbundo/tibems-python there"; return 0; }
    if ! wrong=$(known "$from/tibems" python); then row "not ok" "python: checksums" "${wrong//$'\n'/ }"; return 0; fi
    drive python env PYTHONPATH="$from" PYTHONDONTWRITEBYTECODE=1 python3 "$tests/python/stranger.py" "$@"
}

# Each style of sending with each style of receiving, over a queue that a browser sees before and after, and a durable
# subscription that is made before and unsubscribed after.
run_old() {
    local log=$work_here/old.log bin=$work_here/old name producer consumer said number=0
    mkdir -p "$bin"
    for name in producer consumer; do
        if ! "$cc" -std=gnu89 -w -I"$root/include" -o "$bin/$name" "$tests/old/$name.c" -L"$out/lib" \
                -Wl,-rpath,"$out/lib" -ltibems64 -ltibemslookup64 -ltibemsufo64 >"$log" 2>&1; then
            row "not ok" "old: build" "all of it in $log: $(said "$log")"
            return 0
        fi
    done
    row ok "old: build"
    old() { timeout 60 "$bin/$1" -server "$STRANGER_URL" "${@:2}" 2>&1 | tr '\n' ' ' || true; }
    # shellcheck disable=SC2086
    for producer in "" "-async" "-txnsize 10" "-async -txnsize 7"; do
        for consumer in "" "-async" "-txnsize 10" "-async -txnsize 3" "-ack 2" "-async -ack 3" "-ack 22" "-ack 23" "-async -ack 24"; do
            name="stranger.old.$$.$((number += 1))"
            said="$(old producer -queue "$name" $producer)$(old consumer -queue "$name" -browse)"
            said+="$(old consumer -queue "$name" $consumer)$(old consumer -queue "$name" -browse)"
            old_row "queue, producer $producer, consumer $consumer" \
                "sent 100, missing 0, wrong 0 browsed 100 got 100, wrong 0 browsed 0 " "$said"
        done
        for consumer in "" "-async" "-async -txnsize 3" "-ack 2"; do
            name="stranger.old.$$.$((number += 1))"
            local of=(-topic "$name" -clientid "$name")
            said="$(old consumer "${of[@]}" -durable d -count 0)$(old producer -topic "$name" $producer)"
            said+="$(old consumer "${of[@]}" -durable d $consumer)$(old consumer "${of[@]}" -unsubscribe d)"
            old_row "durable, producer $producer, consumer $consumer" \
                "got 0, wrong 0 sent 100, missing 0, wrong 0 got 100, wrong 0 unsubscribed " "$said"
        done
    done
}
old_row() {                                 # NAME EXPECTED SAID
    if [ "$2" = "$3" ]; then row ok "old: $1"; else row "not ok" "old: $1" "$3"; fi
}

if [ "$broker" = artemis ]; then "$root/tests/brokers/fetch.sh" artemis >/dev/null || exit $?; fi
build_library
link_names
servers_begin "$broker"
server_start A
export STRANGER_URL=${url[A]}
for part in ${PARTS:-rust crate go python old}; do
    echo "# $part"
    "run_$part" "$@"
done

passed=$(grep -c '^ok' "$results" || true)
failed=$(grep -c '^not ok' "$results" || true)
skipped=$(grep -c '^skip' "$results" || true)
echo "# programs of others and of old on $broker:"
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ] && [ "$passed" != 0 ]
