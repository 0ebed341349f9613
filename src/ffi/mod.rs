//! The C surface: one file per noun of the API, each function at most a few lines.
//!
//! `types` holds the C types, `entry` opens every function, `handle` turns handles into objects,
//! `error_context` keeps the text of the last error. Rules of JMS and I/O live below, in `client`
//! and `message`. What every function asks of its caller is the same: a pointer is NULL or valid for
//! what the C type says, a text is NUL-terminated, a handle may be any value. The headers
//! `include/tibems/tibems.h` and `emsadmin.h` are generated from this folder.

// Said once above, not in the doc comments: those become the C header.
#![allow(clippy::missing_safety_doc)]

mod closed;
pub(crate) mod entry;
pub(crate) mod handle;
mod objects;
mod output;

pub mod admin;
pub mod browser;
pub mod bytes_msg;
pub mod connection;
pub mod consumer;
pub mod destination;
pub mod error_context;
pub mod factory;
pub mod factory_proxy;
pub mod globals;
pub mod lookup;
pub mod lookup_params;
pub mod map_msg;
pub mod map_msg_set;
pub mod message_handle;
pub mod metadata;
pub mod msg;
pub mod msg_archive;
pub mod msg_enum;
pub mod msg_field;
pub mod msg_header;
pub mod msg_property;
pub mod object_msg;
pub mod producer;
pub mod producer_send;
pub mod producer_send_async;
pub mod requestor;
pub mod session;
pub mod session_create;
pub mod session_msg;
pub mod ssl;
pub mod ssl_params;
pub mod stream_msg;
pub mod temporary;
pub mod text_msg;
pub mod typed_connection;
pub mod typed_consumer;
pub mod typed_producer;
pub mod typed_session;
pub mod types;
pub mod ufo;
pub mod xa;
