//! How long functions may be. Relies on rustfmt: a function ends at the brace in the column of its `fn`.

use super::Source;

const MOST_LINES: usize = 60;

/// Names the functions that are too long.
pub fn check(sources: &[Source], report: bool) -> Vec<String> {
    let measured: Vec<(String, usize)> = sources
        .iter()
        .filter(|s| !s.is_test())
        .flat_map(|s| functions(&s.path, &s.lines[..s.code_lines]))
        .collect();
    if report {
        let mut lengths: Vec<usize> = measured.iter().map(|(_, length)| *length).collect();
        lengths.sort_unstable();
        println!("functions: {}", spread(&lengths));
    }
    let long = measured.into_iter().filter(|(_, length)| *length > MOST_LINES);
    long.map(|(place, length)| format!("{place}: {length} lines, at most {MOST_LINES}"))
        .collect()
}

/// Median, 90th percentile and maximum of sorted lengths.
pub fn spread(sorted: &[usize]) -> String {
    let at =
        |per_cent: usize| sorted.get((sorted.len() * per_cent / 100).min(sorted.len().saturating_sub(1)));
    match (at(50), at(90), sorted.last()) {
        (Some(median), Some(p90), Some(most)) => {
            format!(
                "{} measured, lines median {median}, p90 {p90}, longest {most}",
                sorted.len()
            )
        }
        _ => "none".to_owned(),
    }
}

fn functions(path: &str, lines: &[String]) -> Vec<(String, usize)> {
    let mut found = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let indent = line.len() - line.trim_start().len();
        if !is_head(line.trim_start()) {
            continue;
        }
        let close = format!("{}}}", " ".repeat(indent));
        let end = lines[start..]
            .iter()
            .position(|l| *l == close || l.trim_end().ends_with(';') && l.len() == indent);
        if let Some(length) = end {
            found.push((format!("{path}:{}", start + 1), length + 1));
        }
    }
    found
}

fn is_head(line: &str) -> bool {
    let bare = ["pub(crate) ", "pub(super) ", "pub ", "const ", "async "]
        .iter()
        .fold(line, |line, word| line.strip_prefix(word).unwrap_or(line));
    bare.starts_with("fn ") && !line.ends_with(';') && !line.ends_with('}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measures_from_head_to_brace() {
        let text = "pub async fn a() {\n    b();\n}\nfn c() {}\nimpl X {\n    fn d(\n    ) {\n    }\n}";
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        assert_eq!(
            functions("x", &lines),
            [("x:1".to_owned(), 3), ("x:6".to_owned(), 3)]
        );
    }
}
