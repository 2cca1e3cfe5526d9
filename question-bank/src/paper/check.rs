//! What makes a paper unfair or unmarkable, with the place and what to do.

use super::{MAX_QUESTIONS, PaperHead, entry_of, item_fault, section_of};
use crate::fault::{Fault, Message};
use crate::item::{Choices, EntryForm, Item, ItemKind, ShortAnswer, ShortKey, Statements, WHOLE};
use crate::number::{fits_grid, grid_reaches};
use crate::rich::RichText;
use crate::scheme::{Scheme, TrueFalseRule};

/// Most options or statements of a question.
const MAX_OPTIONS: usize = 26;
/// Most characters of the grid that a page can show.
const MAX_COLUMNS: u8 = 8;

pub(super) fn head(head: &PaperHead, items: &[Item]) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut fault = |vi: String, en: String| faults.push(Fault::new(Message::new(vi, en)));
    if items.is_empty() {
        fault(
            "đề không có câu hỏi nào".into(),
            "the paper has no questions".into(),
        );
    }
    if items.len() > MAX_QUESTIONS {
        fault(
            format!("đề có {} câu, nhiều nhất là {MAX_QUESTIONS}", items.len()),
            format!(
                "the paper has {} questions, at most {MAX_QUESTIONS} are possible",
                items.len()
            ),
        );
    }
    if head.duration.0 <= 0 {
        fault(
            "thời gian làm bài phải lớn hơn 0".into(),
            "the time allowed must be more than 0".into(),
        );
    }
    faults
}

/// Every kind has its part, and parts have the number of questions that the scheme asks for.
pub(super) fn sections(items: &[Item], scheme: &Scheme) -> Vec<Fault> {
    let mut faults: Vec<Fault> = (items.iter())
        .filter(|item| section_of(item.kind.kind(), scheme).is_none())
        .map(|item| {
            let kind = item.kind.kind();
            item_fault(
                item,
                format!(
                    "thang điểm «{}» không có phần cho dạng câu {}",
                    scheme.name,
                    kind.name_vi()
                ),
                format!(
                    "the scheme “{}” has no part for {} questions",
                    scheme.name,
                    kind.name_en()
                ),
            )
        })
        .collect();
    for (index, section) in scheme.sections.iter().enumerate() {
        let found = items
            .iter()
            .filter(|item| section_of(item.kind.kind(), scheme) == Some(index))
            .count();
        let Some(wanted) = section.questions.filter(|wanted| usize::from(*wanted) != found) else {
            continue;
        };
        faults.push(Fault::new(Message::new(
            format!("phần «{}» cần {wanted} câu, có {found}", section.title),
            format!(
                "part “{}” needs {wanted} questions, there are {found}",
                section.title
            ),
        )));
    }
    faults
}

pub(super) fn item(item: &Item, scheme: &Scheme) -> Vec<Fault> {
    let mut found = Found {
        item,
        faults: Vec::new(),
    };
    if item.stem.is_blank() {
        found.add("phần hỏi trống", "the question has no text");
    }
    found.media(&item.stem);
    match &item.kind {
        ItemKind::SingleChoice(choices) => found.choices(choices, true),
        ItemKind::MultipleResponse(choices) => found.choices(choices, false),
        ItemKind::TrueFalseGroup(group) => found.statements(group, &scheme.true_false),
        ItemKind::ShortAnswer(answer) => found.short_answer(answer, entry_of(answer, scheme)),
        ItemKind::Essay => {}
    }
    found.faults
}

/// The faults of one item, as they are found.
struct Found<'a> {
    item: &'a Item,
    faults: Vec<Fault>,
}

impl Found<'_> {
    fn add(&mut self, vi: impl Into<String>, en: impl Into<String>) {
        self.faults.push(item_fault(self.item, vi, en));
    }

    fn media(&mut self, text: &RichText) {
        for number in text
            .media()
            .into_iter()
            .filter(|number| *number >= self.item.media.len())
        {
            self.add(
                format!("thiếu hình số {number}"),
                format!("picture {number} is missing"),
            );
        }
    }

    fn options<'t>(&mut self, texts: impl Iterator<Item = &'t RichText>, least: usize) {
        let texts: Vec<&RichText> = texts.collect();
        if texts.len() < least || texts.len() > MAX_OPTIONS {
            self.add(
                format!("có {} phương án, cần từ {least} đến {MAX_OPTIONS}", texts.len()),
                format!(
                    "there are {} options, {least} to {MAX_OPTIONS} are needed",
                    texts.len()
                ),
            );
        }
        for (index, text) in texts.iter().enumerate() {
            self.media(text);
            if text.is_blank() {
                self.add(
                    format!("phương án thứ {} trống", index + 1),
                    format!("option {} is empty", index + 1),
                );
            } else if let Some(same) = texts[..index].iter().position(|other| other == text) {
                self.add(
                    format!("phương án thứ {} và {} giống nhau", same + 1, index + 1),
                    format!("options {} and {} are the same", same + 1, index + 1),
                );
            }
        }
    }

    fn choices(&mut self, choices: &Choices, single: bool) {
        self.options(choices.options.iter().map(|option| &option.text), 2);
        let right = choices.options.iter().filter(|option| option.right).count();
        if right == 0 {
            self.add("không có phương án đúng", "no option is right");
        } else if single && right == choices.options.len() {
            self.add("mọi phương án đều đúng", "every option is right");
        }
    }

    fn statements(&mut self, group: &Statements, rule: &TrueFalseRule) {
        self.options(group.statements.iter().map(|statement| &statement.text), 1);
        let TrueFalseRule::StepsPercent(steps) = rule else {
            return;
        };
        if steps.len() != group.statements.len() + 1 {
            let (found, wanted) = (group.statements.len(), steps.len().saturating_sub(1));
            self.add(
                format!("có {found} ý đúng – sai, thang điểm dành cho {wanted} ý"),
                format!("there are {found} true/false statements, the scheme is for {wanted}"),
            );
        }
        if steps.last() != Some(&100) || steps.iter().any(|percent| *percent > 100) {
            self.add(
                "thang điểm đúng – sai phải kết thúc ở 100 %",
                "the scheme's true/false steps must end at 100 %",
            );
        }
    }

    fn short_answer(&mut self, answer: &ShortAnswer, entry: EntryForm) {
        if matches!(entry, EntryForm::Grid(columns) if columns == 0 || columns > MAX_COLUMNS) {
            self.add(
                format!("ô trả lời phải có từ 1 đến {MAX_COLUMNS} cột"),
                format!("the answer grid must have 1 to {MAX_COLUMNS} columns"),
            );
        }
        let shares: Vec<u16> = match &answer.key {
            ShortKey::Text { accepted, .. } => accepted.iter().map(|text| text.share).collect(),
            ShortKey::Number { accepted } => accepted.iter().map(|range| range.share).collect(),
        };
        if !shares.contains(&WHOLE) || shares.iter().any(|share| *share > WHOLE) {
            self.add(
                "không có đáp án được trọn điểm",
                "no accepted answer earns all marks",
            );
        }
        for key in untypable(&answer.key, entry) {
            self.add(
                format!(
                    "không thí sinh nào gõ được đáp án «{key}» ({}); hãy sửa đáp án hoặc cách nhập",
                    entry_vi(entry)
                ),
                format!(
                    "no candidate could type the key “{key}” ({}); change the key or the entry",
                    entry_en(entry)
                ),
            );
        }
    }
}

/// Keys that nobody could type, as they are shown to the office.
fn untypable(key: &ShortKey, entry: EntryForm) -> Vec<String> {
    match (key, entry) {
        (ShortKey::Number { accepted }, EntryForm::Grid(columns)) => (accepted.iter())
            .filter(|range| range.low > range.high || !grid_reaches(&range.low, &range.high, columns))
            .map(range_text)
            .collect(),
        (ShortKey::Number { accepted }, _) => accepted
            .iter()
            .filter(|range| range.low > range.high)
            .map(range_text)
            .collect(),
        (ShortKey::Text { accepted, .. }, EntryForm::Grid(columns)) => accepted
            .iter()
            .filter(|key| !fits_grid(&key.text, columns))
            .map(|key| key.text.clone())
            .collect(),
        (ShortKey::Text { accepted, .. }, EntryForm::Text(most)) => (accepted.iter())
            .filter(|key| key.text.trim().is_empty() || key.text.chars().count() > usize::from(most))
            .map(|key| key.text.clone())
            .collect(),
        (ShortKey::Text { accepted, .. }, EntryForm::Number) => (accepted.iter())
            .filter(|key| crate::number::Decimal::parse(&key.text).is_none())
            .map(|key| key.text.clone())
            .collect(),
    }
}

fn range_text(range: &crate::item::AcceptedRange) -> String {
    if range.low == range.high {
        range.low.to_string()
    } else {
        format!("{} … {}", range.low, range.high)
    }
}

fn entry_vi(entry: EntryForm) -> String {
    match entry {
        EntryForm::Grid(columns) => {
            format!("ô {columns} cột: chữ số, dấu - ở cột 1, dấu phẩy ở cột 2 hoặc 3")
        }
        EntryForm::Text(most) => format!("văn bản, nhiều nhất {most} kí tự"),
        EntryForm::Number => "số thập phân".to_owned(),
    }
}

fn entry_en(entry: EntryForm) -> String {
    match entry {
        EntryForm::Grid(columns) => {
            format!("grid of {columns} columns: digits, minus in column 1, comma in column 2 or 3")
        }
        EntryForm::Text(most) => format!("text of at most {most} characters"),
        EntryForm::Number => "decimal number".to_owned(),
    }
}
