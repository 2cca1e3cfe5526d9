//! Word files (.docx) as Vietnamese teachers write papers (docs/formats.md says what is read). Questions that are
//! understood become items; every other is listed with its paragraph and the reason. Must never guess an answer.

mod body;
mod decide;
mod grammar;
mod key;
mod line;
mod numbering;
mod option;
mod package;
mod reading;
pub(crate) mod report;
mod run;
mod sign;

use super::{Import, MAX_QUESTIONS};
use crate::fault::{Fault, Message, Note};
use crate::item::{Item, Picture};
use crate::rich::RichText;
use crate::rich::picture::Pictures;
use decide::Judge;
use reading::{Draft, Reading};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// What a Word file held.
#[derive(Clone, Debug, Default, Serialize)]
pub struct WordFile {
    /// The questions that were understood, in the file's order.
    pub questions: Vec<Question>,
    /// Texts that several questions share.
    pub stimuli: Vec<Stimulus>,
    /// The questions that were not understood.
    pub doubts: Vec<Doubt>,
    /// What a person should look at.
    pub notes: Vec<Note>,
    /// Lines that belong to no question, with their paragraph.
    pub dropped: Vec<(u32, String)>,
}

/// A question of a Word file.
#[derive(Clone, Debug, Serialize)]
pub struct Question {
    /// The question; its line is the paragraph.
    pub item: Item,
    /// The solution, which never goes to candidates; its pictures are the item's last.
    pub solution: RichText,
    /// Tags after the number: `NB`, `SI10.02.15.D01`.
    pub tags: Vec<String>,
    /// Index of the text it shares.
    pub stimulus: Option<usize>,
    /// The text as it stands in the file, for comparison.
    pub source: String,
}

/// A text that several questions share.
#[derive(Clone, Debug, Serialize)]
pub struct Stimulus {
    /// The text.
    pub text: RichText,
    /// Its pictures.
    pub media: Vec<Picture>,
}

/// A question that was not understood.
#[derive(Clone, Debug, Serialize)]
pub struct Doubt {
    /// "Câu 7".
    pub question: String,
    /// The paragraph it begins at, from 1.
    pub paragraph: u32,
    /// Why, in Vietnamese and English.
    pub reasons: Vec<Message>,
    /// The text as it stands in the file.
    pub source: String,
}

/// Reads a Word file.
///
/// # Errors
/// The file as a whole is refused.
pub fn docx(bytes: &[u8]) -> Result<WordFile, Vec<Fault>> {
    let refuse = |message: Message| vec![Fault::new(message)];
    let package = package::Package::open(bytes).map_err(refuse)?;
    let reading = Reading::of(body::read(&package).map_err(refuse)?);
    if reading.drafts.is_empty() {
        return Err(refuse(Message::new(
            "tệp không có câu hỏi nào («Câu 1.», «Câu 2:» …)",
            "the file has no questions (“Câu 1.”, “Question 2:” …)",
        )));
    }
    if reading.drafts.len() > MAX_QUESTIONS {
        return Err(refuse(Message::new(
            format!("tệp có hơn {MAX_QUESTIONS} câu; hãy chia tệp ra"),
            format!("the file has more than {MAX_QUESTIONS} questions; split it"),
        )));
    }
    Ok(WordFile::of(&reading))
}

impl From<Import> for WordFile {
    /// A file of another format: every question was understood, or the file was refused.
    fn from(import: Import) -> Self {
        let question = |item: Item| Question {
            source: item.stem.text(),
            item,
            solution: RichText::default(),
            tags: Vec::new(),
            stimulus: None,
        };
        Self {
            questions: import.items.into_iter().map(question).collect(),
            notes: import.notes,
            ..Self::default()
        }
    }
}

impl WordFile {
    fn of(reading: &Reading) -> Self {
        let mut file = Self {
            dropped: reading.dropped.clone(),
            ..Self::default()
        };
        let stimuli: Vec<(Stimulus, Vec<Message>)> = reading.shared.iter().map(stimulus).collect();
        let mut count: BTreeMap<u32, usize> = BTreeMap::new();
        for draft in &reading.drafts {
            *count.entry(draft.number).or_default() += 1;
        }
        let mut seen = BTreeSet::new();
        for draft in &reading.drafts {
            let is_only = count.get(&draft.number) == Some(&1);
            let repeated = !seen.insert((draft.part, draft.number));
            let mut keys = draft.keys.clone();
            keys.extend_from_slice(reading.keys.of(draft.part, draft.number, is_only));
            let mut judge = Judge {
                draft,
                keys,
                pictures: Pictures::default(),
                doubts: Vec::new(),
                notes: Vec::new(),
            };
            if repeated {
                judge.doubts.push(Message::new(
                    "số câu bị trùng trong cùng một phần",
                    "the number stands twice in one part",
                ));
            }
            if let Some((_, problems)) = draft.shared.and_then(|index| stimuli.get(index)) {
                judge.doubts.extend(problems.iter().cloned());
            }
            file.take(judge);
        }
        file.stimuli = stimuli.into_iter().map(|(stimulus, _)| stimulus).collect();
        file
    }

    /// Keeps a judged question as an item or as a doubt.
    fn take(&mut self, mut judge: Judge<'_>) {
        let draft = judge.draft;
        let name = format!("Câu {}", draft.number);
        let stem = judge.text(&draft.stem);
        if stem.is_blank() {
            judge
                .doubts
                .push(Message::new("câu dẫn trống", "the stem is empty"));
        }
        let kind = judge.kind();
        let solution = judge.text(&draft.solution);
        for note in judge.notes.drain(..) {
            self.notes
                .push(Note::new(Some(name.clone()), Some(draft.paragraph), note));
        }
        let source = source(draft);
        match kind.filter(|_| judge.doubts.is_empty()) {
            Some(kind) => self.questions.push(Question {
                item: Item {
                    name,
                    category: if draft.part > 0 {
                        vec![format!("Phần {}", draft.part)]
                    } else {
                        Vec::new()
                    },
                    line: draft.paragraph,
                    stem,
                    kind,
                    media: judge.pictures.into_vec(),
                },
                solution,
                tags: draft.tags.clone(),
                stimulus: draft.shared,
                source,
            }),
            None => self.doubts.push(Doubt {
                question: name,
                paragraph: draft.paragraph,
                reasons: judge.doubts,
                source,
            }),
        }
    }

    /// The file as questions of a paper: shared texts in front of each of their questions, solutions left out. All or
    /// nothing, as with the other formats.
    ///
    /// # Errors
    /// The questions that were not understood.
    pub fn into_import(self) -> Result<Import, Vec<Fault>> {
        let faults = self.faults();
        if !faults.is_empty() {
            return Err(faults);
        }
        let stimuli = self.stimuli;
        let item = |question: Question| match question.stimulus.and_then(|at| stimuli.get(at)) {
            Some(stimulus) => with_stimulus(question.item, &stimulus.text, &stimulus.media),
            None => question.item,
        };
        Ok(Import {
            items: self.questions.into_iter().map(item).collect(),
            notes: self.notes,
        })
    }

    /// The doubts as faults.
    pub fn faults(&self) -> Vec<Fault> {
        let fault = |doubt: &Doubt| {
            let join = |of: fn(&Message) -> &str| doubt.reasons.iter().map(of).collect::<Vec<_>>().join("; ");
            Fault::new(Message::new(join(|reason| &reason.vi), join(|reason| &reason.en)))
                .in_question(&doubt.question)
                .at_line(doubt.paragraph)
        };
        self.doubts.iter().map(fault).collect()
    }

    /// A page that shows source and result side by side, and what was not understood.
    pub fn fidelity_report(&self, file: &str) -> String {
        report::page(self, file)
    }
}

fn stimulus(shared: &reading::Shared) -> (Stimulus, Vec<Message>) {
    let (mut pictures, mut problems) = (Pictures::default(), Vec::new());
    let html = line::html(&shared.lines, &mut pictures, &mut problems);
    let problems = problems.into_iter().map(|(vi, en)| Message::new(vi, en));
    let stimulus = Stimulus {
        text: RichText::sanitised(&html),
        media: pictures.into_vec(),
    };
    (stimulus, problems.collect())
}

/// A question with the shared text in front of its own.
pub(crate) fn with_stimulus(mut item: Item, stimulus: &RichText, pictures: &[Picture]) -> Item {
    let moved = |text: &RichText| text.with_media_moved(pictures.len());
    let own = moved(&item.stem);
    item.stem = RichText::sanitised(&format!("{}<hr>{}", stimulus.as_str(), own.as_str()));
    for text in item.kind.texts_mut() {
        *text = moved(text);
    }
    let mut media = pictures.to_vec();
    media.append(&mut item.media);
    item.media = media;
    item
}

fn source(draft: &Draft) -> String {
    let options = draft.options.iter().flat_map(|option| {
        let text = option
            .lines
            .iter()
            .map(line::Line::plain)
            .collect::<Vec<_>>()
            .join(" ");
        [format!("{}. {}", option.letter, text.trim())]
    });
    draft
        .stem
        .iter()
        .map(line::Line::plain)
        .chain(options)
        .collect::<Vec<_>>()
        .join("\n")
}

#[cfg(test)]
mod tests;
