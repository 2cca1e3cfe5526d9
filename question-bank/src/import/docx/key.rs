//! Keys apart from the questions: tables and lists of answers, by part and number. Must never give a question the key
//! of another part.

use super::grammar;
use super::line::Line;
use std::collections::BTreeMap;

/// All answers that stand apart, by part (from 1; none where no part's heading stands above) and number.
#[derive(Default)]
pub(super) struct Keys(BTreeMap<(Option<usize>, u32), Vec<String>>);

impl Keys {
    pub(super) fn add(&mut self, part: Option<usize>, found: Vec<(u32, String)>) {
        for (number, answer) in found {
            self.0.entry((part, number)).or_default().push(answer);
        }
    }

    /// The answers for a question: those of its part, or those of no part where its number is the only one.
    pub(super) fn of(&self, part: usize, number: u32, is_only: bool) -> &[String] {
        let answers = |wanted| self.0.get(&(wanted, number));
        let of_no_part = || answers(None).filter(|_| is_only);
        answers(Some(part)).or_else(of_no_part).map_or(&[], Vec::as_slice)
    }
}

/// A table as answers, if it is one: numbers above answers, beside them, or in one cell with them.
pub(super) fn table(rows: &[Vec<Vec<Line>>]) -> Option<Vec<(u32, String)>> {
    let rows: Vec<Vec<String>> = rows
        .iter()
        .map(|row| row.iter().map(|cell| cell_text(cell)).collect())
        .collect();
    in_cells(&rows).or_else(|| below(&rows)).or_else(|| beside(&rows))
}

fn cell_text(cell: &[Line]) -> String {
    let lines: Vec<String> = cell.iter().map(Line::plain).collect();
    lines.join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Every cell "1.A".
fn in_cells(rows: &[Vec<String>]) -> Option<Vec<(u32, String)>> {
    let cells = rows.iter().flatten().filter(|cell| !cell.is_empty());
    let mut keys = Vec::new();
    for cell in cells {
        keys.append(&mut grammar::letter_keys(cell)?);
    }
    (!keys.is_empty()).then_some(keys)
}

fn number(cell: &str) -> Option<u32> {
    let digits = cell
        .trim()
        .trim_start_matches("Câu")
        .trim()
        .trim_end_matches(['.', ':', ')']);
    digits.parse().ok().filter(|_| digits.len() <= 3)
}

/// Rows of numbers with rows of answers below them; rows "a) b) c) d)" are statements of one question.
fn below(rows: &[Vec<String>]) -> Option<Vec<(u32, String)>> {
    let mut keys: Vec<(u32, String)> = Vec::new();
    let mut at = 0;
    while at < rows.len() {
        let heads: Vec<(usize, u32)> = numbers_of(&rows[at]);
        let labelled = rows[at].len().saturating_sub(1) <= heads.len();
        if heads.is_empty() || !labelled {
            return None;
        }
        at += 1;
        let start = at;
        while at < rows.len() && numbers_of_all(&rows[at], &heads) {
            at += 1;
        }
        let answers = &rows[start..at];
        if answers.is_empty() {
            return None;
        }
        for (column, number) in heads {
            let column = answers
                .iter()
                .map(|row| row.get(column).map_or("", String::as_str).trim());
            keys.push((number, column.collect::<Vec<_>>().concat()));
        }
    }
    keys.retain(|(_, answer)| !answer.is_empty());
    (!keys.is_empty()).then_some(keys)
}

fn numbers_of(row: &[String]) -> Vec<(usize, u32)> {
    let cells = row.iter().enumerate();
    let numbers: Vec<(usize, u32)> = cells
        .filter_map(|(column, cell)| Some((column, number(cell)?)))
        .collect();
    let ascending = numbers.windows(2).all(|pair| pair[0].1 + 1 == pair[1].1);
    if ascending { numbers } else { Vec::new() }
}

/// Whether a row holds answers in the columns of the numbers.
fn numbers_of_all(row: &[String], heads: &[(usize, u32)]) -> bool {
    let cell = |column: usize| row.get(column).map_or("", String::as_str);
    let filled = heads.iter().filter(|(column, _)| !cell(*column).is_empty());
    let is_next_head = heads.len() > 1 && numbers_of(row).len() == heads.len() && {
        let first = numbers_of(row).first().map_or(0, |(_, number)| *number);
        heads.last().is_some_and(|(_, last)| first == last + 1)
    };
    !is_next_head
        && filled.clone().count() > 0
        && filled.clone().all(|(column, _)| grammar::is_key(cell(*column)))
}

/// Columns "number, answer", once or several times side by side, perhaps with a heading.
fn beside(rows: &[Vec<String>]) -> Option<Vec<(u32, String)>> {
    let mut keys = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        if row.len() < 2 || row.len() % 2 != 0 {
            return None;
        }
        for pair in row.chunks(2) {
            match (number(&pair[0]), pair[1].trim()) {
                (Some(number), answer) if grammar::is_key(answer) => keys.push((number, answer.to_owned())),
                _ if index == 0 || pair.iter().all(String::is_empty) => {}
                _ => return None,
            }
        }
    }
    (!keys.is_empty()).then_some(keys)
}
