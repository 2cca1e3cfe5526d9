//! One `<question>` of Moodle XML. A type that is not supported is a fault with its name and line.

use super::element::{Lines, child, children, flag, formatted, inner_text, text};
use crate::fault::Message;
use crate::import::collect::{Draft, Findings, Place, Read, Refused};
use crate::import::gift::{category, check_weights};
use crate::import::weight::{self, FULL, Weight};
use crate::import::{entry, order};
use crate::item::{EntryForm, ItemKind};
use crate::number::Decimal;
use crate::rich::RichText;
use crate::rich::picture::{Pictures, decode_base64};
use roxmltree::Node;

/// Reads questions one after another and remembers the category.
pub(super) struct Reader<'a> {
    pub(super) lines: &'a Lines,
    pub(super) findings: &'a mut Findings,
    pub(super) category: Vec<String>,
}

/// A question being read.
pub(super) struct Question<'a, 'n, 'i> {
    pub(super) node: Node<'n, 'i>,
    place: &'a Place,
    findings: &'a mut Findings,
    pictures: Pictures,
}

impl Reader<'_> {
    /// Reads the `number`-th element of the file; what is wrong goes to the findings, and then there is nothing.
    pub(super) fn read(&mut self, node: Node<'_, '_>, number: usize) -> Option<Read> {
        let title = text(node, "name").map(|title| title.split_whitespace().collect::<Vec<_>>().join(" "));
        let title = title.filter(|title| !title.is_empty());
        let name = title.clone().unwrap_or_else(|| format!("Câu {number}"));
        let place = Place {
            name,
            line: self.lines.line(node),
        };
        if !node.has_tag_name("question") {
            let name = node.tag_name().name();
            self.findings.fault(
                &place,
                format!("phần tử <{name}> không hiểu được"),
                format!("<{name}> is not understood"),
            );
            return None;
        }
        let kind = node.attribute("type").unwrap_or_default();
        if kind == "category" {
            self.category = category(&text(node, "category").unwrap_or_default());
            return None;
        }
        let mut question = Question {
            node,
            place: &place,
            findings: self.findings,
            pictures: Pictures::default(),
        };
        let stem = question.stem();
        let answered = question.answered(kind)?;
        let media = question.pictures.into_vec();
        let draft = Draft {
            titled: title.is_some(),
            category: self.category.clone(),
            stem,
            media,
            place,
        };
        Some(match answered {
            Answered::Nothing => Read::Description(draft),
            Answered::TrueFalse(right) => Read::TrueFalse(draft, right),
            Answered::Kind(kind) => Read::Item(draft, kind),
        })
    }
}

/// What the answers make of a question.
enum Answered {
    /// A description.
    Nothing,
    TrueFalse(bool),
    Kind(ItemKind),
}

impl<'n, 'i> Question<'_, 'n, 'i> {
    fn answered(&mut self, kind: &str) -> Option<Answered> {
        let kind = match kind {
            "description" => return Some(Answered::Nothing),
            "truefalse" => return self.true_false().map(Answered::TrueFalse),
            "multichoice" => self.multiple_choice()?,
            "shortanswer" => self.short_answer()?,
            "numerical" => self.numerical()?,
            "essay" => self.essay(),
            "kprime" | "mtf" => self.statements()?,
            other => {
                let (vi, en) = unsupported(other);
                self.fault(vi, en);
                return None;
            }
        };
        if let Some(note) = entry::note(&kind) {
            self.findings.note(self.place, note);
        }
        Some(Answered::Kind(kind))
    }

    pub(super) fn fault(&mut self, vi: impl Into<String>, en: impl Into<String>) {
        self.findings.fault(self.place, vi, en);
    }

    fn stem(&mut self) -> RichText {
        let Some(node) = child(self.node, "questiontext") else {
            return RichText::default();
        };
        let mut source = formatted(node);
        // Moodle 1.9 kept one picture beside the text; it was shown below it.
        if let Some((name, data)) = self.old_picture() {
            source.text += "<p><img src=\"@@PLUGINFILE@@/image\"></p>";
            source.files.insert(name, data);
        }
        self.convert(&source)
    }

    fn old_picture(&mut self) -> Option<(String, Vec<u8>)> {
        let base64 = text(self.node, "image_base64").filter(|base64| !base64.is_empty())?;
        let data = decode_base64(&base64);
        if data.is_none() {
            self.fault(
                "hình trong <image_base64> bị hỏng",
                "the picture in <image_base64> is broken",
            );
        }
        Some(("image".to_owned(), data?))
    }

    pub(super) fn rich(&mut self, node: Node<'_, '_>) -> RichText {
        self.convert(&formatted(node))
    }

    fn convert(&mut self, source: &super::element::Formatted) -> RichText {
        for name in &source.broken {
            self.fault(
                format!("tệp đính kèm «{name}» bị hỏng (base64)"),
                format!("attached file “{name}” is broken (base64)"),
            );
        }
        let unused: Vec<&String> = source
            .files
            .keys()
            .filter(|name| !mentions(&source.text, name))
            .collect();
        for name in unused {
            self.findings.note(
                self.place,
                Message::new(
                    format!("tệp đính kèm «{name}» không được câu hỏi dùng tới, bị bỏ"),
                    format!("attached file “{name}” is not used by the question and left out"),
                ),
            );
        }
        self.findings.text(
            self.place,
            (&source.text, source.format),
            &mut self.pictures,
            &source.files,
        )
    }

    /// Each answer with its weight.
    fn weighted(&mut self) -> Option<Vec<(Node<'n, 'i>, Weight)>> {
        let mut answers = Vec::new();
        for answer in children(self.node, "answer") {
            let fraction = answer.attribute("fraction").unwrap_or_default();
            let Some(weight) = weight::parse(fraction) else {
                self.fault(
                    format!("trọng số «{fraction}» không hiểu được"),
                    format!("fraction “{fraction}” is not understood"),
                );
                return None;
            };
            answers.push((answer, weight));
        }
        Some(answers)
    }

    fn multiple_choice(&mut self) -> Option<ItemKind> {
        let single = flag(self.node, "single").unwrap_or(true);
        let answers = self.weighted()?;
        let weights: Vec<Weight> = answers.iter().map(|(_, weight)| *weight).collect();
        check_weights(single, &weights, self.place, self.findings)?;
        let options = answers
            .into_iter()
            .map(|(node, weight)| (self.rich(node), weight > 0))
            .collect();
        let choices = order::choices(options, flag(self.node, "shuffleanswers").unwrap_or(true));
        Some(if single {
            ItemKind::SingleChoice(choices)
        } else {
            ItemKind::MultipleResponse(choices)
        })
    }

    fn true_false(&mut self) -> Option<bool> {
        let answers = self.weighted()?;
        let right = answers
            .iter()
            .find(|(_, weight)| *weight == FULL)
            .map(|(node, _)| inner_text(*node).trim().to_lowercase());
        match right.as_deref() {
            Some("true") => Some(true),
            Some("false") => Some(false),
            _ => {
                self.fault(
                    "câu đúng – sai không cho biết đáp án",
                    "the true/false question does not say which is right",
                );
                None
            }
        }
    }

    fn short_answer(&mut self) -> Option<ItemKind> {
        let accepted = self.weighted()?.into_iter().filter(|(_, weight)| *weight > 0);
        let accepted = accepted
            .map(|(node, weight)| (inner_text(node).trim().to_owned(), weight))
            .collect();
        let entry = self.entry().ok()?;
        Some(entry::text(
            accepted,
            flag(self.node, "usecase").unwrap_or(false),
            entry,
        ))
    }

    fn numerical(&mut self) -> Option<ItemKind> {
        let mut accepted = Vec::new();
        for (node, weight) in self.weighted()?.into_iter().filter(|(_, weight)| *weight > 0) {
            let value = inner_text(node).trim().to_owned();
            let tolerance = text(node, "tolerance")
                .filter(|tolerance| !tolerance.is_empty())
                .unwrap_or_else(|| "0".to_owned());
            let Some((low, high)) = around(&value, &tolerance) else {
                let vi = format!("«{value}» sai số «{tolerance}» không phải số thập phân");
                self.fault(
                    vi,
                    format!("“{value}” with tolerance “{tolerance}” is no decimal number"),
                );
                return None;
            };
            accepted.push((low, high, weight));
        }
        if child(self.node, "units").is_some_and(|units| children(units, "unit").next().is_some()) {
            self.findings.note(
                self.place,
                Message::new(
                    "đơn vị bị bỏ: thí sinh chỉ gõ số; hãy ghi đơn vị trong câu hỏi",
                    "units are left out: candidates type the number only; say the unit in the question",
                ),
            );
        }
        let entry = self.entry().ok()?;
        Some(entry::number(accepted, entry))
    }

    fn essay(&mut self) -> ItemKind {
        let filled =
            |name: &str| child(self.node, name).is_some_and(|node| !inner_text(node).trim().is_empty());
        if filled("responsetemplate") {
            self.findings.note(
                self.place,
                Message::new("mẫu trả lời bị bỏ", "the response template is left out"),
            );
        }
        if text(self.node, "attachments").is_some_and(|count| count != "0" && !count.is_empty()) {
            self.findings.note(
                self.place,
                Message::new("thí sinh không nộp được tệp", "candidates cannot hand in files"),
            );
        }
        ItemKind::Essay
    }

    fn entry(&mut self) -> Result<Option<EntryForm>, Refused> {
        let tags: Vec<String> = child(self.node, "tags")
            .map(|tags| {
                children(tags, "tag")
                    .map(|tag| inner_text(tag).trim().to_owned())
                    .collect()
            })
            .unwrap_or_default();
        entry::of_tags(&tags).map_err(|fault| {
            self.fault(fault.vi, fault.en);
            Refused
        })
    }
}

fn around(value: &str, tolerance: &str) -> Option<(Decimal, Decimal)> {
    entry::decimal(value)?.around(&entry::decimal(tolerance)?)
}

/// Whether a text refers to a file, written as it is or percent-encoded.
fn mentions(text: &str, name: &str) -> bool {
    let encoded: String = name
        .bytes()
        .map(|b| {
            if b.is_ascii_alphanumeric() || b"-_.~".contains(&b) {
                char::from(b).to_string()
            } else {
                format!("%{b:02X}")
            }
        })
        .collect();
    text.contains(name) || text.contains(&encoded) || text.contains(&name.replace(' ', "%20"))
}

/// The name of a type that cannot be read.
fn unsupported(kind: &str) -> (String, String) {
    let known = match kind {
        "cloze" | "multianswer" => "điền vào chỗ trống trong đoạn (cloze)",
        "matching" => "ghép đôi",
        "ddwtos" | "gapselect" => "kéo thả hoặc chọn từ vào chỗ trống",
        "ddimageortext" | "ddmarker" => "kéo thả trên hình",
        "ordering" => "sắp thứ tự",
        "calculated" | "calculatedsimple" | "calculatedmulti" => "tính theo công thức",
        "randomsamatch" | "random" => "câu hỏi ngẫu nhiên",
        _ => "lạ",
    };
    (
        format!("dạng câu «{kind}» ({known}) chưa được hỗ trợ"),
        format!("question type “{kind}” is not supported"),
    )
}
