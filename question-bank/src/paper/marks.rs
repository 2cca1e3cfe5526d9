//! Who gets how many hundredths. The sum over a paper is the scheme's total, exactly.

use super::section_of;
use crate::fault::{Fault, Message};
use crate::item::Item;
use crate::scheme::{QuestionMarks, Scheme};

/// Marks of each item, in the items' order.
///
/// # Errors
/// When the questions cannot add up to the scheme's total.
pub(super) fn distribute(items: &[Item], scheme: &Scheme) -> Result<Vec<u32>, Fault> {
    // An empty paper has its own fault.
    if items.is_empty() {
        return Ok(Vec::new());
    }
    let rules: Vec<QuestionMarks> = (items.iter())
        .filter_map(|item| Some(scheme.sections[section_of(item.kind.kind(), scheme)?].marks))
        .collect();
    let fixed: u64 = rules
        .iter()
        .map(|rule| {
            if let QuestionMarks::Each(marks) = rule {
                u64::from(*marks)
            } else {
                0
            }
        })
        .sum();
    let weights: u64 = rules
        .iter()
        .map(|rule| {
            if let QuestionMarks::Weight(w) = rule {
                u64::from(*w)
            } else {
                0
            }
        })
        .sum();
    let rest = u64::from(scheme.total).checked_sub(fixed);
    let rest = rest
        .filter(|rest| *rest == 0 || weights > 0)
        .ok_or_else(|| wrong_sum(fixed, scheme.total))?;
    let mut weight_before = 0;
    let share = |weight: u64| (rest * weight).checked_div(weights).unwrap_or(0);
    let marks: Vec<u64> = (rules.iter())
        .map(|rule| match rule {
            QuestionMarks::Each(marks) => u64::from(*marks),
            QuestionMarks::Weight(weight) => {
                let before = weight_before;
                weight_before += u64::from(*weight);
                share(weight_before) - share(before)
            }
        })
        .collect();
    if marks.contains(&0) {
        return Err(too_many(scheme.total));
    }
    Ok(marks
        .into_iter()
        .map(|marks| u32::try_from(marks).unwrap_or(u32::MAX))
        .collect())
}

/// Hundredths as they are written in Vietnam: "2,50".
fn points(hundredths: u64) -> String {
    format!("{},{:02}", hundredths / 100, hundredths % 100)
}

fn wrong_sum(fixed: u64, total: u32) -> Fault {
    let (sum, total) = (points(fixed), points(u64::from(total)));
    Fault::new(Message::new(
        format!(
            "tổng điểm các câu là {sum}, thang điểm đòi {total}; hãy thêm bớt câu hỏi hoặc chọn thang điểm khác"
        ),
        format!(
            "the questions add up to {sum} points, the scheme asks for {total}; change the questions or the scheme"
        ),
    ))
}

fn too_many(total: u32) -> Fault {
    let total = points(u64::from(total));
    Fault::new(Message::new(
        format!("có câu hỏi được 0 điểm khi chia {total} điểm; hãy sửa thang điểm"),
        format!("a question would get 0 of the {total} points; change the scheme"),
    ))
}
