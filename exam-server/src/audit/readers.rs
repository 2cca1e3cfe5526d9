//! Which logins have their reading of the feed on record already. In memory: after a restart, or on another node, there is
//! one record more. Must not decide who may read.

use exam_protocol::id::SessionId;
use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

/// Beyond this many logins all are forgotten: they get one record more.
const MOST: usize = 10_000;

/// Logins that read.
#[derive(Debug, Default)]
pub struct Readers {
    sessions: Mutex<HashSet<SessionId>>,
}

impl Readers {
    /// Whether this login's reading is on record.
    pub fn noted(&self, session: SessionId) -> bool {
        let sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.contains(&session)
    }

    /// It is on record now.
    pub fn note(&self, session: SessionId) {
        let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        if sessions.len() >= MOST {
            sessions.clear();
        }
        sessions.insert(session);
    }
}
