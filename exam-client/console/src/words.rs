//! Which text stands for which value of the protocol. Must not decide anything and must not touch the browser.

pub mod absence;
pub mod account_change;
pub mod act;
pub mod factor;
pub mod machine;
pub mod people;
pub mod plan;
pub mod reason;
pub mod right;

use crate::core::action::{ActionKind, Concerned};
use crate::core::address::Section;
use crate::core::board::{self, Filter, Link};
use crate::core::clock::{self, Age};
use crate::texts;
use crate::words::reason::Part;
use exam_browser::fetch::Failure;
use exam_browser::language::Language;
use exam_protocol::checkin::{AdmissionRule, Finding, Verdict};
use exam_protocol::console::{Admission, CheckinStatus, CheckinView, Progress, RoomState};
use exam_protocol::station::{ReadFailure, ReadStep};
use exam_protocol::time::Millis;

/// How a value looks: always together with an icon and a text, never alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// As it should be.
    Good,
    /// Look here.
    Warn,
    /// Wrong.
    Bad,
    /// Nothing to say.
    Plain,
}

impl Tone {
    /// The class in `console.css`.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Good => "tone-good",
            Self::Warn => "tone-warn",
            Self::Bad => "tone-bad",
            Self::Plain => "tone-plain",
        }
    }
}

/// What went wrong, in plain words.
pub fn failure(language: Language, failure: &Failure) -> String {
    match failure {
        Failure::Refused(problem) => {
            let detail = match language {
                Language::Vietnamese => &problem.detail,
                Language::English => &problem.detail_en,
            };
            match problem.place.as_str() {
                "" => detail.clone(),
                place => format!("{detail} {}", texts::problem::place(language, place)),
            }
        }
        Failure::NoAnswer => texts::problem::no_line(language).to_owned(),
        Failure::Status(_) | Failure::Unreadable => texts::problem::unreadable(language).to_owned(),
    }
}

/// A section of the console.
pub fn section(language: Language, section: Section) -> &'static str {
    match section {
        Section::Rooms | Section::Room(_) => texts::menu::rooms(language),
        Section::People | Section::PeopleImport | Section::AccessReview => texts::menu::people(language),
        Section::Machines => texts::menu::machines(language),
        Section::Signers => texts::menu::signers(language),
        Section::Proposals => texts::menu::proposals(language),
        Section::Audit => texts::menu::audit(language),
        Section::Account => texts::menu::account(language),
    }
}

/// The name of a section in tests.
pub const fn section_slug(section: Section) -> &'static str {
    match section {
        Section::Rooms | Section::Room(_) => "rooms",
        Section::People | Section::PeopleImport | Section::AccessReview => "people",
        Section::Machines => "machines",
        Section::Signers => "signers",
        Section::Proposals => "proposals",
        Section::Audit => "audit",
        Section::Account => "account",
    }
}

/// What a browser calls itself, as far as people know the name.
pub fn agent(agent: &str) -> String {
    let known = [
        ("Edg/", "Edge"),
        ("Firefox/", "Firefox"),
        ("Chrom", "Chrome"),
        ("Safari/", "Safari"),
    ];
    let systems = [
        ("Windows", "Windows"),
        ("Android", "Android"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    ];
    let find = |list: &[(&str, &'static str)]| {
        list.iter()
            .find(|(mark, _)| agent.contains(mark))
            .map(|(_, name)| *name)
    };
    match (find(&known), find(&systems)) {
        (Some(browser), Some(system)) => format!("{browser} · {system}"),
        (Some(browser), None) => browser.to_owned(),
        _ => agent.chars().take(40).collect(),
    }
}

/// State of a room.
pub fn state(language: Language, state: RoomState) -> &'static str {
    match state {
        RoomState::Planned => texts::state::planned(language),
        RoomState::Open => texts::state::open(language),
        RoomState::Running => texts::state::running(language),
        RoomState::Paused => texts::state::paused(language),
        RoomState::Ended => texts::state::ended(language),
        RoomState::Closed => texts::state::closed(language),
    }
}

/// The name of a room state in classes and tests.
pub const fn state_slug(state: RoomState) -> &'static str {
    match state {
        RoomState::Planned => "planned",
        RoomState::Open => "open",
        RoomState::Running => "running",
        RoomState::Paused => "paused",
        RoomState::Ended => "ended",
        RoomState::Closed => "closed",
    }
}

/// How far a candidate is in a room of this state.
pub fn progress(language: Language, progress: Progress, state: RoomState) -> (Tone, &'static str) {
    match progress {
        Progress::Absent if board::may_still_come(state) => {
            (Tone::Plain, texts::progress::not_yet_come(language))
        }
        Progress::Absent => (Tone::Plain, texts::progress::absent(language)),
        Progress::Admitted => (Tone::Warn, texts::progress::admitted(language)),
        Progress::Seated => (Tone::Good, texts::progress::seated(language)),
        Progress::Working if state == RoomState::Paused => (Tone::Warn, texts::progress::paused(language)),
        Progress::Working => (Tone::Good, texts::progress::working(language)),
        Progress::HandedIn => (Tone::Good, texts::progress::handed_in(language)),
        Progress::TimedOut => (Tone::Warn, texts::progress::timed_out(language)),
    }
}

/// The name of a progress in tests.
pub const fn progress_slug(progress: Progress) -> &'static str {
    match progress {
        Progress::Absent => "absent",
        Progress::Admitted => "admitted",
        Progress::Seated => "seated",
        Progress::Working => "working",
        Progress::HandedIn => "handed-in",
        Progress::TimedOut => "timed-out",
    }
}

/// A seat's connection, with the age of its last sign of life where that matters.
pub fn link(language: Language, link: Link) -> (Tone, &'static str, String) {
    match link {
        Link::None => (Tone::Plain, "", texts::link::none(language).to_owned()),
        Link::Live => (Tone::Good, "●", texts::link::live(language).to_owned()),
        Link::Silent(age) => (
            Tone::Warn,
            "◐",
            texts::link::silent(language, self::age(language, age)),
        ),
        Link::Lost(Some(age)) => (
            Tone::Bad,
            "○",
            texts::link::lost(language, self::age(language, age)),
        ),
        Link::Lost(None) => (Tone::Bad, "○", texts::link::never(language).to_owned()),
    }
}

/// An age in its largest whole unit.
pub fn age(language: Language, age: Millis) -> String {
    match Age::of(age) {
        Age::Seconds(count) => texts::link::seconds(language, count),
        Age::Minutes(count) => texts::link::minutes(language, count),
        Age::Hours(count) => texts::link::hours(language, count),
    }
}

/// A verdict: tone, icon, text. Each verdict has a shape of its own, so that no colour is needed to tell them apart.
pub fn verdict(language: Language, verdict: Verdict) -> (Tone, &'static str, &'static str) {
    match verdict {
        Verdict::Valid => (Tone::Good, "✓", texts::verdict::valid(language)),
        Verdict::Invalid => (Tone::Bad, "✗", texts::verdict::invalid(language)),
        Verdict::Unknown => (Tone::Warn, "?", texts::verdict::unknown(language)),
        Verdict::NotPresent => (Tone::Warn, "∅", texts::verdict::not_present(language)),
    }
}

/// What the verdicts allow.
pub fn rule(language: Language, rule: AdmissionRule) -> (Tone, &'static str) {
    match rule {
        AdmissionRule::Proctor => (Tone::Good, texts::rule::proctor(language)),
        AdmissionRule::ProctorIssuerUnconfirmed => {
            (Tone::Warn, texts::rule::proctor_issuer_unconfirmed(language))
        }
        AdmissionRule::TwoOfficials => (Tone::Warn, texts::rule::two_officials(language)),
        AdmissionRule::Refused => (Tone::Bad, texts::rule::refused(language)),
    }
}

/// The name of a rule in classes and tests.
pub const fn rule_slug(rule: AdmissionRule) -> &'static str {
    match rule {
        AdmissionRule::Proctor => "proctor",
        AdmissionRule::ProctorIssuerUnconfirmed => "proctor-issuer-unconfirmed",
        AdmissionRule::TwoOfficials => "two-officials",
        AdmissionRule::Refused => "refused",
    }
}

/// A judgement in one sentence, for screen readers.
pub fn announcement(language: Language, view: &CheckinView) -> Option<String> {
    let CheckinStatus::Judged(judged) = &view.status else {
        return None;
    };
    let sentence = texts::desk::announce(
        language,
        &view.roster_name,
        rule(language, judged.rule).1,
        &view.seat,
    );
    let verdicts = [
        (Part::Integrity, &judged.verdicts.integrity),
        (Part::Issuer, &judged.verdicts.issuer),
        (Part::Chip, &judged.verdicts.chip),
    ];
    let said = |(part, finding): (Part, &Finding)| {
        format!(
            " {}: {}.",
            part.long(language),
            verdict(language, finding.verdict).2
        )
    };
    let remarks = judged
        .remarks
        .iter()
        .map(|code| format!(" {}.", reason::remark(language, code)));
    Some(
        verdicts
            .map(said)
            .into_iter()
            .chain(remarks)
            .fold(sentence, |sum, more| sum + &more),
    )
}

/// By which route a candidate came in.
pub fn route(language: Language, admission: &Admission) -> &'static str {
    match admission.rule {
        Some(AdmissionRule::Proctor) => texts::candidate::by_card(language),
        Some(AdmissionRule::ProctorIssuerUnconfirmed) => texts::candidate::by_card_unconfirmed(language),
        Some(AdmissionRule::TwoOfficials) => texts::candidate::by_card_two(language),
        Some(AdmissionRule::Refused) | None => texts::candidate::without_card(language),
    }
}

/// A step of the reading.
pub fn step(language: Language, stage: u8) -> &'static str {
    match stage {
        0 => texts::step::waiting_for_card(language),
        1 => texts::step::access(language),
        2 => texts::step::reading(language),
        _ => texts::step::chip_proof(language),
    }
}

/// How much of the files has been read, where that is the step.
pub fn percent(language: Language, step: ReadStep) -> Option<String> {
    match step {
        ReadStep::Reading(percent) => Some(texts::step::percent(language, percent.min(100))),
        _ => None,
    }
}

/// Why a reading gave nothing, and what to do.
pub fn read_failure(language: Language, failure: ReadFailure) -> &'static str {
    match failure {
        ReadFailure::NoReader => texts::failure::no_reader(language),
        ReadFailure::NoCard => texts::failure::no_card(language),
        ReadFailure::CardRemoved => texts::failure::card_removed(language),
        ReadFailure::WrongAccessKey => texts::failure::wrong_access_key(language),
        ReadFailure::NotAnIdentityCard => texts::failure::not_an_identity_card(language),
        ReadFailure::ProtocolError => texts::failure::protocol_error(language),
        ReadFailure::Cancelled => texts::failure::cancelled(language),
        ReadFailure::NoChallenge => texts::failure::no_challenge(language),
    }
}

/// A filter's button in a room of this state.
pub fn filter(language: Language, filter: Filter, state: RoomState) -> &'static str {
    match filter {
        Filter::All => texts::filter::all(language),
        Filter::Absent if board::may_still_come(state) => texts::filter::not_yet_come(language),
        Filter::Absent => texts::filter::absent(language),
        Filter::NotWorking => texts::filter::not_working(language),
        Filter::Offline => texts::filter::offline(language),
    }
}

/// The name of a filter in tests.
pub const fn filter_slug(filter: Filter) -> &'static str {
    match filter {
        Filter::All => "all",
        Filter::Absent => "absent",
        Filter::NotWorking => "not-working",
        Filter::Offline => "offline",
    }
}

/// A room action's button.
pub fn action(language: Language, kind: ActionKind) -> &'static str {
    match kind {
        ActionKind::Open => texts::action::open(language),
        ActionKind::Start => texts::action::start(language),
        ActionKind::Pause => texts::action::pause(language),
        ActionKind::Resume => texts::action::resume(language),
        ActionKind::AddTime => texts::action::add_time(language),
        ActionKind::End => texts::action::end(language),
        ActionKind::Close => texts::action::shut(language),
    }
}

/// The question before a room action.
pub fn question(language: Language, kind: ActionKind) -> &'static str {
    match kind {
        ActionKind::Open => texts::ask::open(language),
        ActionKind::Start => texts::ask::start(language),
        ActionKind::Pause => texts::ask::pause(language),
        ActionKind::Resume => texts::ask::resume(language),
        ActionKind::AddTime => texts::ask::add_time(language),
        ActionKind::End => texts::ask::end(language),
        ActionKind::Close => texts::ask::shut(language),
    }
}

/// What a room action does to how many.
pub fn effect(language: Language, kind: ActionKind, concerned: Concerned) -> String {
    let count = concerned.concerned;
    match kind {
        ActionKind::Open => texts::ask::open_effect(language, count),
        ActionKind::Start => texts::ask::start_effect(language, count),
        ActionKind::Pause => texts::ask::pause_effect(language, count),
        ActionKind::Resume => texts::ask::resume_effect(language, count),
        ActionKind::AddTime => texts::ask::add_time_effect(language, count),
        ActionKind::End => texts::ask::end_effect(language, count),
        ActionKind::Close => texts::ask::shut_effect(language, count),
    }
}

/// What the proctor should think of before a room action.
pub fn beware(
    language: Language,
    kind: ActionKind,
    concerned: Concerned,
    remaining: Millis,
) -> Option<String> {
    match kind {
        ActionKind::Start if concerned.beware > 0 => {
            Some(texts::ask::start_beware(language, concerned.beware))
        }
        ActionKind::End if remaining > Millis(0) => {
            Some(texts::ask::end_early(language, clock::countdown(remaining)))
        }
        ActionKind::Close if concerned.beware > 0 => {
            Some(texts::ask::shut_beware(language, concerned.beware))
        }
        _ => None,
    }
}

/// Hundredths of a mark as people here write them: `7,25`.
pub fn mark(language: Language, hundredths: u32) -> String {
    let vietnamese = language == Language::Vietnamese;
    let comma = if vietnamese { ',' } else { '.' };
    format!("{}{comma}{:02}", hundredths / 100, hundredths % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_called_absent_or_working_who_is_not() {
        let word = |who, state| progress(Language::Vietnamese, who, state).1;
        for state in [
            RoomState::Planned,
            RoomState::Open,
            RoomState::Running,
            RoomState::Paused,
        ] {
            assert_eq!(word(Progress::Absent, state), "Chưa đến");
            assert_eq!(filter(Language::Vietnamese, Filter::Absent, state), "Chưa đến");
        }
        for state in [RoomState::Ended, RoomState::Closed] {
            assert_eq!(word(Progress::Absent, state), "Vắng");
            assert_eq!(filter(Language::Vietnamese, Filter::Absent, state), "Vắng");
        }
        assert_eq!(word(Progress::Working, RoomState::Running), "Đang làm");
        assert_eq!(word(Progress::Working, RoomState::Paused), "Tạm dừng");
    }

    use exam_protocol::problem::{Problem, ProblemCode};

    #[test]
    fn problems_speak_the_pages_language_and_name_the_place() {
        let problem = Failure::Refused(Problem {
            code: ProblemCode::OtherRoom,
            detail: "Thí sinh ở phòng khác.".to_owned(),
            detail_en: "The candidate sits elsewhere.".to_owned(),
            place: "Phòng 02".to_owned(),
        });
        assert_eq!(
            failure(Language::Vietnamese, &problem),
            "Thí sinh ở phòng khác. (Phòng 02)"
        );
        assert_eq!(
            failure(Language::English, &problem),
            "The candidate sits elsewhere. (Phòng 02)"
        );
    }

    #[test]
    fn every_verdict_has_a_shape_of_its_own() {
        let all = [
            Verdict::Valid,
            Verdict::Invalid,
            Verdict::Unknown,
            Verdict::NotPresent,
        ];
        let icons: std::collections::BTreeSet<_> =
            all.iter().map(|v| verdict(Language::Vietnamese, *v).1).collect();
        assert_eq!(icons.len(), all.len());
    }

    #[test]
    fn marks_are_written_with_a_comma() {
        assert_eq!(mark(Language::Vietnamese, 725), "7,25");
        assert_eq!(mark(Language::English, 1000), "10.00");
    }
}
