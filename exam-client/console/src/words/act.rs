//! Acts that need two people, and acts of the audit, in words. Must not decide who may do what.

use crate::core::clock;
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
pub fn hindrance(language: Language, may: MayDecide) -> Option<String> {
    let again = |why: &'static str, until| {
        let from = clock::date_and_time(until);
        format!("{why} {}", texts::proposals::again_from(language, from))
    };
    match may {
        MayDecide::Yes | MayDecide::Over => None,
        MayDecide::Own => Some(texts::proposals::own(language).to_owned()),
        MayDecide::SameOrganisation => Some(texts::proposals::same_organisation(language).to_owned()),
        MayDecide::ChangedSince => Some(texts::proposals::changed_since(language).to_owned()),
        MayDecide::Touched { until } => Some(again(texts::proposals::touched(language), until)),
        MayDecide::Emergency { until } => Some(again(texts::proposals::emergency(language), until)),
        MayDecide::OneHand { until } => Some(again(texts::proposals::one_hand(language), until)),
        MayDecide::Moved { until } => Some(again(texts::proposals::moved(language), until)),
        MayDecide::NotAllowed => Some(texts::proposals::not_allowed(language).to_owned()),
    }
}

/// Who acted, or what was acted on: the name that the server knows, with the kind of thing before it; the raw id stays a
/// detail. `raw` is `kind:id`, or one of the actors that are no person.
pub fn party(language: Language, raw: &str, name: &str) -> String {
    let (kind, id) = raw.split_once(':').unwrap_or((raw, ""));
    let kind = match kind {
        "" => return String::new(),
        "nobody" => texts::audit::nobody(language),
        "command" => texts::audit::command(language),
        "server" => texts::audit::server(language),
        "audit" => texts::audit::heading(language),
        "staff" => texts::audit::staff(language),
        "station" | "machine" => texts::audit::machine(language),
        "seat" | "attempt" => texts::audit::attempt(language),
        "room" => texts::audit::room(language),
        "sitting" => texts::audit::sitting(language),
        "exam" => texts::audit::exam(language),
        "site" => texts::audit::site(language),
        "organisation" => texts::audit::organisation(language),
        "checkin" => texts::audit::checkin(language),
        "proposal" => texts::audit::proposal(language),
        "certificate" | "signer" => texts::audit::certificate(language),
        "revocation-list" => texts::audit::revocation_list(language),
        other => other,
    };
    match (name, id) {
        ("", "") => kind.to_owned(),
        ("", id) => format!("{kind} {}", id.chars().take(8).collect::<String>()),
        (name, _) if raw.starts_with("staff:") => name.to_owned(),
        (name, _) => format!("{kind} {name}"),
    }
}

/// A member of the particulars in words, where it is a common one.
pub fn member(language: Language, name: &str) -> String {
    let known = match name {
        "state" | "enabled" => texts::audit::state(language),
        "minutes" => texts::audit::minutes(language),
        "attempt" => texts::audit::attempt(language),
        "checkin" => texts::audit::checkin(language),
        "organisation" => texts::audit::organisation(language),
        "role" | "grant" => texts::audit::role(language),
        "site" => texts::audit::site(language),
        "exam" => texts::audit::exam(language),
        "rooms" | "room" => texts::audit::room(language),
        "candidates" => texts::audit::candidates(language),
        "file" | "files" => texts::audit::file(language),
        "name" => texts::audit::name(language),
        "reason" => texts::action::reason(language),
        "second" => texts::candidate::second(language),
        "ends_at" => texts::audit::ends_at(language),
        "action" => texts::audit::act(language),
        "from" => texts::audit::from(language),
        other => return other.to_owned(),
    };
    known.to_owned()
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
    fn people_read_names_and_kinds_not_ids() {
        let vi = Language::Vietnamese;
        assert_eq!(party(vi, "staff:0011", "Nguyễn Thị Lan"), "Nguyễn Thị Lan");
        assert_eq!(party(vi, "room:0011", "P01"), "Phòng thi P01");
        assert_eq!(party(vi, "machine:00112233445566", ""), "Máy 00112233");
        assert_eq!(party(vi, "command", ""), "Dòng lệnh trên máy chủ");
        assert_eq!(party(Language::English, "other:1", ""), "other 1");
    }

    #[test]
    fn acts_that_this_page_does_not_know_keep_their_name() {
        assert_eq!(audited(Language::English, "room.start"), "Room started");
        assert_eq!(audited(Language::English, "room.dance"), "room.dance");
    }
}
