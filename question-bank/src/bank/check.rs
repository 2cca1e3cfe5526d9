//! What is wrong within a bank: items without versions, references into nothing, questions that no paper would take.
//! Must never change the bank.

use super::Bank;
use super::record::{BankItem, ItemId};
use crate::fault::{Fault, Message};
use crate::paper::check_items;
use crate::scheme::{Scheme, TrueFalseRule};

/// All faults of a bank.
pub fn check(bank: &Bank) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (id, item) in &bank.items {
        let found = item_faults(bank, item);
        faults.extend(found.into_iter().map(|fault| in_item(fault, id)));
    }
    for group in &bank.choice_groups {
        let missing = group.items.iter().any(|id| !bank.items.contains_key(id));
        let count = u32::try_from(group.items.len()).unwrap_or(u32::MAX);
        if missing || group.answered == 0 || group.answered > count {
            faults.push(Fault::new(Message::new(
                format!("nhóm tự chọn «{}» không hợp lệ", group.name),
                format!("choice group “{}” is not valid", group.name),
            )));
        }
    }
    faults
}

fn in_item(fault: Fault, id: &ItemId) -> Fault {
    let question = fault
        .question
        .clone()
        .map_or(id.to_string(), |name| format!("{id} {name}"));
    fault.in_question(question)
}

fn item_faults(bank: &Bank, item: &BankItem) -> Vec<Fault> {
    let Some(version) = item.current() else {
        return vec![Fault::new(Message::new(
            "câu không có phiên bản nào",
            "the item has no version",
        ))];
    };
    // A bank may hold groups of any size; a paper's scheme says what it takes.
    let scheme = Scheme {
        true_false: TrueFalseRule::PerStatement,
        ..Scheme::even()
    };
    let mut faults = check_items(std::slice::from_ref(&version.item), &scheme);
    let numbered = item
        .versions
        .iter()
        .zip(1u32..)
        .all(|(version, number)| version.number == number);
    if !numbered {
        faults.push(Fault::new(Message::new(
            "số phiên bản không liên tục",
            "the versions are not numbered in order",
        )));
    }
    let lost = item.enemies.iter().any(|id| !bank.items.contains_key(id))
        || item
            .cluster
            .as_ref()
            .is_some_and(|id| !bank.clusters.contains_key(id));
    if lost {
        faults.push(Fault::new(Message::new(
            "câu trỏ tới ngữ liệu hoặc câu không có trong ngân hàng",
            "the item refers to a text or an item that the bank does not have",
        )));
    }
    faults
}
