//! Recorded streams: any split, any damage (P-H6, P-F8).
