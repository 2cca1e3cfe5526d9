//! Demo, test, page bundling and tidy.
fn main() {}
