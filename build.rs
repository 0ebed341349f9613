//! Generates `include/tibems/tibems.h` from `src/ffi` and names the shared library.
//!
//! The header is checked in. It is written only when it differs and the source folder can be
//! written: a build from a read-only copy, or where generating fails, goes on with what is there
//! (`make header-check` is what fails on a difference).

use std::path::{Path, PathBuf};
use std::{env, fs};

/// Order of the header; files that are not named come last, by name.
const ORDER: &[&str] = &[
    "types",
    "globals",
    "error_context",
    "ufo",
    "factory",
    "factory_proxy",
    "connection",
    "metadata",
    "session",
    "session_create",
    "session_msg",
    "destination",
    "producer",
    "producer_send",
    "consumer",
    "browser",
    "requestor",
    "msg",
    "msg_header",
    "msg_property",
    "msg_enum",
    "msg_field",
    "msg_archive",
    "text_msg",
    "bytes_msg",
    "map_msg",
    "map_msg_set",
    "stream_msg",
    "object_msg",
    "ssl",
    "ssl_params",
    "lookup",
    "lookup_params",
    "typed_connection",
    "typed_session",
    "typed_producer",
    "typed_consumer",
    "xa",
];

/// Files of `src/ffi` that hold nothing of the API.
const INTERNAL: &[&str] = &[
    "mod",
    "entry",
    "handle",
    "message_handle",
    "output",
    "process",
];

fn main() {
    name_the_library();
    println!("cargo:rerun-if-changed=src/ffi");
    println!("cargo:rerun-if-changed=src/status.rs");
    println!("cargo:rerun-if-changed=cbindgen.toml");
    println!("cargo:rerun-if-changed=include/tibems/tibems.h");
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    match generate(&root) {
        Ok(text) => write_if_different(&root.join("include/tibems/tibems.h"), &text),
        Err(error) => println!("cargo:warning=the header was not generated: {error}"),
    }
}

/// The file name that programs record is versioned; the library stays loaded, because its threads
/// may outlive the program's interest in it.
fn name_the_library() {
    if env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os == "linux") {
        println!("cargo:rustc-cdylib-link-arg=-Wl,-soname,libtibemsufo.so.1");
        println!("cargo:rustc-cdylib-link-arg=-Wl,-z,nodelete");
    }
}

fn generate(root: &Path) -> Result<String, String> {
    let config = cbindgen::Config::from_file(root.join("cbindgen.toml"))?;
    let mut builder = cbindgen::Builder::new().with_config(config);
    for source in sources(root).map_err(|error| error.to_string())? {
        builder = builder.with_src(source);
    }
    let bindings = builder.generate().map_err(|error| error.to_string())?;
    let mut text = Vec::new();
    bindings.write(&mut text);
    let text = String::from_utf8(text).map_err(|error| error.to_string())?;
    Ok(text.lines().map(old_comment).collect())
}

/// C before C99 knows one kind of comment.
fn old_comment(line: &str) -> String {
    match line.split_once("//") {
        Some((code, comment)) if code.starts_with("#endif") => {
            format!("{} /* {} */\n", code.trim_end(), comment.trim())
        }
        _ => format!("{line}\n"),
    }
}

fn sources(root: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(root.join("src/ffi"))? {
        let path = entry?.path();
        let name = path
            .file_stem()
            .and_then(|name| name.to_str())
            .unwrap_or("");
        if path.extension().is_some_and(|end| end == "rs") && !INTERNAL.contains(&name) {
            let place = ORDER.iter().position(|known| *known == name);
            names.push((place.unwrap_or(ORDER.len()), path));
        }
    }
    names.sort();
    let mut sources = vec![root.join("src/status.rs")];
    sources.extend(names.into_iter().map(|(_, path)| path));
    Ok(sources)
}

fn write_if_different(path: &Path, text: &str) {
    if fs::read_to_string(path).is_ok_and(|old| old == text) {
        return;
    }
    // A header that cannot be written is not an error of the build: see the head of this file.
    if let Some(folder) = path.parent() {
        let _ = fs::create_dir_all(folder);
    }
    let _ = fs::write(path, text);
}
