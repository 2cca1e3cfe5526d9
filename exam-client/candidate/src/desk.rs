//! The one reactive store: shows what the session says and hands on what the candidate does. Decides nothing.

use crate::core::effect::Effect;
use crate::core::navigation::Place;
use crate::core::session::{Link, Saving, Session, Stage, Trouble};
use crate::core::sheet::Mark;
use crate::drive;
use crate::storage::SeatStore;
use exam_browser::crypto::SeatKey;
use exam_browser::language::Language;
use exam_browser::socket::Socket;
use exam_browser::{local_store, monotonic};
use exam_protocol::seat::SeatMessage;
use exam_protocol::time::Millis;
use leptos::prelude::*;
use std::rc::Rc;

/// What stands in front of the seat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Gate {
    /// The page is being opened.
    Opening,
    /// Another tab of this browser has the seat.
    OtherTab,
    /// The browser can't do what is needed.
    Unsupported,
    /// A ticket is asked for.
    Ticket,
    /// A seat is claimed.
    Seat,
}

/// Handles to the browser's doors.
#[derive(Clone, Default)]
pub struct Doors {
    /// The browser's database; `None` where it has none.
    pub store: Option<Rc<SeatStore>>,
    /// The seat's key.
    pub key: Option<SeatKey>,
    /// The line to the server.
    pub socket: Option<Rc<Socket<SeatMessage>>>,
}

/// The page's state; a handle that is copied around.
#[derive(Clone, Copy)]
pub struct Desk {
    session: StoredValue<Option<Session>, LocalStorage>,
    doors: StoredValue<Doors, LocalStorage>,
    pictures: StoredValue<Vec<String>>,
    revision: RwSignal<u32>,
    /// What stands in front of the seat.
    pub gate: RwSignal<Gate>,
    /// What the page shows.
    pub stage: RwSignal<Stage>,
    /// The line.
    pub link: RwSignal<Link>,
    /// What is saved.
    pub saving: RwSignal<Saving>,
    /// What is in the way.
    pub trouble: RwSignal<Option<Trouble>>,
    /// Whole seconds left, rounded up.
    pub seconds_left: RwSignal<i64>,
    /// The language.
    pub language: RwSignal<Language>,
    /// Where in the paper.
    pub place: RwSignal<Place>,
    /// Whether the candidate looks at the list before handing in.
    pub reviewing: RwSignal<bool>,
}

/// Setting that brings a reload back to the same question.
const PLACE: &str = "truong-thi.question";

impl Default for Desk {
    /// A fresh page.
    fn default() -> Self {
        Self {
            session: StoredValue::new_local(None),
            doors: StoredValue::new_local(Doors::default()),
            pictures: StoredValue::new(Vec::new()),
            revision: RwSignal::new(0),
            gate: RwSignal::new(Gate::Opening),
            stage: RwSignal::new(Stage::Waiting),
            link: RwSignal::new(Link::Connecting),
            saving: RwSignal::new(Saving { unsaved: 0, at: None }),
            trouble: RwSignal::new(None),
            seconds_left: RwSignal::new(0),
            language: RwSignal::new(Language::stored()),
            place: RwSignal::new(Place::first(0)),
            reviewing: RwSignal::new(false),
        }
    }
}

impl Desk {
    /// The desk of this page.
    pub fn of_page() -> Self {
        expect_context::<Self>()
    }

    /// Sits down: from here on there is a session.
    pub fn sit_down(self, session: Session, effects: Vec<Effect>) {
        self.session.set_value(Some(session));
        self.gate.set(Gate::Seat);
        self.act(|_, _| effects);
    }

    /// Gets up: no session any more.
    pub fn get_up(self) {
        self.session.set_value(None);
        self.doors.update_value(|doors| {
            doors.socket = None;
            doors.key = None;
        });
        self.gate.set(Gate::Ticket);
    }

    /// Handles to the browser's doors.
    pub fn doors(self) -> Doors {
        self.doors.get_value()
    }

    /// Changes the handles.
    pub fn set_doors(self, change: impl FnOnce(&mut Doors)) {
        self.doors.update_value(change);
    }

    /// Lets something happen to the session, shows what came of it, and carries out what it wants done.
    pub fn act(self, happen: impl FnOnce(&mut Session, Millis) -> Vec<Effect>) {
        let now = monotonic::now();
        let happened = self
            .session
            .try_update_value(|session| session.as_mut().map(|s| happen(s, now)))
            .flatten();
        if let Some(effects) = happened {
            self.show(now);
            self.revision
                .update(|revision| *revision = revision.wrapping_add(1));
            drive::carry_out(self, effects);
        }
    }

    /// The regular call: only what changed is shown.
    pub fn tick(self) {
        let now = monotonic::now();
        let effects = self
            .session
            .try_update_value(|session| session.as_mut().map(|s| s.tick(now)))
            .flatten();
        self.show(now);
        drive::carry_out(self, effects.unwrap_or_default());
    }

    fn show(self, now: Millis) {
        let told = self.session.with_value(|session| {
            session.as_ref().map(|s| {
                (
                    s.stage(now),
                    s.link(),
                    s.saving(),
                    s.trouble(),
                    s.clock().remaining(now),
                )
            })
        });
        if let Some((stage, link, saving, trouble, left)) = told {
            set_if_new(self.stage, stage);
            set_if_new(self.link, link);
            set_if_new(self.saving, saving);
            set_if_new(self.trouble, trouble);
            set_if_new(self.seconds_left, (left.0 + 999) / 1_000);
        }
    }

    /// Reads from the session and follows its changes; `None` while nobody sits here.
    pub fn read<T>(self, read: impl FnOnce(&Session) -> T) -> Option<T> {
        self.revision.track();
        self.peek(read)
    }

    /// Reads from the session once.
    pub fn peek<T>(self, read: impl FnOnce(&Session) -> T) -> Option<T> {
        self.session.with_value(|session| session.as_ref().map(read))
    }

    /// Answer and flag of a question, followed.
    pub fn mark(self, question: u16) -> Mark {
        self.read(|session| session.mark(question)).unwrap_or_default()
    }

    /// The paper was opened: its pictures can be shown, and a reload comes back to where it was.
    pub fn paper_opened(self, pictures: Vec<String>) {
        self.pictures.set_value(pictures);
        let count = self
            .peek(|s| s.paper().map_or(0, |paper| paper.questions().count()))
            .unwrap_or_default();
        let kept = local_store::read(PLACE)
            .and_then(|text| text.parse().ok())
            .unwrap_or(0);
        self.place.set(Place::first(count).go(kept));
    }

    /// URLs of the paper's pictures.
    pub fn pictures(self) -> Vec<String> {
        self.pictures.get_value()
    }

    /// Goes to another question.
    pub fn go(self, place: Place) {
        local_store::write(PLACE, &place.index().to_string());
        self.reviewing.set(false);
        self.place.set(place);
    }
}

fn set_if_new<T: PartialEq + Send + Sync + 'static>(signal: RwSignal<T>, value: T) {
    if signal.with_untracked(|present| *present != value) {
        signal.set(value);
    }
}
