//! One Vietnamese word for one thing, and one spelling, in everything that people read. Names the forbidden variants and what
//! to write instead; the names of the school subjects *Vật lí* and *Địa lí* are the curriculum's and stay.

use super::Source;
use crate::shell::root;
use anyhow::Result;
use std::path::Path;

/// What is not written, and what is written instead. Small letters.
const INSTEAD: &[(&str, &str)] = &[
    ("lí do", "lý do"),
    ("xử lí", "xử lý"),
    ("quản lí", "quản lý"),
    ("hợp lí", "hợp lý"),
    ("kì thi", "kỳ thi"),
    ("học kì", "học kỳ"),
    ("cuối kì", "cuối kỳ"),
    ("giữa kì", "giữa kỳ"),
    ("nhật kí", "nhật ký"),
    ("kí tự", "ký tự"),
    ("chữ kí", "chữ ký"),
    ("đăng kí", "đăng ký"),
    ("kĩ thuật", "kỹ thuật"),
    ("xoá", "xóa"),
    ("khoá", "khóa"),
    ("chíp", "chip"),
    ("chứng chỉ", "chứng thư"),
    ("máy điểm danh", "máy bàn đón"),
    ("trạm", "máy bàn đón"),
    ("bàn kiểm tra", "bàn đón"),
    ("nhiệm vụ", "vai trò"),
];

/// Headings of teachers' files, which are what they are.
const FOREIGN: &[&str] = &["docs/rosters.md", "xtask/src/tidy/words.rs", "question-bank/"];

/// Texts beside the sources.
const TEXTS: &[&str] = &[
    "README.md",
    "README.vi.md",
    "ARCHITECTURE.md",
    "exam-client/console/texts/vi.toml",
    "exam-client/candidate/texts/vi.toml",
    "exam-server/exam-server.example.toml",
    "checkin-agent/station.example.toml",
];

/// Names each line with a forbidden variant.
pub fn check(sources: &[Source]) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    for source in sources.iter().filter(|source| !is_foreign(&source.path)) {
        faults.extend(breaches(&source.path, source.lines.iter().map(String::as_str)));
    }
    let mut texts: Vec<String> = TEXTS.iter().map(|path| (*path).to_owned()).collect();
    for entry in std::fs::read_dir(root().join("docs"))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if Path::new(&name).extension().is_some_and(|ending| ending == "md") {
            texts.push(format!("docs/{name}"));
        }
    }
    for path in texts.iter().filter(|path| !is_foreign(path)) {
        let text = std::fs::read_to_string(root().join(path))?;
        faults.extend(breaches(path, text.lines()));
    }
    Ok(faults)
}

fn is_foreign(path: &str) -> bool {
    FOREIGN.iter().any(|foreign| path.starts_with(foreign))
}

fn breaches<'a>(path: &str, lines: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut faults = Vec::new();
    for (number, line) in (1..).zip(lines) {
        let line = line.to_lowercase();
        for (word, instead) in INSTEAD.iter().filter(|(word, _)| stands_in(&line, word)) {
            faults.push(format!("{path}:{number}: “{word}”: write “{instead}”"));
        }
    }
    faults
}

/// Whether the word stands there by itself, not as a part of a longer one.
fn stands_in(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        [before, after]
            .iter()
            .all(|neighbour| neighbour.is_none_or(|letter| !letter.is_alphanumeric()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_words_are_named() {
        let said = |line| breaches("a", [line].into_iter()).len();
        assert_eq!(said("Lí do: xử lí chậm"), 2);
        assert_eq!(said("Vật lí, Địa lí, tràm, trạmx"), 0);
        assert_eq!(said("Lý do và kỳ thi"), 0);
    }
}
