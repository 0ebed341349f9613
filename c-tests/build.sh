# build.sh - sourced by the scripts of c-tests: where the library is, how a C program is compiled against it
#
# Sets root (the project), build (cargo profile folder with libtibemsufo.so and devbroker) and out (scratch and results,
# below the target folder). PROFILE chooses debug (default) or release; TIBEMS_BUILD names a ready folder and skips cargo.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
target=${CARGO_TARGET_DIR:-$root/target}
profile=${PROFILE:-debug}
build=${TIBEMS_BUILD:-$target/$profile}
out=$target/c-tests
cc=${CC:-cc}
# what every C test is linked with
harness=("$root"/c-tests/{runner,harness,broker}.c)
. "$root/packaging/names.sh"

build_library() {
    [ -n "${TIBEMS_BUILD:-}" ] && return 0
    local arguments=()
    [ "$profile" = release ] && arguments=(--release)
    # CARGO_FEATURES: what the Makefile found out, for instance "--features vendored"
    # shellcheck disable=SC2086
    cargo build -q "${arguments[@]}" ${CARGO_FEATURES:-} --lib --bins
}

# A folder with the names that programs link with and the name recorded in the library.
link_names() {
    mkdir -p "$out/lib"
    local name soname
    soname=$(LC_ALL=C readelf -d "$build/libtibemsufo.so" | sed -n 's/.*(SONAME).*\[\(.*\)\].*/\1/p')
    for name in $library_names; do ln -sf "$build/libtibemsufo.so" "$out/lib/lib$name.so"; done
    [ -z "$soname" ] || ln -sf "$build/libtibemsufo.so" "$out/lib/$soname"
}

# make_recorder FOLDER: the recorder of statuses (c-tests/api/make_recorder.py), for programs linked with ${recorder[@]}
make_recorder() {
    python3 "$root/c-tests/api/make_recorder.py" "$1/recorder.c" "$1/recorder.flags" >/dev/null
    "$cc" -std=gnu11 -O1 -g -Wall -Wextra -Werror -I"$root/include" -c -o "$1/recorder.o" "$1/recorder.c"
    recorder=("$1/recorder.o" "@$1/recorder.flags")
}

# compile_harness FOLDER: what every C test is linked with, once for many programs; the objects are harness_objects. What
# a program includes that is made from tables is in FOLDER, too
compile_harness() {
    local source
    make_recorder "$1"
    python3 "$root/c-tests/api/make_robustness.py" "$1/robustness.c"
    harness_objects=("${recorder[@]}")
    for source in "${harness[@]}"; do
        harness_objects+=("$1/$(basename "$source" .c).o")
        "$cc" -std=gnu11 -O1 -g -Wall -Wextra -Werror -I"$root/include" -c -o "${harness_objects[-1]}" "$source"
    done
}

# compile OUTPUT SOURCE... : against the headers and the library of this project
compile() {
    local output=$1
    shift
    "$cc" -std=gnu11 -O1 -g -Wall -Wextra -Werror -I"$root/include" -I"$root/c-tests" -o "$output" "$@" \
        -L"$out/lib" -Wl,-rpath,"$out/lib" -ltibemsufo -ltibems -lpthread
}
