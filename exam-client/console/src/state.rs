//! What the whole page knows: language, person, which screen. Must not know what a room looks like.

use crate::api::Answer;
use crate::core::address::Section;
use crate::core::menu;
use crate::gate::Gate;
use exam_browser::fetch::Failure;
use exam_browser::language::Language;
use exam_protocol::console::Me;
use exam_protocol::problem::{Problem, ProblemCode};
use exam_protocol::right::Permission;
use exam_protocol::staff::{FactorKind, LoginStep};
use leptos::prelude::*;

/// Which screen is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Screen {
    /// Asking the server who is logged in.
    Checking,
    /// Login.
    Login {
        /// Whether the person was logged in before and should be told what happened.
        session_over: bool,
    },
    /// The second step of a login.
    SecondFactor(Vec<FactorKind>),
    /// What has to be done before anything else.
    Duties,
    /// A section of the console.
    Section(Section),
}

/// The page's own state; handed to all components as context.
#[derive(Clone, Copy)]
pub struct Console {
    /// Language of the page.
    pub language: RwSignal<Language>,
    /// Screen.
    pub screen: RwSignal<Screen>,
    /// Who is logged in.
    pub me: RwSignal<Option<Me>>,
    /// Whether a single room is opened without a click: after the login only.
    pub straight_in: RwSignal<bool>,
    /// Shut while the session is locked.
    pub lock: Gate,
    /// Shut while a second factor is asked for again.
    pub step_up: Gate,
}

impl Console {
    /// A page that was just opened.
    pub fn new() -> Self {
        Self {
            language: RwSignal::new(Language::stored()),
            screen: RwSignal::new(Screen::Checking),
            me: RwSignal::new(None),
            straight_in: RwSignal::new(true),
            lock: Gate::new(),
            step_up: Gate::new(),
        }
    }

    /// The page's state, inside a component.
    pub fn here() -> Self {
        expect_context()
    }

    /// The language now; tracks.
    pub fn lang(self) -> Language {
        self.language.get()
    }

    /// What who is logged in may do in some place at least; tracks.
    pub fn may(self) -> Vec<Permission> {
        self.me
            .with(|me| me.as_ref().map(|me| me.may.clone()).unwrap_or_default())
    }

    /// A step of a login was taken.
    pub fn stepped(self, step: LoginStep) {
        match step {
            LoginStep::SecondFactor { methods } => self.screen.set(Screen::SecondFactor(methods)),
            LoginStep::Done { me } => self.logged_in(me),
        }
    }

    /// The person is known: on to what has to be done first, else to what the address names, else to the first section.
    pub fn logged_in(self, me: Me) {
        let first = menu::sections(&me.may)
            .first()
            .copied()
            .unwrap_or(Section::Account);
        let duties = !me.duties.is_empty();
        self.me.set(Some(me));
        if duties {
            self.screen.set(Screen::Duties);
        } else {
            self.go(section_in_address().unwrap_or(first));
        }
    }

    /// Shows a section and keeps it in the address, so that a reload comes back to it.
    pub fn go(self, section: Section) {
        if section != Section::Rooms {
            self.straight_in.set(false);
        }
        set_address(&section.address());
        let screen = Screen::Section(section);
        if self.screen.with_untracked(|now| *now != screen) {
            self.screen.set(screen);
        }
    }

    /// Back to the list of rooms, to stay there.
    pub fn to_rooms(self) {
        self.straight_in.set(false);
        self.go(Section::Rooms);
    }

    /// The address was changed by hand or by the back button.
    pub fn address_changed(self) {
        let inside = self
            .screen
            .with_untracked(|screen| matches!(screen, Screen::Section(_)));
        if let (true, Some(section)) = (inside, section_in_address()) {
            self.go(section);
        }
    }

    /// To the login; all that was known of the person is forgotten.
    pub fn to_login(self, session_over: bool) {
        self.me.set(None);
        self.screen.set(Screen::Login { session_over });
        self.lock.settle(false);
        self.step_up.settle(false);
    }

    /// Makes a request; where a lock or a second factor stands in its way, once more after that.
    ///
    /// # Errors
    /// What the request gave at last.
    pub async fn ask<T>(self, request: impl AsyncFn() -> Answer<T>) -> Answer<T> {
        loop {
            let answer = request().await;
            let gate = match &answer {
                Err(failure) if is(failure, ProblemCode::SessionLocked) => self.lock,
                Err(failure) if is(failure, ProblemCode::StepUpNeeded) => self.step_up,
                Err(failure) => {
                    self.notice(failure);
                    return answer;
                }
                Ok(_) => return answer,
            };
            if !gate.pass().await {
                return answer;
            }
        }
    }

    /// Looks whether a failure means that the session is over, locked, or has duties, and goes there if so.
    pub fn notice(self, failure: &Failure) {
        match failure {
            Failure::Refused(problem) => match problem.code {
                ProblemCode::NotLoggedIn if self.me.with_untracked(Option::is_some) => self.to_login(true),
                ProblemCode::SessionLocked => self.lock.shut(),
                ProblemCode::DutyFirst => self.screen.set(Screen::Duties),
                _ => {}
            },
            Failure::NoAnswer | Failure::Status(_) | Failure::Unreadable => {}
        }
    }
}

/// Whether the server refused with this code.
pub fn is(failure: &Failure, wanted: ProblemCode) -> bool {
    matches!(failure, Failure::Refused(Problem { code, .. }) if *code == wanted)
}

/// What the address names after `#`.
fn section_in_address() -> Option<Section> {
    Section::of(&web_sys::window()?.location().hash().ok()?)
}

fn set_address(fragment: &str) {
    if let Some(window) = web_sys::window() {
        // Without it a reload shows the first section; nothing else depends on it.
        let _ = window.location().set_hash(fragment);
    }
}
