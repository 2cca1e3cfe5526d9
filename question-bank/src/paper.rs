//! The paper (*đề thi*): items put into parts, with marks. Checks everything that could make the paper unfair or
//! unmarkable, and must never repair anything by itself.

mod check;
mod marks;

use crate::fault::{Fault, Message};
use crate::item::{EntryForm, Item, ItemKind, Kind, Picture, ShortAnswer, ShortKey};
use crate::rich::RichText;
use crate::scheme::{MultipleResponseRule, Scheme, SectionScheme, TrueFalseRule};
use exam_protocol::time::Millis;
use serde::{Deserialize, Serialize};

/// Most questions of a paper.
pub const MAX_QUESTIONS: usize = 500;

/// What stands at the head of a paper.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaperHead {
    /// "Kiểm tra cuối kì I".
    pub title: String,
    /// "Toán".
    pub subject: String,
    /// Time allowed.
    pub duration: Millis,
}

/// A checked paper with its keys. Only [`Paper::new`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paper {
    head: PaperHead,
    sections: Vec<PaperSection>,
    media: Vec<Picture>,
    scheme: Scheme,
}

/// One part of a paper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaperSection {
    /// Heading with its number, "Phần I. Câu trắc nghiệm nhiều phương án lựa chọn".
    pub title: String,
    /// The questions in the order of the source.
    pub questions: Vec<PaperQuestion>,
}

/// One question of a paper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaperQuestion {
    /// Position of the item in the list that the paper was made of, from 0.
    pub item: u16,
    /// The item's name.
    pub name: String,
    /// What is asked; `media:N` means the N-th picture of the paper.
    pub stem: RichText,
    /// Options, statements and key; a short answer's entry is always said.
    pub kind: ItemKind,
    /// Most marks, in hundredths.
    pub marks: u32,
    /// How right parts of an answer earn marks.
    pub rule: Rule,
}

/// How right parts of an answer earn marks, worked out for one question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rule {
    /// All or nothing, or the share that an accepted text says.
    Whole,
    /// Multiple response by (right − wrong) / right ones.
    Proportional,
    /// Hundredths by the number of right statements, from 0 to all.
    Steps(Vec<u32>),
}

impl Paper {
    /// Puts items into the scheme's parts, gives them marks, and checks all of it.
    ///
    /// # Errors
    /// Everything that is wrong, not only the first.
    pub fn new(head: PaperHead, items: Vec<Item>, scheme: Scheme) -> Result<Self, Vec<Fault>> {
        let mut faults = check::head(&head, &items);
        faults.extend(check_items(&items, &scheme));
        faults.extend(check::sections(&items, &scheme));
        let marks = match marks::distribute(&items, &scheme) {
            Ok(marks) => marks,
            Err(fault) => {
                faults.push(fault);
                Vec::new()
            }
        };
        if !faults.is_empty() {
            return Err(faults);
        }
        let (questions, media) = questions(items, &marks, &scheme);
        let sections = sections(questions, &scheme.sections);
        Ok(Self {
            head,
            sections,
            media,
            scheme,
        })
    }

    /// Title, subject, time.
    pub fn head(&self) -> &PaperHead {
        &self.head
    }

    /// The parts.
    pub fn sections(&self) -> &[PaperSection] {
        &self.sections
    }

    /// All questions in the source's order, over all parts.
    pub fn questions(&self) -> impl Iterator<Item = &PaperQuestion> {
        self.sections.iter().flat_map(|section| &section.questions)
    }

    /// The pictures.
    pub fn media(&self) -> &[Picture] {
        &self.media
    }

    /// The scheme that gave the marks.
    pub fn scheme(&self) -> &Scheme {
        &self.scheme
    }

    /// Most marks to be had, in hundredths.
    pub fn maximum(&self) -> u32 {
        self.questions().map(|question| question.marks).sum()
    }
}

/// What is wrong with single questions, whatever paper they come into: for a bank that is no paper yet.
pub fn check_items(items: &[Item], scheme: &Scheme) -> Vec<Fault> {
    items.iter().flat_map(|item| check::item(item, scheme)).collect()
}

/// The part of a scheme in which a kind of question stands.
fn section_of(kind: Kind, scheme: &Scheme) -> Option<usize> {
    scheme
        .sections
        .iter()
        .position(|section| section.kinds.contains(&kind))
}

/// Questions with the number of their part, and the pictures of all items in one list.
fn questions(
    items: Vec<Item>,
    marks: &[u32],
    scheme: &Scheme,
) -> (Vec<(usize, PaperQuestion)>, Vec<Picture>) {
    let mut media = Vec::new();
    let mut questions = Vec::new();
    for (index, (mut item, &marks)) in items.into_iter().zip(marks).enumerate() {
        let moved = media.len();
        media.append(&mut item.media);
        for text in item.kind.texts_mut() {
            *text = text.with_media_moved(moved);
        }
        let section = section_of(item.kind.kind(), scheme).expect("sections were checked");
        let rule = rule(&item.kind, marks, scheme);
        let question = PaperQuestion {
            item: u16::try_from(index).expect("the number of questions was checked"),
            name: item.name,
            stem: item.stem.with_media_moved(moved),
            kind: with_entry(item.kind, scheme),
            marks,
            rule,
        };
        questions.push((section, question));
    }
    (questions, media)
}

fn sections(questions: Vec<(usize, PaperQuestion)>, schemes: &[SectionScheme]) -> Vec<PaperSection> {
    let mut sections: Vec<PaperSection> = schemes
        .iter()
        .map(|scheme| PaperSection {
            title: scheme.title.clone(),
            questions: Vec::new(),
        })
        .collect();
    for (section, question) in questions {
        sections[section].questions.push(question);
    }
    sections.retain(|section| !section.questions.is_empty());
    for (section, numeral) in sections
        .iter_mut()
        .zip(["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X"])
    {
        section.title = format!("Phần {numeral}. {}", section.title);
    }
    sections
}

fn rule(kind: &ItemKind, marks: u32, scheme: &Scheme) -> Rule {
    match (kind, &scheme.true_false, scheme.multiple_response) {
        (ItemKind::MultipleResponse(_), _, MultipleResponseRule::Proportional) => Rule::Proportional,
        (ItemKind::TrueFalseGroup(_), TrueFalseRule::StepsPercent(steps), _) => Rule::Steps(
            steps
                .iter()
                .map(|percent| portion(marks, *percent, 100))
                .collect(),
        ),
        (ItemKind::TrueFalseGroup(group), TrueFalseRule::PerStatement, _) => {
            let all = u32::try_from(group.statements.len()).expect("the number of statements was checked");
            Rule::Steps((0..=all).map(|right| portion(marks, right, all)).collect())
        }
        _ => Rule::Whole,
    }
}

/// `marks · part / whole`, half rounded up as in Vietnamese school practice (exam-domain 1.2).
pub(crate) fn portion(marks: u32, part: u32, whole: u32) -> u32 {
    let (marks, part, whole) = (u64::from(marks), u64::from(part), u64::from(whole));
    u32::try_from((2 * marks * part + whole) / (2 * whole)).unwrap_or(u32::MAX)
}

fn with_entry(kind: ItemKind, scheme: &Scheme) -> ItemKind {
    match kind {
        ItemKind::ShortAnswer(answer) => {
            let entry = Some(entry_of(&answer, scheme));
            ItemKind::ShortAnswer(ShortAnswer { entry, ..answer })
        }
        other => other,
    }
}

/// How a short answer is typed: as the question says, else as the scheme says for texts and numbers.
fn entry_of(answer: &ShortAnswer, scheme: &Scheme) -> EntryForm {
    answer.entry.unwrap_or(match answer.key {
        ShortKey::Text { .. } => EntryForm::Text(scheme.text_characters),
        ShortKey::Number { .. } => scheme.number_entry,
    })
}

/// A fault of one item, with its place.
fn item_fault(item: &Item, vi: impl Into<String>, en: impl Into<String>) -> Fault {
    let fault = Fault::new(Message::new(vi, en)).in_question(&item.name);
    if item.line > 0 {
        fault.at_line(item.line)
    } else {
        fault
    }
}

#[cfg(test)]
mod tests;
