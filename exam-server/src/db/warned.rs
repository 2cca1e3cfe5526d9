//! Notices warnings of PostgreSQL during a commit. When the wait for the standby is cancelled, the server still says that it
//! has committed, and adds only a warning: the commit is on one machine and may be lost with it. The driver hands warnings
//! to the log alone, so this listens there, for the one future that commits; whoever commits says in the usual log what came of
//! it.

use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::sync::OnceLock;
use std::task::{Context, Poll};
use tracing::instrument::WithSubscriber;
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::{Dispatch, Event, Level, Metadata, Subscriber};

/// Where sqlx puts what the server tells.
const TARGET: &str = "sqlx::postgres::notice";

thread_local! {
    static WARNED: Cell<bool> = const { Cell::new(false) };
}

/// Runs a commit; with its result, whether the server warned meanwhile.
pub async fn watch<F: Future + Send>(commit: F) -> (F::Output, bool) {
    static EARS: OnceLock<Dispatch> = OnceLock::new();
    let ears = EARS.get_or_init(|| Dispatch::new(Ears)).clone();
    let watched = Watched {
        commit: Box::pin(commit),
        warned: false,
    };
    watched.with_subscriber(ears).await
}

struct Watched<'a, T> {
    commit: Pin<Box<dyn Future<Output = T> + Send + 'a>>,
    warned: bool,
}

impl<T> Future for Watched<'_, T> {
    type Output = (T, bool);

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        WARNED.set(false);
        let polled = self.commit.as_mut().poll(context);
        self.warned |= WARNED.take();
        polled.map(|output| (output, self.warned))
    }
}

/// Hears warnings of the server and nothing else.
struct Ears;

impl Subscriber for Ears {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == TARGET && *metadata.level() <= Level::WARN
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::WARN)
    }

    fn event(&self, event: &Event<'_>) {
        if self.enabled(event.metadata()) {
            WARNED.set(true);
        }
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_warning_is_heard_and_nothing_else_is() {
        let quiet = watch(async {
            tracing::info!(target: "sqlx::postgres::notice", "told");
            tracing::warn!("of somebody else");
            tokio::task::yield_now().await;
            1
        });
        assert_eq!(quiet.await, (1, false));
        let warned = watch(async {
            tracing::warn!(target: "sqlx::postgres::notice", "canceling wait for synchronous replication");
            tokio::task::yield_now().await;
            2
        });
        assert_eq!(warned.await, (2, true));
    }
}
