//! A request that a person waits for: whether it is on its way, and what went wrong.

use crate::api::Answer;
use crate::state::Console;
use exam_browser::fetch::Failure;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// One request at a time.
#[derive(Clone, Copy)]
pub struct Task {
    console: Console,
    /// Whether a request is on its way.
    pub busy: RwSignal<bool>,
    /// What went wrong last.
    pub problem: RwSignal<Option<Failure>>,
}

impl Task {
    /// Nothing on its way; inside a component.
    pub fn new() -> Self {
        Self {
            console: Console::here(),
            busy: RwSignal::new(false),
            problem: RwSignal::new(None),
        }
    }

    /// Makes a request, unless one is on its way, and hands over what it gave.
    pub fn run<T: 'static>(
        self,
        request: impl AsyncFn() -> Answer<T> + 'static,
        done: impl FnOnce(T) + 'static,
    ) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        self.problem.set(None);
        spawn_local(async move {
            let answer = self.console.ask(request).await;
            if self.busy.is_disposed() {
                return;
            }
            self.busy.set(false);
            match answer {
                Ok(value) => done(value),
                // Going to the login takes the form away.
                Err(failure) => drop(self.problem.try_set(Some(failure))),
            }
        });
    }
}
