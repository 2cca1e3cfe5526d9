//! The state machine, taking items in, the signed file, differences.

use super::difference::{What, difference};
use super::state::{Refused, next};
use super::*;
use crate::import::gift;
use certs::signing::SigningKey;
use proptest::prelude::*;
use ring::rand::SystemRandom;

fn bank() -> (Bank, ItemId) {
    let mut bank = Bank::default();
    let item = gift("Một cộng một? {=hai ~ba}".as_bytes())
        .unwrap()
        .items
        .remove(0);
    let taken = Intake::new(&mut bank, "lan", 1)
        .take(new(item), &SystemRandom::new())
        .unwrap();
    let Taken::Added(id) = taken else { panic!() };
    (bank, id)
}

fn new(item: Item) -> NewItem {
    NewItem {
        item,
        solution: RichText::default(),
        metadata: Metadata::default(),
        cluster: None,
    }
}

#[test]
fn three_persons_are_needed() {
    let (mut bank, id) = bank();
    let item = bank.items.get_mut(&id).unwrap();
    assert_eq!(item.act(Act::Submit, "minh", 2, ""), Err(Refused::NotAuthor));
    item.act(Act::Submit, "lan", 2, "").unwrap();
    assert_eq!(item.act(Act::Review, "lan", 3, ""), Err(Refused::IsAuthor));
    item.act(Act::Review, "minh", 3, "tốt").unwrap();
    assert_eq!(item.act(Act::Approve, "minh", 4, ""), Err(Refused::IsReviewer));
    assert_eq!(item.act(Act::Approve, "lan", 4, ""), Err(Refused::IsAuthor));
    item.act(Act::Approve, "hoa", 4, "").unwrap();
    item.act(Act::Lock, "hoa", 5, "").unwrap();
    let version = item.versions[0].clone();
    assert_eq!(item.rewrite(version, ""), Err(Refused::State(State::Locked)));
    assert_eq!(item.history.len(), 5);
}

#[test]
fn the_same_question_is_taken_once() {
    let (mut bank, id) = bank();
    let again = new(bank.whole(&id).unwrap());
    assert_eq!(
        Intake::new(&mut bank, "minh", 2)
            .take(again, &SystemRandom::new())
            .unwrap(),
        Taken::Known(id)
    );
}

#[test]
fn items_stay_in_the_order_in_which_they_came() {
    let mut bank = Bank::default();
    for number in 0..9 {
        let text = format!("Câu số {number}? {{=hai ~ba}}");
        let item = gift(text.as_bytes()).unwrap().items.remove(0);
        let mut intake = Intake::new(&mut bank, "lan", 1);
        intake.take(new(item), &SystemRandom::new()).unwrap();
    }
    let stems: Vec<String> = bank.in_order().iter().map(|item| item.stem.text()).collect();
    let wanted: Vec<String> = (0..9).map(|number| format!("Câu số {number}?")).collect();
    assert_eq!(stems, wanted);
}

#[test]
fn a_changed_file_is_not_opened() {
    let rng = SystemRandom::new();
    let key = SigningKey::generate(&rng).unwrap();
    let (bank, _) = bank();
    let text = file::write(&bank, &key, &rng).unwrap();
    let opened = file::read(text.as_bytes()).unwrap();
    assert_eq!((&opened.bank, opened.signed_by), (&bank, key.public_key()));
    let changed = text.replace("hai", "bốn");
    assert_ne!(changed, text);
    assert!(matches!(
        file::read(changed.as_bytes()),
        Err(file::Error::Signature)
    ));
    assert!(matches!(file::read(b"{}"), Err(file::Error::Json(_))));
}

#[test]
fn differences_name_what_changed() {
    let (before, id) = bank();
    let mut after = before.clone();
    let item = after.items.get_mut(&id).unwrap();
    item.metadata.subject = "Toán".to_owned();
    let mut version = item.versions[0].clone();
    version.item.stem = RichText::plain("Hai cộng hai?");
    item.rewrite(version, "").unwrap();
    let changes = difference(&before, &after);
    assert_eq!(changes[0].what, [What::Question, What::Metadata, What::Record]);
    assert_eq!(difference(&before, &Bank::default())[0].what, [What::Removed]);
    assert!(difference(&before, &before).is_empty());
}

proptest! {
    /// Whatever people do: a version that is approved was written, reviewed and approved by three persons.
    #[test]
    fn nobody_judges_alone(acts in proptest::collection::vec((0u8..9, 0u8..4), 0..60)) {
        const ACTS: [Act; 9] = [Act::Write, Act::Submit, Act::RequestChanges, Act::Review, Act::Approve, Act::StartTrial,
            Act::Calibrate, Act::Lock, Act::Retire];
        let (mut bank, id) = bank();
        let item = bank.items.get_mut(&id).unwrap();
        for (act, person) in acts {
            let (act, person) = (ACTS[usize::from(act)], format!("p{person}"));
            let possible = next(item.state, act).is_some();
            let done = if act == Act::Write {
                let version = Version { author: person, ..item.versions[0].clone() };
                item.rewrite(version, "").is_ok()
            } else {
                item.act(act, &person, 0, "").is_ok()
            };
            prop_assert!(possible || !done);
            if matches!(item.state, State::Approved | State::Trial | State::Calibrated | State::Locked) {
                let version = item.current().unwrap();
                let by = |act| item.history.iter().filter(|e| e.act == act && e.version == version.number).map(|e| e.person.clone()).next_back().unwrap();
                let (author, reviewer, approver) = (version.author.clone(), by(Act::Review), by(Act::Approve));
                prop_assert!(author != reviewer && reviewer != approver && author != approver);
            }
        }
    }
}
