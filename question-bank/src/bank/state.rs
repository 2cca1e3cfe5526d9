//! The states of an item as a pure machine (exam-domain 3.3): who may take it from where to where. Must never let one
//! person write and judge the same version.

use super::record::{BankItem, Version};
use serde::{Deserialize, Serialize};

/// Where an item stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// *Nháp*.
    Draft,
    /// *Chờ phản biện*.
    AwaitingReview,
    /// *Yêu cầu sửa*.
    ChangesRequested,
    /// *Đã phản biện*.
    Reviewed,
    /// *Đã duyệt*.
    Approved,
    /// *Thử nghiệm*.
    Trial,
    /// *Đã định cỡ*.
    Calibrated,
    /// *Khóa*: in use, not to be changed.
    Locked,
    /// *Loại*.
    Retired,
}

impl State {
    /// The Vietnamese name.
    pub fn name_vi(self) -> &'static str {
        match self {
            Self::Draft => "nháp",
            Self::AwaitingReview => "chờ phản biện",
            Self::ChangesRequested => "yêu cầu sửa",
            Self::Reviewed => "đã phản biện",
            Self::Approved => "đã duyệt",
            Self::Trial => "thử nghiệm",
            Self::Calibrated => "đã định cỡ",
            Self::Locked => "khóa",
            Self::Retired => "loại",
        }
    }
}

/// What somebody does with an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// A new version.
    Write,
    /// The author hands it to review.
    Submit,
    /// The reviewer wants changes.
    RequestChanges,
    /// The reviewer accepts.
    Review,
    /// The approver accepts.
    Approve,
    /// A trial begins.
    StartTrial,
    /// Statistics are accepted.
    Calibrate,
    /// It goes into use.
    Lock,
    /// It is taken out.
    Retire,
}

/// An act that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// What.
    pub act: Act,
    /// Who.
    pub person: String,
    /// When, in milliseconds since 1970 UTC.
    pub at_ms: i64,
    /// With which version.
    pub version: u32,
    /// What was said.
    pub comment: String,
}

/// Why an act is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The state does not allow it.
    #[error("trạng thái «{}» không cho phép việc này (not possible in this state)", .0.name_vi())]
    State(State),
    /// The person wrote this version.
    #[error("người soạn không được phản biện hay duyệt câu của mình (the author may not judge the item)")]
    IsAuthor,
    /// The person reviewed this version.
    #[error("người phản biện không được duyệt cùng câu đó (the reviewer may not approve the item)")]
    IsReviewer,
    /// Only the author hands a version to review.
    #[error("chỉ người soạn mới gửi phản biện được (only the author submits)")]
    NotAuthor,
}

/// The state that an act leads to; none if it is not possible.
pub fn next(state: State, act: Act) -> Option<State> {
    Some(match (state, act) {
        (State::Locked | State::Retired, Act::Write) => return None,
        (_, Act::Write) => State::Draft,
        (State::Draft | State::ChangesRequested, Act::Submit) => State::AwaitingReview,
        (State::AwaitingReview | State::Reviewed, Act::RequestChanges) => State::ChangesRequested,
        (State::AwaitingReview, Act::Review) => State::Reviewed,
        (State::Reviewed, Act::Approve) => State::Approved,
        (State::Approved, Act::StartTrial) => State::Trial,
        (State::Trial, Act::Calibrate) => State::Calibrated,
        (State::Approved | State::Calibrated, Act::Lock) => State::Locked,
        (state, Act::Retire) if state != State::Retired => State::Retired,
        _ => return None,
    })
}

impl BankItem {
    /// Carries an act out.
    ///
    /// # Errors
    /// The state does not allow it, or the person may not.
    pub fn act(&mut self, act: Act, person: &str, at_ms: i64, comment: &str) -> Result<(), Refused> {
        let to = next(self.state, act).ok_or(Refused::State(self.state))?;
        let version = self.current().map_or(0, |version| version.number);
        let is_author = self
            .versions
            .last()
            .is_some_and(|version| version.author == person);
        match act {
            Act::Submit if !is_author => return Err(Refused::NotAuthor),
            Act::Review | Act::RequestChanges | Act::Approve if is_author => return Err(Refused::IsAuthor),
            Act::Approve if self.was(Act::Review, person, version) => return Err(Refused::IsReviewer),
            _ => {}
        }
        self.state = to;
        self.history.push(Event {
            act,
            person: person.to_owned(),
            at_ms,
            version,
            comment: comment.to_owned(),
        });
        Ok(())
    }

    /// Adds a version; whatever was judged before has to be judged again.
    ///
    /// # Errors
    /// The item is locked or retired.
    pub fn rewrite(&mut self, mut version: Version, comment: &str) -> Result<(), Refused> {
        let to = next(self.state, Act::Write).ok_or(Refused::State(self.state))?;
        version.number = self.current().map_or(1, |last| last.number + 1);
        self.history.push(Event {
            act: Act::Write,
            person: version.author.clone(),
            at_ms: version.made_ms,
            version: version.number,
            comment: comment.to_owned(),
        });
        self.versions.push(version);
        self.state = to;
        Ok(())
    }

    fn was(&self, act: Act, person: &str, version: u32) -> bool {
        let same = |event: &&Event| event.act == act && event.person == person && event.version == version;
        self.history.iter().any(|event| same(&event))
    }
}
