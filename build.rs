//! Generates the headers of `include/tibems` that are made from sources, and names the shared library.
//!
//! `tibems.h` comes from `src/ffi`, `emsadmin.h` from `src/ffi/admin`; the other headers there are written by hand and include
//! one of them. The headers are checked in. They are written only when they differ and the source folder can be
//! written: a build from a read-only copy, or where generating fails, goes on with what is there
//! (`make header-check` is what fails on a difference).

use std::path::{Path, PathBuf};
use std::{env, fs};

/// A header that is generated.
struct Header {
    path: &'static str,
    /// What differs from the settings of `cbindgen.toml`, if anything: texts, guard and exports.
    texts: Option<&'static str>,
    /// Read before those of the folder.
    first: &'static [&'static str],
    folder: &'static str,
    /// Order of the header; files that are not named come last, by name.
    order: &'static [&'static str],
    /// Files of the folder that hold nothing of the API.
    internal: &'static [&'static str],
}

const HEADERS: &[Header] = &[
    Header {
        path: "include/tibems/tibems.h",
        texts: None,
        first: &["src/status.rs"],
        folder: "src/ffi",
        order: &[
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
            "producer_send_async",
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
        ],
        internal: &[
            "mod",
            "closed",
            "entry",
            "handle",
            "message_handle",
            "output",
            "process",
        ],
    },
    Header {
        path: "include/tibems/emsadmin.h",
        texts: Some("cbindgen-emsadmin.toml"),
        first: &[],
        folder: "src/ffi/admin",
        order: &[
            "types",
            "connection",
            "destination_info",
            "consumer_info",
            "producer_info",
            "subscription_info",
            "statistics",
            "collection",
        ],
        internal: &["mod"],
    },
];

fn main() {
    name_the_library();
    println!("cargo:rerun-if-changed=cbindgen.toml");
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    for header in HEADERS {
        for source in header.first.iter().chain([&header.folder, &header.path]) {
            println!("cargo:rerun-if-changed={source}");
        }
        if let Some(texts) = header.texts {
            println!("cargo:rerun-if-changed={texts}");
        }
        match generate(&root, header) {
            Ok(text) => write_if_different(&root.join(header.path), &text),
            Err(error) => println!("cargo:warning={} was not generated: {error}", header.path),
        }
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

fn generate(root: &Path, header: &Header) -> Result<String, String> {
    let mut config = cbindgen::Config::from_file(root.join("cbindgen.toml"))?;
    if let Some(texts) = header.texts {
        let texts = cbindgen::Config::from_file(root.join(texts))?;
        config.header = texts.header;
        config.include_guard = texts.include_guard;
        config.after_includes = texts.after_includes;
        config.export = texts.export;
    }
    let mut builder = cbindgen::Builder::new().with_config(config);
    for source in sources(root, header).map_err(|error| error.to_string())? {
        builder = builder.with_src(source);
    }
    let bindings = builder.generate().map_err(|error| error.to_string())?;
    let mut text = Vec::new();
    bindings.write(&mut text);
    let text = String::from_utf8(text).map_err(|error| error.to_string())?;
    Ok(old_c(&text))
}

/// The text as compilers of C before C99 and of C++ before C++11 take it without a warning. They know one kind of comment
/// and no comma behind the last constant of an enumeration.
fn old_c(text: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        if line.starts_with('}')
            && let Some(last) = lines.last_mut()
            && last.ends_with(',')
        {
            last.pop();
        }
        lines.push(match line.split_once("//") {
            Some((code, comment)) if code.starts_with("#endif") || code.starts_with('}') => {
                format!("{} /* {} */", code.trim_end(), comment.trim())
            }
            _ => line.to_owned(),
        });
    }
    lines.push(String::new());
    lines.join("\n")
}

fn sources(root: &Path, header: &Header) -> std::io::Result<Vec<PathBuf>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(root.join(header.folder))? {
        let path = entry?.path();
        let name = path
            .file_stem()
            .and_then(|name| name.to_str())
            .unwrap_or("");
        if path.extension().is_some_and(|end| end == "rs") && !header.internal.contains(&name) {
            let place = header.order.iter().position(|known| *known == name);
            names.push((place.unwrap_or(header.order.len()), path));
        }
    }
    names.sort();
    let mut sources: Vec<_> = header.first.iter().map(|path| root.join(path)).collect();
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
