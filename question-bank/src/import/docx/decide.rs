//! From what stands in the file to a question with its key, or the reasons against it. Must never choose an answer that
//! the author did not mark.

use super::super::order;
use super::grammar;
use super::line::{self, Line};
use super::option::OptionDraft;
use super::reading::Draft;
use super::sign::{self, Sign};
use crate::fault::Message;
use crate::item::{
    AcceptedRange, AcceptedText, ItemKind, Kind, ShortAnswer, ShortKey, Statement, Statements, WHOLE,
};
use crate::number::{Decimal, fits_grid};
use crate::rich::RichText;
use crate::rich::picture::Pictures;

/// A question while it is judged.
pub(super) struct Judge<'a> {
    pub(super) draft: &'a Draft,
    /// Answers from its own lines and from tables of keys.
    pub(super) keys: Vec<String>,
    pub(super) pictures: Pictures,
    /// Why it cannot be used.
    pub(super) doubts: Vec<Message>,
    /// What is worth a look.
    pub(super) notes: Vec<Message>,
}

impl Judge<'_> {
    fn doubt(&mut self, vi: impl Into<String>, en: impl Into<String>) {
        self.doubts.push(Message::new(vi, en));
    }

    /// Lines as a rich text; what is unreadable becomes a doubt.
    pub(super) fn text(&mut self, lines: &[Line]) -> RichText {
        let mut problems = Vec::new();
        let html = line::html(lines, &mut self.pictures, &mut problems);
        for (vi, en) in problems {
            let message = Message::new(vi, en);
            if !self.doubts.contains(&message) {
                self.doubts.push(message);
            }
        }
        RichText::sanitised(&html)
    }

    /// The kind with its key; none if nothing can be made of it.
    pub(super) fn kind(&mut self) -> Option<ItemKind> {
        let first = self.draft.options.first().map(|option| option.letter);
        let kind = self.draft.kind.or(match first {
            Some('A'..='Z') => Some(Kind::SingleChoice),
            Some(_) => Some(Kind::TrueFalseGroup),
            None if !self.keys.is_empty() => Some(Kind::ShortAnswer),
            None => None,
        });
        match kind {
            Some(Kind::SingleChoice | Kind::MultipleResponse) => self.choice(),
            Some(Kind::TrueFalseGroup) => self.statements(),
            Some(Kind::ShortAnswer) => self.short_answer(),
            Some(Kind::Essay) => Some(ItemKind::Essay),
            None => {
                self.doubt(
                    "không có phương án, không có đáp án và không rõ thuộc phần nào",
                    "no options, no answer and no part that says the kind",
                );
                None
            }
        }
    }

    fn choice(&mut self) -> Option<ItemKind> {
        let options = &self.draft.options;
        if options.len() < 2 {
            self.doubt(
                format!("tìm thấy {} phương án", options.len()),
                format!("{} options found", options.len()),
            );
            return None;
        }
        if options.len() != 4 {
            self.notes.push(Message::new(
                format!("có {} phương án, không phải 4", options.len()),
                format!("{} options, not 4", options.len()),
            ));
        }
        let right = self.right_option(options);
        let texts = self.option_texts(options);
        let marked = texts
            .into_iter()
            .enumerate()
            .map(|(index, text)| (text, Some(index) == right))
            .collect();
        right?;
        Some(ItemKind::SingleChoice(order::choices(marked, true)))
    }

    fn option_texts(&mut self, options: &[OptionDraft]) -> Vec<RichText> {
        let texts: Vec<RichText> = options.iter().map(|option| self.text(&option.lines)).collect();
        for (index, text) in texts.iter().enumerate() {
            let letter = options[index].letter;
            if text.is_blank() {
                self.doubt(
                    format!("phương án {letter} trống"),
                    format!("option {letter} is empty"),
                );
            } else if let Some(same) = texts[..index].iter().position(|other| other == text) {
                let other = options[same].letter;
                self.doubt(
                    format!("phương án {letter} giống phương án {other}"),
                    format!("option {letter} is the same as option {other}"),
                );
            }
        }
        texts
    }

    /// The one option that key and signs agree on.
    fn right_option(&mut self, options: &[OptionDraft]) -> Option<usize> {
        let mut said: Vec<(String, usize)> = Vec::new();
        for key in self.keys.clone() {
            let letters: Vec<char> = key.chars().filter(|c| c.is_alphanumeric()).collect();
            let at = options.iter().position(|option| letters == [option.letter]);
            let Some(at) = at else {
                self.doubt(
                    format!("đáp án «{key}» không phải một phương án"),
                    format!("the answer “{key}” is no option"),
                );
                return None;
            };
            said.push((format!("đáp án ghi {}", options[at].letter), at));
        }
        for Sign { vi, en, marked } in sign::signs(options) {
            if let [one] = marked[..] {
                said.push((format!("{vi} ở {}", options[one].letter), one));
            } else {
                let letters: String = marked.iter().map(|at| options[*at].letter).collect();
                self.doubt(
                    format!("{vi} ở nhiều phương án: {letters}"),
                    format!("several options are {en}: {letters}"),
                );
                return None;
            }
        }
        let Some((_, first)) = said.first() else {
            self.doubt("không có đáp án", "no key");
            return None;
        };
        if said.iter().any(|(_, at)| at != first) {
            let all: Vec<&str> = said.iter().map(|(what, _)| what.as_str()).collect();
            self.doubt(
                format!("các dấu hiệu đáp án trái nhau: {}", all.join("; ")),
                "the signs of the answer disagree".to_owned(),
            );
            return None;
        }
        Some(*first)
    }

    fn statements(&mut self) -> Option<ItemKind> {
        let options = &self.draft.options;
        if options.len() < 2 {
            self.doubt(
                format!("tìm thấy {} ý đúng – sai", options.len()),
                format!("{} statements found", options.len()),
            );
            return None;
        }
        if options.len() != 4 {
            self.notes.push(Message::new(
                format!("có {} ý, không phải 4", options.len()),
                format!("{} statements, not 4", options.len()),
            ));
        }
        let truths = self.truths(options);
        let texts = self.option_texts(options);
        let statements = texts
            .into_iter()
            .zip(truths?)
            .map(|(text, right)| Statement { text, right })
            .collect();
        Some(ItemKind::TrueFalseGroup(Statements {
            statements,
            shuffle: true,
        }))
    }

    fn truths(&mut self, options: &[OptionDraft]) -> Option<Vec<bool>> {
        let mut said: Vec<Vec<bool>> = Vec::new();
        for key in self.keys.clone() {
            let truths = grammar::truths(&key).filter(|truths| truths.len() == options.len());
            let Some(truths) = truths else {
                self.doubt(
                    format!("đáp án «{key}» không đủ {} ý", options.len()),
                    format!("the answer “{key}” does not fit {} statements", options.len()),
                );
                return None;
            };
            said.push(truths);
        }
        for sign in sign::signs(options) {
            said.push((0..options.len()).map(|at| sign.marked.contains(&at)).collect());
        }
        let Some(first) = said.first() else {
            self.doubt("không có đáp án đúng – sai", "no key for the statements");
            return None;
        };
        if said.iter().any(|other| other != first) {
            self.doubt(
                "các dấu hiệu đúng – sai trái nhau",
                "the signs of true statements disagree",
            );
            return None;
        }
        Some(first.clone())
    }

    fn short_answer(&mut self) -> Option<ItemKind> {
        let mut keys = self.keys.clone();
        keys.dedup();
        let [key] = &keys[..] else {
            if keys.is_empty() {
                self.doubt("không có đáp án", "no key");
            } else {
                self.doubt(
                    format!("nhiều đáp án trái nhau: {}", keys.join("; ")),
                    "the answers disagree",
                );
            }
            return None;
        };
        let accepted: Vec<&str> = key.split('|').map(str::trim).collect();
        if accepted.iter().any(|text| !fits_grid(text, 4)) {
            // On paper nobody could fill it in; on a page any number or word can be typed.
            self.notes.push(Message::new(
                format!("đáp án «{key}» không tô được vào lưới 4 cột của phần III"),
                format!("the answer “{key}” does not fit the grid of four columns"),
            ));
        }
        let numbers: Option<Vec<Decimal>> = accepted.iter().map(|text| Decimal::parse(text)).collect();
        let key = match numbers {
            Some(numbers) => ShortKey::Number {
                accepted: numbers
                    .into_iter()
                    .map(|value| AcceptedRange {
                        low: value.clone(),
                        high: value,
                        share: WHOLE,
                    })
                    .collect(),
            },
            None => ShortKey::Text {
                accepted: accepted
                    .into_iter()
                    .map(|text| AcceptedText {
                        text: text.to_owned(),
                        share: WHOLE,
                    })
                    .collect(),
                case_sensitive: false,
            },
        };
        Some(ItemKind::ShortAnswer(ShortAnswer { entry: None, key }))
    }
}
