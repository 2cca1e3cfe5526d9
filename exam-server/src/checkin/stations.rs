//! The stations that are connected now, and what each is reading. In memory only: after a restart agents join again and
//! unfinished readings are started anew.
//!
//! One live connection per station: when the same certificate joins again, the newest wins and the older is closed.

use super::agreement::{Concluded, Offered};
use exam_protocol::console::StationView;
use exam_protocol::id::{CheckinId, RoomId, SiteId, StationId};
use exam_protocol::station::{ReadStep, StationCommand};
use exam_protocol::time::Timestamp;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::mpsc;

/// Commands that may wait for a slow station.
const QUEUE: usize = 8;

/// Most readers a station may name, and most characters of a name.
const MOST_READERS: usize = 16;
const MOST_CHARACTERS: usize = 120;

/// A reading under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Job {
    /// Which check-in.
    pub checkin: CheckinId,
    /// For which room.
    pub room: RoomId,
    /// How far it is.
    pub step: ReadStep,
    /// When the server stops waiting.
    pub give_up_at: Timestamp,
}

/// Why a station can't read now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unavailable {
    /// Not connected, or registered at another site.
    NotConnected,
    /// Connected, but no card reader is plugged in.
    NoReader,
    /// Reading for another room.
    Busy,
    /// The station does not take commands.
    Stuck,
}

/// What a joined connection works with.
#[derive(Debug)]
pub struct Joined {
    /// Number of this connection; only the newest of a station counts.
    pub connection: u64,
    /// Commands to send. Ends when a newer connection has taken over.
    pub commands: mpsc::Receiver<StationCommand>,
    /// What the older connection was reading.
    pub interrupted: Option<Job>,
}

#[derive(Debug)]
struct Connected {
    connection: u64,
    name: String,
    site: Option<SiteId>,
    readers: Vec<String>,
    queue: mpsc::Sender<StationCommand>,
    job: Option<Job>,
    agreement: Agreement,
}

/// How far chip authentication is in the reading under way.
#[derive(Debug, Default)]
enum Agreement {
    /// Not begun.
    #[default]
    None,
    /// A key waits for its answer.
    Offered(Offered),
    /// It was answered.
    Concluded(Box<Concluded>),
}

/// All stations.
#[derive(Debug, Default)]
pub struct Stations {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    connections: u64,
    stations: HashMap<StationId, Connected>,
}

impl Stations {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A station has said hello.
    pub fn join(
        &self,
        station: StationId,
        (name, site): (&str, Option<SiteId>),
        readers: Vec<String>,
    ) -> Joined {
        let mut inner = self.lock();
        inner.connections += 1;
        let connection = inner.connections;
        let (queue, commands) = mpsc::channel(QUEUE);
        let entry = Connected {
            connection,
            name: name.to_owned(),
            site,
            readers: bounded(readers),
            queue,
            job: None,
            agreement: Agreement::None,
        };
        let older = inner.stations.insert(station, entry);
        Joined {
            connection,
            commands,
            interrupted: older.and_then(|older| older.job),
        }
    }

    /// A connection has ended. Returns what it was reading; nothing if a newer connection has taken over.
    pub fn leave(&self, station: StationId, connection: u64) -> Option<Job> {
        let mut inner = self.lock();
        inner
            .stations
            .get(&station)
            .filter(|s| s.connection == connection)?;
        inner.stations.remove(&station)?.job
    }

    /// Readers came or went.
    pub fn set_readers(&self, station: StationId, connection: u64, readers: Vec<String>) {
        if let Some(entry) = self.lock().current(station, connection) {
            entry.readers = bounded(readers);
        }
    }

    /// Whether the station could read for this room, at this site, now.
    ///
    /// # Errors
    /// Why not. A station of another site does not exist here.
    pub fn available(
        &self,
        station: StationId,
        room: RoomId,
        site: Option<SiteId>,
    ) -> Result<String, Unavailable> {
        let inner = self.lock();
        let entry = inner.stations.get(&station).filter(|entry| entry.stands_at(site));
        let entry = entry.ok_or(Unavailable::NotConnected)?;
        entry.ready_for(room)?;
        Ok(entry.name.clone())
    }

    /// Gives the station a reading. An older one of the same room is cancelled and returned.
    ///
    /// # Errors
    /// Why the station can't.
    pub fn assign(
        &self,
        station: StationId,
        job: Job,
        read: StationCommand,
    ) -> Result<Option<Job>, Unavailable> {
        let mut inner = self.lock();
        let entry = inner
            .stations
            .get_mut(&station)
            .ok_or(Unavailable::NotConnected)?;
        entry.ready_for(job.room)?;
        if let Some(older) = entry.job {
            let cancel = StationCommand::Cancel {
                checkin: older.checkin,
            };
            entry.queue.try_send(cancel).map_err(|_| Unavailable::Stuck)?;
        }
        entry.queue.try_send(read).map_err(|_| Unavailable::Stuck)?;
        entry.agreement = Agreement::None;
        Ok(entry.job.replace(job))
    }

    /// Notes how far a reading is; none when this connection is not at that check-in.
    pub fn progress(
        &self,
        station: StationId,
        connection: u64,
        checkin: CheckinId,
        step: ReadStep,
    ) -> Option<RoomId> {
        let mut inner = self.lock();
        let job = inner
            .current(station, connection)?
            .job
            .as_mut()
            .filter(|job| job.checkin == checkin)?;
        job.step = step;
        Some(job.room)
    }

    /// Keeps the key of a reading's chip authentication. False when the reading is not this one, or has had its key.
    pub fn offer(&self, station: StationId, connection: u64, checkin: CheckinId, offered: Offered) -> bool {
        let mut inner = self.lock();
        match inner.reading(station, connection, checkin) {
            Some(entry) if matches!(entry.agreement, Agreement::None) => {
                entry.agreement = Agreement::Offered(offered);
                true
            }
            _ => false,
        }
    }

    /// Takes the key of a reading's chip authentication out, once.
    pub fn take_offered(&self, station: StationId, connection: u64, checkin: CheckinId) -> Option<Offered> {
        let mut inner = self.lock();
        let entry = inner.reading(station, connection, checkin)?;
        match core::mem::take(&mut entry.agreement) {
            Agreement::Offered(offered) => Some(offered),
            other => {
                entry.agreement = other;
                None
            }
        }
    }

    /// Keeps what came of a reading's chip authentication until its evidence comes.
    pub fn conclude(&self, station: StationId, connection: u64, checkin: CheckinId, concluded: Concluded) {
        if let Some(entry) = self.lock().reading(station, connection, checkin) {
            entry.agreement = Agreement::Concluded(Box::new(concluded));
        }
    }

    /// What came of a reading's chip authentication at `now`, if it was begun: the key goes, answered or not.
    pub fn concluded(
        &self,
        station: StationId,
        connection: u64,
        checkin: CheckinId,
        now: Timestamp,
    ) -> Option<Concluded> {
        let mut inner = self.lock();
        let entry = inner.reading(station, connection, checkin)?;
        match core::mem::take(&mut entry.agreement) {
            Agreement::None => None,
            Agreement::Offered(offered) => Some(offered.conclude(None, now)),
            Agreement::Concluded(concluded) => Some(*concluded),
        }
    }

    /// Takes the reading away from the station, if it is the one this connection is at.
    pub fn finish(&self, station: StationId, connection: u64, checkin: CheckinId) -> Option<Job> {
        self.lock()
            .current(station, connection)?
            .job
            .take_if(|job| job.checkin == checkin)
    }

    /// Takes away a reading that the server no longer waits for.
    pub fn take_overdue(&self, station: StationId, connection: u64, now: Timestamp) -> Option<Job> {
        self.lock()
            .current(station, connection)?
            .job
            .take_if(|job| job.give_up_at <= now)
    }

    /// How far a check-in's reading is; none when no station is at it.
    pub fn step_of(&self, checkin: CheckinId) -> Option<ReadStep> {
        let inner = self.lock();
        inner
            .stations
            .values()
            .filter_map(|s| s.job)
            .find(|job| job.checkin == checkin)
            .map(|job| job.step)
    }

    /// The connected stations of a site by name.
    pub fn views(&self, site: Option<SiteId>) -> Vec<StationView> {
        let inner = self.lock();
        let mut views: Vec<_> = inner
            .stations
            .iter()
            .filter(|(_, s)| s.stands_at(site))
            .map(|(id, s)| StationView {
                id: *id,
                name: s.name.clone(),
                readers: s.readers.clone(),
                busy: s.job.is_some(),
            })
            .collect();
        views.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
        views
    }
}

impl Inner {
    fn reading(&mut self, station: StationId, connection: u64, checkin: CheckinId) -> Option<&mut Connected> {
        self.current(station, connection)
            .filter(|entry| entry.job.is_some_and(|job| job.checkin == checkin))
    }

    fn current(&mut self, station: StationId, connection: u64) -> Option<&mut Connected> {
        self.stations
            .get_mut(&station)
            .filter(|s| s.connection == connection)
    }
}

impl Connected {
    /// Whether it serves rooms of this site. One that nobody registered serves all.
    fn stands_at(&self, site: Option<SiteId>) -> bool {
        self.site.is_none() || self.site == site
    }

    fn ready_for(&self, room: RoomId) -> Result<(), Unavailable> {
        if self.readers.is_empty() {
            return Err(Unavailable::NoReader);
        }
        match self.job {
            Some(job) if job.room != room => Err(Unavailable::Busy),
            _ => Ok(()),
        }
    }
}

fn bounded(readers: Vec<String>) -> Vec<String> {
    readers
        .into_iter()
        .take(MOST_READERS)
        .map(|name| name.chars().take(MOST_CHARACTERS).collect())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATION: StationId = StationId(exam_protocol::bytes::Fixed([1; 16]));

    fn job(checkin: u8, room: u8) -> Job {
        Job {
            checkin: CheckinId::from_random([checkin; 16]),
            room: RoomId::from_random([room; 16]),
            step: ReadStep::WaitingForCard,
            give_up_at: Timestamp(100),
        }
    }

    fn assign(stations: &Stations, job: Job) -> Result<Option<Job>, Unavailable> {
        stations.assign(STATION, job, StationCommand::Alive)
    }

    fn join(stations: &Stations) -> Joined {
        stations.join(STATION, ("Bàn 1", None), vec!["ACR39U".into()])
    }

    #[tokio::test]
    async fn the_newest_connection_wins_and_the_older_ends() {
        let stations = Stations::default();
        let mut older = join(&stations);
        assign(&stations, job(1, 1)).unwrap();
        let newer = join(&stations);
        assert_eq!(newer.interrupted, Some(job(1, 1)));
        assert!(older.commands.recv().await.is_some());
        assert!(older.commands.recv().await.is_none(), "the older queue is closed");
        assert_eq!(
            stations.leave(STATION, older.connection),
            None,
            "the older can't remove the newer"
        );
        stations.set_readers(STATION, older.connection, vec![]);
        assert_eq!(stations.views(None)[0].readers, ["ACR39U"]);
        assert!(assign(&stations, job(2, 1)).is_ok());
        assert_eq!(
            stations.progress(STATION, older.connection, job(2, 1).checkin, ReadStep::Access),
            None
        );
        assert_eq!(stations.leave(STATION, newer.connection), Some(job(2, 1)));
        assert!(stations.views(None).is_empty());
    }

    #[test]
    fn a_desk_of_another_site_does_not_exist() {
        let stations = Stations::default();
        let site = |n| Some(SiteId::from_random([n; 16]));
        let _joined = stations.join(STATION, ("Bàn 1", site(1)), vec!["r".into()]);
        let room = RoomId::from_random([1; 16]);
        assert_eq!(stations.available(STATION, room, site(1)), Ok("Bàn 1".into()));
        assert_eq!(
            stations.available(STATION, room, site(2)),
            Err(Unavailable::NotConnected)
        );
        assert_eq!(stations.views(site(1)).len(), 1);
        assert!(stations.views(site(2)).is_empty());
    }

    #[test]
    fn says_why_it_can_not_read() {
        let stations = Stations::default();
        assert_eq!(assign(&stations, job(1, 1)), Err(Unavailable::NotConnected));
        let joined = join(&stations);
        stations.set_readers(STATION, joined.connection, vec![]);
        assert_eq!(assign(&stations, job(1, 1)), Err(Unavailable::NoReader));
        stations.set_readers(STATION, joined.connection, vec!["r".into()]);
        assert_eq!(assign(&stations, job(1, 1)), Ok(None));
        assert_eq!(assign(&stations, job(2, 2)), Err(Unavailable::Busy));
        assert_eq!(
            assign(&stations, job(3, 1)),
            Ok(Some(job(1, 1))),
            "the same room may start anew"
        );
        while assign(&stations, job(3, 1)).is_ok() {}
        assert_eq!(assign(&stations, job(3, 1)), Err(Unavailable::Stuck));
    }

    #[test]
    fn a_reading_belongs_to_one_check_in_and_ends_once() {
        let stations = Stations::default();
        let joined = join(&stations);
        assign(&stations, job(1, 1)).unwrap();
        let me = joined.connection;
        assert_eq!(
            stations.progress(STATION, me, job(2, 1).checkin, ReadStep::Access),
            None
        );
        assert_eq!(
            stations.progress(STATION, me, job(1, 1).checkin, ReadStep::Access),
            Some(job(1, 1).room)
        );
        assert_eq!(stations.step_of(job(1, 1).checkin), Some(ReadStep::Access));
        assert_eq!(stations.finish(STATION, me, job(2, 1).checkin), None);
        assert_eq!(stations.take_overdue(STATION, me, Timestamp(99)), None);
        assert!(stations.take_overdue(STATION, me, Timestamp(100)).is_some());
        assert_eq!(stations.finish(STATION, me, job(1, 1).checkin), None);
    }
}
