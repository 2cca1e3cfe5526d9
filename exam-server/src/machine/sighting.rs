//! Which machines are connected now and from where. In memory only. One certificate at two addresses at once is what a
//! copied key looks like; a cable that was pulled out and plugged in elsewhere ends its old connection first.

use exam_protocol::id::MachineId;
use exam_protocol::time::{Millis, Timestamp};
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

/// A machine that was silent for longer is no longer at that address: agents beat every 10 s.
const FRESH: Millis = Millis::seconds(25);

/// What is written of a machine's whereabouts is written at most so often.
const NOTED_EVERY: Millis = Millis::seconds(60);

/// What a sign of life means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sighting {
    /// The same certificate was seen from this other address a moment ago.
    pub elsewhere: Option<IpAddr>,
    /// Whether time and address are to be written down.
    pub note: bool,
}

#[derive(Debug)]
struct Whereabouts {
    /// Addresses with the time of the last sign of life.
    seen: HashMap<IpAddr, Timestamp>,
    connections: HashMap<u64, IpAddr>,
    noted: Option<Timestamp>,
    /// Rises when the machine is revoked.
    revoked: watch::Sender<u64>,
}

/// All machines that were seen since the server started.
#[derive(Debug, Default)]
pub struct Sightings {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    connections: u64,
    machines: HashMap<MachineId, Whereabouts>,
}

/// An open connection of a machine; ends with this value.
#[derive(Debug)]
pub struct Connection {
    sightings: Arc<Sightings>,
    machine: MachineId,
    number: u64,
    /// Changes when the machine is revoked.
    pub revoked: watch::Receiver<u64>,
}

impl Drop for Connection {
    fn drop(&mut self) {
        let mut inner = self.sightings.lock();
        if let Some(machine) = inner.machines.get_mut(&self.machine)
            && let Some(address) = machine.connections.remove(&self.number)
            && !machine.connections.values().any(|other| *other == address)
        {
            machine.seen.remove(&address);
        }
    }
}

impl Inner {
    fn of(&mut self, machine: MachineId) -> &mut Whereabouts {
        self.machines.entry(machine).or_insert_with(|| Whereabouts {
            seen: HashMap::new(),
            connections: HashMap::new(),
            noted: None,
            revoked: watch::channel(0).0,
        })
    }
}

impl Sightings {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A sign of life.
    pub fn seen(&self, machine: MachineId, address: IpAddr, now: Timestamp) -> Sighting {
        let mut inner = self.lock();
        let one = inner.of(machine);
        one.seen.retain(|_, at| now - *at <= FRESH);
        let elsewhere = one.seen.keys().copied().find(|other| *other != address);
        let moved = one.seen.insert(address, now).is_none();
        let due = one.noted.is_none_or(|at| now - at >= NOTED_EVERY);
        let note = moved || due;
        if note {
            one.noted = Some(now);
        }
        Sighting { elsewhere, note }
    }

    /// Opens a connection.
    pub fn connect(self: &Arc<Self>, machine: MachineId, address: IpAddr) -> Connection {
        let mut inner = self.lock();
        inner.connections += 1;
        let number = inner.connections;
        let one = inner.of(machine);
        one.connections.insert(number, address);
        Connection {
            sightings: self.clone(),
            machine,
            number,
            revoked: one.revoked.subscribe(),
        }
    }

    /// Closes all connections of a machine, because it was revoked.
    pub fn close(&self, machine: MachineId) {
        let mut inner = self.lock();
        if let Some(one) = inner.machines.get_mut(&machine) {
            one.revoked.send_modify(|count| *count += 1);
            one.seen.clear();
        }
    }

    /// Whether a machine is connected now.
    pub fn connected(&self, machine: MachineId) -> bool {
        let inner = self.lock();
        let one = inner.machines.get(&machine);
        one.is_some_and(|one| !one.connections.is_empty())
    }

    /// The machines that are connected now.
    pub fn all_connected(&self) -> Vec<MachineId> {
        let inner = self.lock();
        let connected = inner
            .machines
            .iter()
            .filter(|(_, one)| !one.connections.is_empty());
        connected.map(|(id, _)| *id).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    const DESK: MachineId = MachineId(exam_protocol::bytes::Fixed([1; 16]));
    const HERE: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1));
    const THERE: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 2));

    fn at(seconds: i64) -> Timestamp {
        Timestamp(seconds * 1000)
    }

    #[test]
    fn two_addresses_at_once_are_seen_and_one_after_the_other_are_not() {
        let sightings = Arc::new(Sightings::default());
        let here = sightings.connect(DESK, HERE);
        assert_eq!(
            sightings.seen(DESK, HERE, at(0)),
            Sighting {
                elsewhere: None,
                note: true
            }
        );
        assert_eq!(
            sightings.seen(DESK, HERE, at(10)),
            Sighting {
                elsewhere: None,
                note: false
            }
        );
        assert_eq!(sightings.seen(DESK, THERE, at(12)).elsewhere, Some(HERE));
        drop(here);
        assert_eq!(
            sightings.seen(DESK, THERE, at(14)).elsewhere,
            None,
            "it left cleanly"
        );
        assert_eq!(
            sightings.seen(DESK, HERE, at(60)).elsewhere,
            None,
            "long silent elsewhere"
        );
    }

    #[test]
    fn whereabouts_are_written_down_once_a_minute_and_when_they_change() {
        let sightings = Sightings::default();
        let noted = |address, seconds| sightings.seen(DESK, address, at(seconds)).note;
        assert!(noted(HERE, 0));
        assert!(!noted(HERE, 20));
        assert!(noted(THERE, 30));
        assert!(!noted(THERE, 50));
        assert!(noted(THERE, 90));
    }

    #[test]
    fn revoking_tells_every_open_connection() {
        let sightings = Arc::new(Sightings::default());
        let mut one = sightings.connect(DESK, HERE);
        let mut two = sightings.connect(DESK, HERE);
        assert!(sightings.connected(DESK));
        assert_eq!(sightings.all_connected(), [DESK]);
        assert!(!one.revoked.has_changed().unwrap());
        sightings.close(DESK);
        assert!(one.revoked.has_changed().unwrap() && two.revoked.has_changed().unwrap());
        one.revoked.mark_unchanged();
        two.revoked.mark_unchanged();
        drop((one, two));
        assert!(!sightings.connected(DESK));
    }
}
