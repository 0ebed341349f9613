//! The embedded development server.
fn main() {}
