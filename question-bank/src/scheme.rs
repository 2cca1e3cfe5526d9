//! The marking scheme as data: parts, marks and rules of a paper in integer hundredths. Must never use floats.

use crate::item::{EntryForm, Kind};
use serde::{Deserialize, Serialize};

/// How a paper is divided into parts and marked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scheme {
    /// Shown to staff.
    pub name: String,
    /// Marks of the whole paper in hundredths; 1,000 is ten points.
    pub total: u32,
    /// The parts in order; those without questions are left out of the paper.
    pub sections: Vec<SectionScheme>,
    /// How right statements of a true/false group earn marks.
    #[serde(default)]
    pub true_false: TrueFalseRule,
    /// How multiple response earns marks.
    #[serde(default)]
    pub multiple_response: MultipleResponseRule,
    /// How numbers are typed where the question does not say.
    #[serde(default = "grid_of_2025")]
    pub number_entry: EntryForm,
    /// Most characters of a short text where the question does not say.
    #[serde(default = "short_text")]
    pub text_characters: u16,
    /// Most characters of an essay.
    #[serde(default = "essay_text")]
    pub essay_characters: u32,
}

/// One part of a paper.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SectionScheme {
    /// Heading without its number; "Phần I." and so on is put before it.
    pub title: String,
    /// Which kinds of question go here.
    pub kinds: Vec<Kind>,
    /// How many questions there must be; any number if absent.
    #[serde(default)]
    pub questions: Option<u16>,
    /// What each question is worth.
    pub marks: QuestionMarks,
}

/// What each question of a part is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QuestionMarks {
    /// So many hundredths.
    Each(u32),
    /// A share of what the fixed questions leave of the total, by weight; the sum is exact.
    Weight(u32),
}

/// How right statements of a true/false group earn marks. A blank statement is never right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrueFalseRule {
    /// Percent of the question's marks by the number of right statements, from 0 right to all right.
    StepsPercent(Vec<u32>),
    /// Each statement the same share.
    PerStatement,
}

impl Default for TrueFalseRule {
    /// 0 → 0; 1 → 0.1; 2 → 0.25; 3 → 0.5; 4 → 1.0 (exam-domain 1.2).
    fn default() -> Self {
        Self::StepsPercent(vec![0, 10, 25, 50, 100])
    }
}

/// How multiple response earns marks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MultipleResponseRule {
    /// All right options and no other.
    #[default]
    AllOrNothing,
    /// (right ones chosen − wrong ones chosen) / right ones, never below zero.
    Proportional,
}

fn grid_of_2025() -> EntryForm {
    EntryForm::Grid(4)
}

fn short_text() -> u16 {
    100
}

fn essay_text() -> u32 {
    20_000
}

impl Scheme {
    /// Ten points split evenly over all questions, in hundredths, so that the sum is exactly 1,000.
    pub fn even() -> Self {
        let sections = Kind::ALL
            .into_iter()
            .map(|kind| section(kind, None, QuestionMarks::Weight(1)))
            .collect();
        Self {
            name: "Chia đều 10 điểm".to_owned(),
            ..Self::of_sections(sections)
        }
    }

    /// The structure of the graduation exam since 2025 for a subject (QĐ 764/QĐ-BGDĐT, annex A; exam-domain 1.1), by
    /// its code: `toan`, `vat-li`, `hoa-hoc`, `sinh-hoc`, `dia-li`, `lich-su`, `gdktpl`, `cong-nghe`, `ngoai-ngu`.
    ///
    /// `None` for other subjects: literature has no fixed marks per question, informatics needs choice groups.
    pub fn graduation_2025(subject: &str) -> Option<Self> {
        let (name, counts, short_marks) = match subject {
            "toan" => ("Toán", [12, 4, 6], 50),
            "vat-li" => ("Vật lí", [18, 4, 6], 25),
            "hoa-hoc" => ("Hóa học", [18, 4, 6], 25),
            "sinh-hoc" => ("Sinh học", [18, 4, 6], 25),
            "dia-li" => ("Địa lí", [18, 4, 6], 25),
            "lich-su" => ("Lịch sử", [24, 4, 0], 0),
            "gdktpl" => ("Giáo dục kinh tế và pháp luật", [24, 4, 0], 0),
            "cong-nghe" => ("Công nghệ", [24, 4, 0], 0),
            "ngoai-ngu" => ("Ngoại ngữ", [40, 0, 0], 0),
            _ => return None,
        };
        let marks = [25, 100, short_marks].map(QuestionMarks::Each);
        let kinds = [Kind::SingleChoice, Kind::TrueFalseGroup, Kind::ShortAnswer];
        let sections = (kinds.into_iter().zip(counts).zip(marks))
            .filter(|((_, count), _)| *count > 0)
            .map(|((kind, count), marks)| section(kind, Some(count), marks))
            .collect();
        Some(Self {
            name: format!("Tốt nghiệp THPT từ 2025: {name}"),
            ..Self::of_sections(sections)
        })
    }

    /// Codes that [`Scheme::graduation_2025`] knows.
    pub const GRADUATION_2025: [&str; 9] = [
        "toan",
        "vat-li",
        "hoa-hoc",
        "sinh-hoc",
        "dia-li",
        "lich-su",
        "gdktpl",
        "cong-nghe",
        "ngoai-ngu",
    ];

    /// A scheme of a person's file.
    ///
    /// # Errors
    /// What is wrong and where, from the JSON reader.
    pub fn from_json(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }

    fn of_sections(sections: Vec<SectionScheme>) -> Self {
        Self {
            name: String::new(),
            total: 1_000,
            sections,
            true_false: TrueFalseRule::default(),
            multiple_response: MultipleResponseRule::default(),
            number_entry: grid_of_2025(),
            text_characters: short_text(),
            essay_characters: essay_text(),
        }
    }
}

fn section(kind: Kind, questions: Option<u16>, marks: QuestionMarks) -> SectionScheme {
    let title = match kind {
        Kind::SingleChoice => "Câu trắc nghiệm nhiều phương án lựa chọn",
        Kind::MultipleResponse => "Câu trắc nghiệm chọn nhiều phương án đúng",
        Kind::TrueFalseGroup => "Câu trắc nghiệm đúng sai",
        Kind::ShortAnswer => "Câu trắc nghiệm trả lời ngắn",
        Kind::Essay => "Tự luận",
    };
    SectionScheme {
        title: title.to_owned(),
        kinds: vec![kind],
        questions,
        marks,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_structures_of_2025_add_up_to_ten() {
        for subject in Scheme::GRADUATION_2025 {
            let scheme = Scheme::graduation_2025(subject).unwrap();
            let sum: u32 = (scheme.sections.iter())
                .map(|s| match s.marks {
                    QuestionMarks::Each(marks) => marks * u32::from(s.questions.unwrap()),
                    QuestionMarks::Weight(_) => 0,
                })
                .sum();
            assert_eq!(sum, scheme.total, "{subject}");
        }
        assert_eq!(Scheme::graduation_2025("tin-hoc"), None);
    }

    #[test]
    fn a_scheme_is_data() {
        let text = r#"{"name": "Trường tôi", "total": 1000, "true_false": "per_statement", "number_entry": "number",
            "sections": [{"title": "Trắc nghiệm", "kinds": ["single_choice"], "marks": {"each": 25}}]}"#;
        let scheme = Scheme::from_json(text).unwrap();
        assert_eq!(
            (scheme.true_false, scheme.number_entry),
            (TrueFalseRule::PerStatement, EntryForm::Number)
        );
        let round: Scheme = Scheme::from_json(&serde_json::to_string(&Scheme::even()).unwrap()).unwrap();
        assert_eq!(round, Scheme::even());
        let error = Scheme::from_json("{\"name\": \"x\", \"totl\": 5}").unwrap_err();
        assert!(error.to_string().contains("totl"), "{error}");
    }
}
