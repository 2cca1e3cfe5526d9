//! Questions, notes and faults as they are found while a file is read, and the grouping of true/false questions.
//! Must never let a question go without an item or a fault.

use super::{Import, MAX_QUESTIONS};
use crate::fault::{Fault, Message, Note};
use crate::item::{ChoiceOption, Choices, Item, ItemKind, Picture, Statement, Statements};
use crate::rich::RichText;
use crate::rich::picture::{Files, Pictures};
use crate::rich::source::{Format, convert};

/// Most faults that are listed.
const MAX_FAULTS: usize = 200;

/// Where a question stands.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// Title, or "Câu n".
    pub(super) name: String,
    /// Line, from 1.
    pub(super) line: u32,
}

/// A question as the file has it, before grouping.
pub(super) enum Read {
    /// A text without a question: the stem of a group.
    Description(Draft),
    /// One true/false question.
    TrueFalse(Draft, bool),
    /// A whole item.
    Item(Draft, ItemKind),
}

/// The part that all questions have.
pub(super) struct Draft {
    /// Where it stands.
    pub(super) place: Place,
    /// Whether the file gives a title.
    pub(super) titled: bool,
    /// Path of the category.
    pub(super) category: Vec<String>,
    /// What is asked.
    pub(super) stem: RichText,
    /// The pictures of all its texts.
    pub(super) media: Vec<Picture>,
}

/// The fault is in the findings; there is nothing to go on with.
pub(super) struct Refused;

/// Notes and faults of a file.
#[derive(Default)]
pub(super) struct Findings {
    notes: Vec<Note>,
    faults: Vec<Fault>,
    /// Faults beyond the limit.
    further: usize,
}

impl Findings {
    pub(super) fn note(&mut self, place: &Place, message: Message) {
        self.notes
            .push(Note::new(Some(place.name.clone()), Some(place.line), message));
    }

    pub(super) fn fault(&mut self, place: &Place, vi: impl Into<String>, en: impl Into<String>) {
        self.add(
            Fault::new(Message::new(vi, en))
                .in_question(&place.name)
                .at_line(place.line),
        );
    }

    pub(super) fn add(&mut self, fault: Fault) {
        if self.faults.len() < MAX_FAULTS {
            self.faults.push(fault);
        } else {
            self.further += 1;
        }
    }

    /// Converts a text of a question and keeps what is to be said about it.
    pub(super) fn text(
        &mut self,
        place: &Place,
        source: (&str, Format),
        pictures: &mut Pictures,
        files: &Files,
    ) -> RichText {
        let converted = convert(source.0, source.1, pictures, files);
        for note in converted.notes {
            self.note(place, note);
        }
        for fault in converted.faults {
            self.fault(place, fault.vi, fault.en);
        }
        converted.text
    }

    /// The import, or its faults.
    pub(super) fn finish(mut self, questions: Vec<Read>) -> Result<Import, Vec<Fault>> {
        if questions.len() > MAX_QUESTIONS {
            self.add(Fault::new(Message::new(
                format!("tệp có hơn {MAX_QUESTIONS} câu; hãy chia tệp ra"),
                format!("the file has more than {MAX_QUESTIONS} questions; split it"),
            )));
        }
        if questions.is_empty() && self.faults.is_empty() {
            self.add(Fault::new(Message::new(
                "tệp không có câu hỏi nào",
                "the file has no questions",
            )));
        }
        let items = self.group(questions);
        self.faults.sort_by_key(|fault| fault.line);
        if self.further > 0 {
            let further = self.further;
            self.faults.push(Fault::new(Message::new(
                format!("và {further} lỗi nữa"),
                format!("and {further} more faults"),
            )));
        }
        if self.faults.is_empty() {
            Ok(Import {
                items,
                notes: self.notes,
            })
        } else {
            Err(self.faults)
        }
    }

    /// Puts a description and the true/false questions after it into one group, where their titles say so.
    fn group(&mut self, questions: Vec<Read>) -> Vec<Item> {
        let mut items = Vec::with_capacity(questions.len());
        let mut questions = questions.into_iter().peekable();
        while let Some(question) = questions.next() {
            match question {
                Read::Item(draft, kind) => items.push(item(draft, kind)),
                Read::TrueFalse(draft, right) => items.push(single_true_false(draft, right)),
                Read::Description(head) => {
                    let mut members = Vec::new();
                    while let Some(Read::TrueFalse(member, right)) =
                        questions.next_if(|next| is_member(&head, next, members.len()))
                    {
                        members.push((member, right));
                    }
                    if members.len() >= 2 {
                        items.push(true_false_group(head, members));
                    } else {
                        self.fault(&head.place, LONE_DESCRIPTION_VI, LONE_DESCRIPTION_EN);
                    }
                }
            }
        }
        items
    }
}

const LONE_DESCRIPTION_VI: &str = "đoạn văn không kèm câu hỏi: hãy đưa vào câu hỏi, hoặc đặt tên để làm phần dẫn của nhóm đúng – sai \
     («Câu 13», tiếp theo là «Câu 13a», «Câu 13b»…)";
const LONE_DESCRIPTION_EN: &str = "a text without a question: put it into the question, or give it a title as the stem of a true/false \
     group (“Câu 13”, followed by “Câu 13a”, “Câu 13b”…)";

/// Whether `next` is the statement number `index` of the group that `head` begins: same title, then the letter.
fn is_member(head: &Draft, next: &Read, index: usize) -> bool {
    let Read::TrueFalse(member, _) = next else {
        return false;
    };
    let Some(rest) = member
        .place
        .name
        .strip_prefix(head.place.name.as_str())
        .filter(|_| head.titled && member.titled)
    else {
        return false;
    };
    let letter = rest.trim_matches(|c: char| c.is_whitespace() || matches!(c, '.' | ')' | '(' | '-' | ':'));
    let wanted = (b'a'..=b'z').nth(index).map(char::from);
    let mut letters = letter.chars();
    wanted.is_some() && letters.next().map(|c| c.to_ascii_lowercase()) == wanted && letters.next().is_none()
}

fn item(draft: Draft, kind: ItemKind) -> Item {
    let Draft {
        place,
        category,
        stem,
        media,
        ..
    } = draft;
    Item {
        name: place.name,
        category,
        line: place.line,
        stem,
        kind,
        media,
    }
}

/// One true/false question alone is a choice between the two words, always in this order.
fn single_true_false(draft: Draft, right: bool) -> Item {
    let option = |text: &str, right: bool| ChoiceOption {
        text: RichText::plain(text),
        right,
        fixed: true,
    };
    let options = vec![option("Đúng", right), option("Sai", !right)];
    item(
        draft,
        ItemKind::SingleChoice(Choices {
            options,
            shuffle: false,
        }),
    )
}

fn true_false_group(mut head: Draft, members: Vec<(Draft, bool)>) -> Item {
    let mut statements = Vec::with_capacity(members.len());
    for (mut member, right) in members {
        let text = member.stem.with_media_moved(head.media.len());
        head.media.append(&mut member.media);
        statements.push(Statement { text, right });
    }
    item(
        head,
        ItemKind::TrueFalseGroup(Statements {
            statements,
            shuffle: true,
        }),
    )
}
