//! The walk over a document: lines become parts, shared texts, questions, options, solutions and keys. Must never drop
//! a line without listing it, and decides no answer.

use super::body::Block;
use super::grammar;
use super::key::{self, Keys};
use super::line::{Line, Object};
use super::option::{self, OptionDraft};
use crate::item::Kind;

/// A question as it stands in the file.
#[derive(Clone, Debug, Default)]
pub(super) struct Draft {
    /// The part, from 1; 0 before any part.
    pub(super) part: usize,
    pub(super) kind: Option<Kind>,
    pub(super) number: u32,
    pub(super) paragraph: u32,
    pub(super) stem: Vec<Line>,
    pub(super) options: Vec<OptionDraft>,
    pub(super) solution: Vec<Line>,
    /// Answers that the question itself names.
    pub(super) keys: Vec<String>,
    pub(super) tags: Vec<String>,
    /// The shared text it belongs to.
    pub(super) shared: Option<usize>,
}

/// A text for several questions.
#[derive(Clone, Debug)]
pub(super) struct Shared {
    pub(super) from: u32,
    pub(super) to: u32,
    pub(super) part: usize,
    pub(super) lines: Vec<Line>,
}

/// Where a line goes that begins nothing.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Target {
    /// Nowhere yet: front matter.
    Front,
    Shared,
    Stem,
    Option,
    Solution,
    /// After the end: keys and solutions.
    Keys,
}

/// What the walk found.
pub(super) struct Reading {
    pub(super) drafts: Vec<Draft>,
    pub(super) shared: Vec<Shared>,
    pub(super) keys: Keys,
    /// Lines that belong to no question, with their paragraph.
    pub(super) dropped: Vec<(u32, String)>,
    part: usize,
    kind: Option<Kind>,
    /// Parts whose headings stood after the end.
    key_part: Option<usize>,
    target: Target,
}

impl Reading {
    pub(super) fn of(blocks: Vec<Block>) -> Self {
        let mut reading = Self {
            drafts: Vec::new(),
            shared: Vec::new(),
            keys: Keys::default(),
            dropped: Vec::new(),
            part: 0,
            kind: None,
            key_part: None,
            target: Target::Front,
        };
        for block in blocks {
            match block {
                Block::Line(line) => reading.line(&line),
                Block::Table(rows) => reading.table(rows),
            }
        }
        reading
    }

    fn line(&mut self, line: &Line) {
        if line.is_blank() {
            return;
        }
        let text = line.plain();
        if self.is_layout(line, &text) {
            return;
        }
        if self.target == Target::Keys {
            self.key_line(line, &text);
        } else if let Some(start) = self.question_start(&text) {
            self.begin(line, &start);
        } else if let Some((from, to)) = grammar::shared(&text).filter(|_| !self.is_in_solution()) {
            self.shared.push(Shared {
                from,
                to,
                part: self.part,
                lines: vec![line.clone()],
            });
            self.target = Target::Shared;
        } else {
            self.continue_with(line, &text);
        }
    }

    fn is_in_solution(&self) -> bool {
        self.target == Target::Solution
    }

    /// Headings, the end, footers.
    fn is_layout(&mut self, line: &Line, text: &str) -> bool {
        if grammar::is_end(text) || (!self.drafts.is_empty() && grammar::is_key_heading(text)) {
            self.target = Target::Keys;
        } else if grammar::is_part(text) && grammar::question(text).is_none() {
            if self.target == Target::Keys {
                let next = self.key_part.map_or(1, |part| part + 1);
                self.key_part = Some(grammar::part_number(text).unwrap_or(next));
            } else {
                // A number that does not go on is no number of this paper's parts.
                let named = grammar::part_number(text).filter(|number| *number > self.part);
                self.part = named.unwrap_or(self.part + 1);
                self.kind = grammar::kind(text);
                self.target = Target::Front;
            }
        } else if grammar::is_footer(text) {
            self.dropped.push((line.paragraph, text.trim().to_owned()));
        } else {
            return false;
        }
        true
    }

    fn question_start(&self, text: &str) -> Option<grammar::QuestionStart> {
        if let Some(start) = grammar::question(text) {
            return Some(start);
        }
        let last = self.drafts.last().filter(|draft| draft.part == self.part);
        let expected = last.map_or(1, |draft| draft.number + 1);
        let in_order = self.part > 0 && !self.is_in_solution();
        grammar::bare_question(text).filter(|start| in_order && start.number == expected)
    }

    fn begin(&mut self, line: &Line, start: &grammar::QuestionStart) {
        let shared = self.shared.iter().rposition(|shared| {
            shared.part == self.part && (shared.from..=shared.to).contains(&start.number)
        });
        let mut draft = Draft {
            part: self.part,
            kind: self.kind,
            number: start.number,
            paragraph: line.paragraph,
            shared,
            ..Draft::default()
        };
        let mut rest = line.from(start.length);
        while let Some((tag, length)) = grammar::tag(&rest.plain()) {
            draft.tags.push(tag);
            rest = rest.from(length);
        }
        self.drafts.push(draft);
        self.target = Target::Stem;
        if !rest.is_blank() {
            self.continue_with(&rest, &rest.plain());
        }
    }

    fn continue_with(&mut self, line: &Line, text: &str) {
        let Some(draft) = self
            .drafts
            .last_mut()
            .filter(|_| matches!(self.target, Target::Stem | Target::Option | Target::Solution))
        else {
            self.outside(line, text);
            return;
        };
        if let Some(length) = grammar::solution(text) {
            self.target = Target::Solution;
            let rest = line.from(length);
            if !rest.is_blank() {
                draft.keys.extend(grammar::inline_key(&rest.plain()));
                draft.solution.push(rest);
            }
            return;
        }
        if let Some(key) = grammar::inline_key(text) {
            draft.keys.push(key);
            return;
        }
        let mut line = line.clone();
        while let Some((key, from, to)) = grammar::tag_key(&line.plain()) {
            draft.keys.push(key);
            let after = line.from(to);
            line = line.part(0, from);
            line.glyphs.extend(after.glyphs);
        }
        if self.target == Target::Solution {
            draft.solution.push(line);
        } else {
            self.target = question_line(draft, line, self.target);
        }
    }

    /// A line between questions.
    fn outside(&mut self, line: &Line, text: &str) {
        if let Some(shared) = self.shared.last_mut().filter(|_| self.target == Target::Shared) {
            shared.lines.push(line.clone());
            return;
        }
        if self.part > 0 && self.kind.is_none() {
            self.kind = grammar::kind(text);
        }
        self.dropped.push((line.paragraph, text.trim().to_owned()));
    }

    fn key_line(&mut self, line: &Line, text: &str) {
        if let Some(found) = grammar::letter_keys(text) {
            self.keys.add(self.key_part, found);
            return;
        }
        // "Câu 3: B" in a list of solutions.
        let named = grammar::question(text).and_then(|start| {
            let rest: String = text.chars().skip(start.length).collect();
            let key = grammar::inline_key(&rest)
                .or_else(|| grammar::is_key(&rest).then(|| rest.trim().to_owned()))?;
            Some((start.number, key))
        });
        match named {
            Some(found) => self.keys.add(self.key_part, vec![found]),
            None => self.dropped.push((line.paragraph, text.trim().to_owned())),
        }
    }

    fn table(&mut self, rows: Vec<Vec<Vec<Line>>>) {
        if !self.drafts.is_empty()
            && let Some(found) = key::table(&rows)
        {
            self.keys.add(self.key_part, found);
            return;
        }
        let mut lines = rows.iter().flatten().flatten();
        let next = self.next_letter();
        let begins = lines.any(|line| {
            let text = line.plain();
            grammar::question(&text).is_some()
                || next.is_some_and(|next| option::split(line, next, false).is_some())
        });
        if begins || matches!(self.target, Target::Front | Target::Keys) {
            for line in rows.iter().flatten().flatten() {
                self.line(line);
            }
            return;
        }
        let paragraph = rows
            .iter()
            .flatten()
            .flatten()
            .next()
            .map_or(0, |line| line.paragraph);
        let mut line = Line {
            paragraph,
            ..Line::default()
        };
        line.push_object(Object::Table(rows));
        self.continue_with(&line, "");
        if self.target == Target::Shared
            && let Some(shared) = self.shared.last_mut()
            && !shared.lines.iter().any(|known| known.paragraph == paragraph)
        {
            shared.lines.push(line);
        }
    }

    fn next_letter(&self) -> Option<char> {
        let draft = self.drafts.last()?;
        Some(next_letter(draft))
    }
}

/// The letter that the next option must have.
fn next_letter(draft: &Draft) -> char {
    let first = if draft.kind == Some(Kind::TrueFalseGroup) {
        'a'
    } else {
        'A'
    };
    draft.options.last().map_or(first, |last| {
        char::from_u32(u32::from(last.letter) + 1).unwrap_or(first)
    })
}

/// A line of a question: options, or more of what stands before.
fn question_line(draft: &mut Draft, line: Line, target: Target) -> Target {
    let takes_options = !matches!(draft.kind, Some(Kind::Essay | Kind::ShortAnswer));
    let next = next_letter(draft);
    let unknown_kind = draft.kind.is_none() && draft.options.is_empty();
    let split = option::split(&line, next, true)
        .or_else(|| option::split(&line, 'a', false).filter(|_| unknown_kind))
        .filter(|_| takes_options);
    if let Some((before, options)) = split {
        if !before.is_blank() {
            append(draft, before, target);
        }
        draft.options.extend(options);
        return Target::Option;
    }
    append(draft, line, target);
    target
}

fn append(draft: &mut Draft, line: Line, target: Target) {
    match draft.options.last_mut() {
        Some(option) if target == Target::Option => option.lines.push(line),
        _ => draft.stem.push(line),
    }
}
