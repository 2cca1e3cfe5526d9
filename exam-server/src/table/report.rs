//! What is wrong with a roster, or worth a look, with its row, in Vietnamese and English.

use serde::Serialize;
use std::collections::{BTreeSet, HashMap};
use std::fmt;

/// A fault or a warning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The row in the file, from 1; none where it concerns the whole file.
    pub row: Option<u32>,
    /// Vietnamese.
    pub message: String,
    /// English.
    pub message_en: String,
}

impl Finding {
    /// A finding in a row.
    pub fn at(row: u32, message: impl Into<String>, message_en: impl Into<String>) -> Self {
        Self {
            row: Some(row),
            message: message.into(),
            message_en: message_en.into(),
        }
    }

    /// A finding about the whole file.
    pub fn of_file(message: impl Into<String>, message_en: impl Into<String>) -> Self {
        Self {
            row: None,
            message: message.into(),
            message_en: message_en.into(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.row {
            Some(row) => write!(f, "dòng {row}: {} / row {row}: {}", self.message, self.message_en),
            None => write!(f, "{} / {}", self.message, self.message_en),
        }
    }
}

/// What a person reads: findings that differ in nothing but the row are one line with all their rows, where the first of
/// them stands.
pub fn folded(findings: &[Finding]) -> Vec<String> {
    let mut places: HashMap<(bool, &str, &str), usize> = HashMap::new();
    let mut groups: Vec<(&Finding, BTreeSet<u32>)> = Vec::new();
    for finding in findings {
        let place = *places
            .entry((finding.row.is_some(), &finding.message, &finding.message_en))
            .or_insert(groups.len());
        if place == groups.len() {
            groups.push((finding, BTreeSet::new()));
        }
        groups[place].1.extend(finding.row);
    }
    groups.iter().map(|(first, rows)| line(first, rows)).collect()
}

fn line(first: &Finding, rows: &BTreeSet<u32>) -> String {
    let count = rows.len();
    if count < 2 {
        return first.to_string();
    }
    let spans = spans(rows);
    format!(
        "{}: {count} dòng ({spans}) / {}: {count} rows ({spans})",
        first.message, first.message_en
    )
}

/// "5–28, 31".
fn spans(rows: &BTreeSet<u32>) -> String {
    let mut spans: Vec<(u32, u32)> = Vec::new();
    for row in rows {
        match spans.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(*row) => *last = *row,
            _ => spans.push((*row, *row)),
        }
    }
    let texts = spans.iter().map(|(first, last)| {
        if first == last {
            first.to_string()
        } else {
            format!("{first}–{last}")
        }
    });
    texts.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_what_differs_in_the_row_only() {
        let zeros = |row| {
            let (vi, en) = ("thêm lại số 0 ở đầu số định danh", "leading zeros restored");
            Finding::at(row, vi, en)
        };
        let mut findings: Vec<Finding> = (5..=28).map(zeros).collect();
        assert_eq!(
            folded(&findings),
            ["thêm lại số 0 ở đầu số định danh: 24 dòng (5–28) / leading zeros restored: 24 rows (5–28)"]
        );
        findings.insert(1, Finding::at(6, "thiếu họ tên", "the name is missing"));
        findings.extend([zeros(33), zeros(31), zeros(32), zeros(40)]);
        findings.push(Finding::of_file("file rỗng", "the file is empty"));
        assert_eq!(
            folded(&findings),
            [
                "thêm lại số 0 ở đầu số định danh: 28 dòng (5–28, 31–33, 40) / leading zeros restored: 28 rows (5–28, 31–33, 40)",
                "dòng 6: thiếu họ tên / row 6: the name is missing",
                "file rỗng / the file is empty",
            ]
        );
        assert!(folded(&[]).is_empty());
    }
}
