#!/usr/bin/env bash
# run.sh - checks of the C surface that need no server: headers, prototypes, symbols, names, linking, bad handles.
#
# usage: c-tests/api/run.sh [BUILD]
# BUILD is the folder with libtibemsufo.so and libtibemsufo.a (default: target/debug). Prints one line a check and ends
# with 'N passed, M failed'. Needs a C and a C++ compiler, make, nm, pkg-config, python3 and valgrind (VALGRIND=0 leaves
# its check out). CC, CXX and CARGO_TARGET_DIR are heeded.
set -u
cd "$(dirname "$0")/../.."
target=${CARGO_TARGET_DIR:-target}
build=${1:-$target/debug}
cc=${CC:-cc}
cxx=${CXX:-c++}
. packaging/names.sh
out=$(mkdir -p "$target" && cd "$target" && pwd)/api-checks
prefix=$out/prefix
passed=0
failed=0
rm -rf "$out"
mkdir -p "$out/checks"

check() { # NAME COMMAND...: the command must succeed
    local name=$1
    shift
    if "$@" >"$out/log" 2>&1; then
        echo "ok   api/$name"
        passed=$((passed + 1))
    else
        echo "FAIL api/$name"
        sed 's/^/     /' "$out/log" | head -40
        failed=$((failed + 1))
    fi
}
all_compile() { # COMPILER...: every generated file
    local file
    for file in "$out"/checks/*.c; do
        "$@" -I"$prefix/include" -c "$file" -o "$out/check.o" || return 1
    done
}
every_header() { # COMPILER SUFFIX STANDARD...: each alone, without a warning
    local compiler=$1 suffix=$2 header standard
    shift 2
    for header in "$prefix"/include/tibems/*.h; do
        printf '#include <tibems/%s>\nint unit;\n' "${header##*/}" >"$out/alone.$suffix"
        for standard in "$@"; do
            "$compiler" -std="$standard" -pedantic -Wall -Wextra -Werror -I"$prefix/include" -c -o "$out/alone.o" \
                "$out/alone.$suffix" || return 1
        done
    done
}
plain_names() { # sources that name the folder of the headers
    printf '#include <tibems.h>\n#include <status.h>\nint unit;\n' >"$out/plain.c"
    "$cc" -Wall -Werror -I"$prefix/include/tibems" -c -o "$out/plain.o" "$out/plain.c"
}
library_functions() {
    "$cc" -std=gnu89 -Wall -Werror -Werror=implicit-function-declaration -I"$prefix/include" -o "$out/library_functions" \
        c-tests/api/library_functions.c && "$out/library_functions"
}
program() { # NAME FLAGS...: a program of this folder, linked and run
    local name=$1
    shift
    "$cc" -std=c99 -Wall -Wextra -Werror -I"$prefix/include" -o "$out/$name" "$@" "c-tests/api/$name.c" -L"$prefix/lib" \
        -Wl,-rpath,"$prefix/lib" -ltibemsufo -ltibems && "$out/$name"
}
own_xid() { # the X/Open header came first
    printf '%s\n' '#define XA_H' 'struct xid_t { long formatID; };' 'typedef struct xid_t XID;' '#include <tibems/xares.h>' \
        'int size[sizeof(XID) == sizeof(long) ? 1 : -1];' >"$out/own_xid.c"
    "$cc" -Wall -Werror -I"$prefix/include" -c -o "$out/own_xid.o" "$out/own_xid.c"
}
other_spellings() { # spec 10 C35
    printf '%s\n' '#include <tibems/tibems.h>' 'int unit(void); int unit(void) { tibems_bool on;' \
        'return tibems_SetExceptionOnFTSwitch(TIBEMS_TRUE) + tibems_GetExceptionOnFTSwitch(&on); }' >"$out/spellings.c"
    "$cc" -Wall -Werror -I"$prefix/include" -c -o "$out/spellings.o" "$out/spellings.c" &&
        nm -u "$out/spellings.o" | grep -q tibems_setExceptionOnFTSwitch
}
same_symbols() {
    nm -D --defined-only "$build/libtibemsufo.so" | awk '{ print $3 }' | LC_ALL=C sort >"$out/exported"
    LC_ALL=C sort "$out/checks/symbols.txt" | diff - "$out/exported"
}
recorded_name() { readelf -d "$1" | grep -q "(SONAME).*\[$2\]"; }
library_names() {
    local name
    for name in $library_names; do
        cmp "$prefix/lib/lib$name.so" "$prefix/lib/libtibemsufo.so.1" && cmp "$prefix/lib/lib$name.a" "$prefix/lib/libtibemsufo.a" || return 1
    done
}
prints() { # TEXT COMMAND...: the output has a line that begins so
    local text=$1
    shift
    "$@" >"$out/printed" || return 1
    cat "$out/printed"
    grep -q "^$text" "$out/printed"
}
smoke() { # OUTPUT FLAGS...
    local output=$1
    shift
    "$cc" -std=c99 -Wall -Wextra -Werror -I"$prefix/include" -o "$output" c-tests/api/smoke.c "$@"
}
linked() { # FLAGS...: the smoke program, linked so, runs against this library
    smoke "$out/smoke" -L"$prefix/lib" "$@" || return 1
    prints "version libtibemsufo" env LD_LIBRARY_PATH="$prefix/lib" "$out/smoke" && grep -q "^all asked" "$out/printed"
}
private_libraries() { sed -n 's/^Libs.private: *//p' "$prefix/lib/pkgconfig/tibemsufo.pc"; }
linked_statically() {
    # shellcheck disable=SC2046
    smoke "$out/smoke_static" -L"$prefix/lib" -Wl,-Bstatic -ltibemsufo -ltibems -Wl,-Bdynamic $(private_libraries) &&
        prints "version libtibemsufo" "$out/smoke_static" && ! ldd "$out/smoke_static" | grep tibems
}
with_pkg_config() {
    # shellcheck disable=SC2046
    PKG_CONFIG_PATH=$prefix/lib/pkgconfig smoke "$out/smoke_pc" $(PKG_CONFIG_PATH=$prefix/lib/pkgconfig pkg-config --cflags --libs "$1") &&
        prints "version libtibemsufo" env LD_LIBRARY_PATH="$prefix/lib" "$out/smoke_pc"
}
stand_in() { # SUFFIX: an old program that recorded unversioned names, then only the path changes
    local suffix=$1 part libraries=()
    mkdir -p "$out/old$suffix"
    for part in ufo lookup admin ''; do
        "$cc" -shared -fPIC ${part:+-DPART_$(echo $part | tr a-z A-Z)} -I"$prefix/include" -Wl,-soname,"libtibems$part$suffix.so" \
            -o "$out/old$suffix/libtibems$part$suffix.so" c-tests/api/stand_in.c || return 1
        libraries+=("-ltibems$part$suffix")
    done
    smoke "$out/smoke_old" -L"$out/old$suffix" "${libraries[@]}" || return 1
    for part in ufo lookup admin ''; do
        readelf -d "$out/smoke_old" | grep -q "(NEEDED).*\[libtibems$part$suffix.so\]" || return 1
    done
    prints "version stand-in" env LD_LIBRARY_PATH="$out/old$suffix" "$out/smoke_old" &&
        prints "version libtibemsufo" env LD_LIBRARY_PATH="$prefix/lib" "$out/smoke_old" && grep -q "^all asked" "$out/printed"
}
not_unloaded() { readelf -d "$build/libtibemsufo.so" | grep -q NODELETE; }
robustness_builds() {
    python3 c-tests/api/make_robustness.py "$out/robustness.c" &&
        python3 c-tests/api/make_recorder.py "$out/recorder.c" "$out/recorder.flags" &&
        "$cc" -std=gnu11 -g -Wall -Wextra -Werror -I"$prefix/include" -c -o "$out/recorder.o" "$out/recorder.c" &&
        "$cc" -std=c99 -g -Wall -Wextra -Werror -I"$prefix/include" -o "$out/robustness" "$out/robustness.c" \
            "$out/recorder.o" @"$out/recorder.flags" -L"$prefix/lib" -Wl,-rpath,"$prefix/lib" -ltibemsufo -ltibems
}

check make_checks python3 c-tests/api/make_checks.py "$out/checks"
check install make -s install-files BUILD="$build" PREFIX="$prefix" DESTDIR=
check prototypes_c99 all_compile "$cc" -std=c99 -Wall -Wextra -Werror -pedantic
check prototypes_c89 all_compile "$cc" -std=c89 -Wall -Wextra -Werror -pedantic -Wno-long-long
check prototypes_cpp all_compile "$cxx" -x c++ -Wall -Wextra -Werror
check headers_c every_header "$cc" c c89 gnu89 c99 c11
check headers_cpp every_header "$cxx" cc c++98 c++11 c++17
check headers_plain plain_names
check library_functions library_functions
check other_name program other_name '-DHEADER=<tibems/tibemsufo.h>'
check other_name_tibufo program other_name '-DHEADER=<tibems/tibufo.h>'
check admin_macros program admin_macros
check own_xid own_xid
check other_spellings other_spellings
check symbols same_symbols
check soname recorded_name "$build/libtibemsufo.so" libtibemsufo.so.1
check stays_loaded not_unloaded
check library_names library_names
check link_both linked -ltibemsufo -ltibems
check link_64 linked -ltibems64 -ltibemslookup64 -ltibemsufo64 -ltibemsadmin64
check link_admin linked -ltibemsadmin
check link_admin_first linked -ltibemsadmin64 -ltibems64
check link_lookup linked -ltibemsufo -ltibems -ltibemslookup
check link_static linked_statically
check pkg_config with_pkg_config tibemsufo
check pkg_config_tibems with_pkg_config tibems
check stand_in stand_in ""
check stand_in_64 stand_in 64
check calls python3 c-tests/api/check_calls.py
check robustness_builds robustness_builds
check robustness "$out/robustness" c-tests/api/unbuilt.txt
if [ "${VALGRIND:-1}" = 0 ]; then
    echo "left out: api/robustness_valgrind (VALGRIND=0)"
else
    check robustness_valgrind valgrind -q --error-exitcode=9 --leak-check=full --errors-for-leak-kinds=definite \
        "$out/robustness" c-tests/api/unbuilt.txt
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
