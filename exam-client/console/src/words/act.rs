//! Acts that need two people, and acts of the audit, in words. Must not decide who may do what.

use crate::texts;
use crate::words::Tone;
use exam_browser::language::Language;
use exam_protocol::audit::label;
use exam_protocol::proposal::{CriticalAct, KeyCorrection, Masked, MayDecide, ProposalState};

/// Exactly what was proposed, as a sentence; on what is said beside it.
pub fn critical(language: Language, act: &CriticalAct) -> String {
    match act {
        CriticalAct::StartRoom { .. } => texts::critical::start_room(language).to_owned(),
        CriticalAct::AddTime {
            attempt: None,
            minutes,
            ..
        } => texts::critical::add_time_room(language, minutes),
        CriticalAct::AddTime {
            attempt: Some(_),
            minutes,
            ..
        } => texts::critical::add_time_one(language, minutes),
        CriticalAct::VoidAttempt { .. } => texts::critical::void_attempt(language).to_owned(),
        CriticalAct::ReopenAttempt { minutes, .. } => texts::critical::reopen(language, minutes),
        CriticalAct::Unmask {
            what: Masked::Portrait,
            ..
        } => texts::critical::unmask_portrait(language).to_owned(),
        CriticalAct::Unmask {
            what: Masked::Evidence,
            ..
        } => texts::critical::unmask_evidence(language).to_owned(),
        CriticalAct::CountLate { .. } => texts::critical::count_late(language).to_owned(),
        CriticalAct::AddSittingTime { minutes, .. } => texts::critical::add_time_sitting(language, minutes),
        CriticalAct::Accommodate { percent, minutes, .. } => {
            texts::critical::accommodate(language, minutes, percent)
        }
        CriticalAct::CorrectKey { item, correction, .. } => correct_key(language, item + 1, correction),
    }
}

fn correct_key(language: Language, question: u16, correction: &KeyCorrection) -> String {
    match correction {
        KeyCorrection::FullMarks => texts::critical::full_marks(language, question),
        KeyCorrection::AcceptOption { option } => {
            let letter = char::from(b'A'.saturating_add(*option));
            texts::critical::accept_option(language, letter, question)
        }
        KeyCorrection::AcceptText { text } => texts::critical::accept_text(language, question, text),
    }
}

/// Where a proposal stands.
pub fn proposal_state(language: Language, state: ProposalState) -> (Tone, &'static str) {
    match state {
        ProposalState::Open => (Tone::Warn, texts::proposals::open(language)),
        ProposalState::Done => (Tone::Good, texts::proposals::done(language)),
        ProposalState::Overtaken => (Tone::Warn, texts::proposals::overtaken(language)),
        ProposalState::Rejected => (Tone::Bad, texts::proposals::rejected(language)),
        ProposalState::Withdrawn => (Tone::Plain, texts::proposals::withdrawn(language)),
        ProposalState::Expired => (Tone::Plain, texts::proposals::expired(language)),
    }
}

/// Why this person may not decide.
pub fn hindrance(language: Language, may: MayDecide) -> Option<&'static str> {
    match may {
        MayDecide::Yes | MayDecide::Over => None,
        MayDecide::Own => Some(texts::proposals::own(language)),
        MayDecide::SameOrganisation => Some(texts::proposals::same_organisation(language)),
        MayDecide::NotAllowed => Some(texts::proposals::not_allowed(language)),
    }
}

/// An act of the audit; its stable name where this page does not know it.
pub fn audited(language: Language, name: &str) -> String {
    match (label::of(name), language) {
        (Some(label), Language::Vietnamese) => label.vi.to_owned(),
        (Some(label), Language::English) => label.en.to_owned(),
        (None, _) => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use exam_protocol::id::SittingId;

    #[test]
    fn a_proposal_names_question_and_option_as_people_count() {
        let act = CriticalAct::CorrectKey {
            sitting: SittingId::from_random([1; 16]),
            item: 3,
            correction: KeyCorrection::AcceptOption { option: 1 },
        };
        let said = critical(Language::English, &act);
        assert!(said.contains('4') && said.contains('B'), "{said}");
    }

    #[test]
    fn acts_that_this_page_does_not_know_keep_their_name() {
        assert_eq!(audited(Language::English, "room.start"), "Room started");
        assert_eq!(audited(Language::English, "room.dance"), "room.dance");
    }
}
