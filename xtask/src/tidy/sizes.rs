//! How long files may be.

use super::Source;

const MOST_CODE: usize = 400;
const MOST_WITH_TESTS: usize = 600;

/// Names the files that are too long.
pub fn check(sources: &[Source], report: bool) -> Vec<String> {
    if report {
        let mut lengths: Vec<usize> = sources
            .iter()
            .filter(|s| !s.is_test())
            .map(|s| s.code_lines)
            .collect();
        lengths.sort_unstable();
        println!("files: {}", super::functions::spread(&lengths));
    }
    sources.iter().filter_map(fault).collect()
}

fn fault(source: &Source) -> Option<String> {
    let (code, all) = (source.code_lines, source.lines.len());
    if !source.is_test() && code > MOST_CODE {
        return Some(format!(
            "{}: {code} lines of code, at most {MOST_CODE}",
            source.path
        ));
    }
    (all > MOST_WITH_TESTS).then(|| {
        format!(
            "{}: {all} lines with tests, at most {MOST_WITH_TESTS}",
            source.path
        )
    })
}
