//! A door in the way of requests: they wait until a person has unlocked the page or shown a factor, then go on.

use leptos::prelude::*;
use std::future::poll_fn;
use std::task::{Poll, Waker};

/// Shut while something is asked of the person; who waits goes on when it is settled.
#[derive(Clone, Copy)]
pub struct Gate {
    shut: RwSignal<bool>,
    passed: StoredValue<bool>,
    waiting: StoredValue<Vec<Waker>>,
}

impl Gate {
    /// An open one.
    pub fn new() -> Self {
        Self {
            shut: RwSignal::new(false),
            passed: StoredValue::new(true),
            waiting: StoredValue::new(Vec::new()),
        }
    }

    /// Whether something is asked; tracks.
    pub fn is_shut(self) -> bool {
        self.shut.get()
    }

    /// Shuts it without waiting.
    pub fn shut(self) {
        if !self.shut.get_untracked() {
            self.shut.set(true);
        }
    }

    /// Shuts it and waits; whether the person did what was asked.
    pub async fn pass(self) -> bool {
        self.shut();
        poll_fn(move |context| {
            if self.shut.get_untracked() {
                self.waiting
                    .update_value(|waiting| waiting.push(context.waker().clone()));
                Poll::Pending
            } else {
                Poll::Ready(self.passed.get_value())
            }
        })
        .await
    }

    /// Opens it: everybody goes on, or turns back.
    pub fn settle(self, passed: bool) {
        self.passed.set_value(passed);
        self.shut.set(false);
        let waiting = self.waiting.try_update_value(std::mem::take).unwrap_or_default();
        waiting.into_iter().for_each(Waker::wake);
    }
}
