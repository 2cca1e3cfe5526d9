//! Every file says at its head what it owns.

use super::Source;

/// Names the files without a head.
pub fn check(sources: &[Source]) -> Vec<String> {
    let bare = sources
        .iter()
        .filter(|source| !source.lines.first().is_some_and(|line| line.starts_with("//! ")));
    bare.map(|source| {
        format!(
            "{}: the first line must be a //! that says what the file owns",
            source.path
        )
    })
    .collect()
}
