//! The C surface: one file per noun of the API, each function at most a few lines.
//!
//! `types` holds the C types, `entry` opens every function, `handle` turns handles into objects,
//! `error_context` keeps the text of the last error. Rules of JMS and I/O live below, in `client`
//! and `message`. The header `include/tibems/tibems.h` is generated from this folder.

pub(crate) mod entry;
pub(crate) mod handle;
mod process;

pub mod error_context;
pub mod types;
