//! What the whole page knows: language, person, which screen. Must not know what a room looks like.

use exam_browser::fetch::Failure;
use exam_browser::language::Language;
use exam_protocol::console::Me;
use exam_protocol::id::RoomId;
use exam_protocol::problem::{Problem, ProblemCode};
use leptos::prelude::{Get, RwSignal, Set, expect_context};

/// Which screen is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Screen {
    /// Asking the server who is logged in.
    Checking,
    /// Login.
    Login {
        /// Whether the person was logged in before and should be told what happened.
        session_over: bool,
    },
    /// The list of rooms.
    Rooms {
        /// Whether a single room is opened without a click.
        straight_in: bool,
    },
    /// A room.
    Room(RoomId),
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
}

impl Console {
    /// A page that was just opened.
    pub fn new() -> Self {
        Self {
            language: RwSignal::new(Language::stored()),
            screen: RwSignal::new(Screen::Checking),
            me: RwSignal::new(None),
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

    /// The person is known: on to the room that the address names, else to the list.
    pub fn logged_in(self, me: Me) {
        self.me.set(Some(me));
        self.show(match room_in_address() {
            Some(room) => Screen::Room(room),
            None => Screen::Rooms { straight_in: true },
        });
    }

    /// Shows a screen and keeps the room in the address, so that a reload comes back to it.
    pub fn show(self, screen: Screen) {
        match screen {
            Screen::Room(room) => set_address(&room.to_string()),
            Screen::Rooms { .. } => set_address(""),
            Screen::Checking | Screen::Login { .. } => {}
        }
        self.screen.set(screen);
    }

    /// Looks whether a failure means that the session is over, and goes to the login if so.
    pub fn notice(self, failure: &Failure) {
        if is(failure, ProblemCode::NotLoggedIn) {
            self.me.set(None);
            self.screen.set(Screen::Login { session_over: true });
        }
    }
}

/// Whether the server refused with this code.
pub fn is(failure: &Failure, wanted: ProblemCode) -> bool {
    matches!(failure, Failure::Refused(Problem { code, .. }) if *code == wanted)
}

/// The room that the address names after `#`.
fn room_in_address() -> Option<RoomId> {
    let hash = web_sys::window()?.location().hash().ok()?;
    hash.strip_prefix('#')?.parse().ok()
}

fn set_address(fragment: &str) {
    if let Some(window) = web_sys::window() {
        // Without it a reload shows the list of rooms; nothing else depends on it.
        let _ = window.location().set_hash(fragment);
    }
}
