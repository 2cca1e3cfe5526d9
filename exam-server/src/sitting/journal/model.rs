//! Every run of two seats of one attempt that is short enough, tried out: writing, sending whole or cut frames in any order and
//! more than once, acknowledgements that get lost, a take-over at any moment, crashes of the server. Once against the plain
//! rules, with every state visited; once, smaller, against the real store.

use super::*;
use exam_protocol::bytes::Fixed;
use exam_protocol::time::Millis;
use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap, HashSet};

const ATTEMPT: AttemptId = AttemptId(Fixed([9; 16]));

/// Lines that each seat writes at most.
const MOST: usize = 2;

/// Frames that are on their way at once at most.
const FRAMES: usize = 3;

/// One of the two seats: epoch 1 is the first, epoch 2 takes over.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Seat {
    claimed: bool,
    /// Lines of the journal when it was claimed.
    base: usize,
    /// Lines written since.
    written: usize,
    /// Lines of the journal, base included, that it believes to be safe.
    acknowledged: usize,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct World {
    /// The epoch that the server lets write.
    epoch: usize,
    /// How many lines of each epoch the journal has, in this order.
    stored: [usize; 2],
    /// Lines of the first epoch that came after the take-over: kept aside.
    side: BTreeSet<usize>,
    seats: [Seat; 2],
    /// Frames that are on their way, or may arrive again: seat, first and last line by its own count.
    frames: BTreeSet<(usize, usize, usize)>,
    /// Acknowledgements on their way.
    acknowledgements: BTreeSet<(usize, usize)>,
}

/// The bytes of line `n` (from 1) of a seat that began after `base` lines of the first one.
fn line(epoch: usize, base: usize, n: usize) -> Bytes {
    thread_local! {
        static MADE: RefCell<HashMap<(usize, usize, usize), Bytes>> = RefCell::default();
    }
    let made = MADE.with_borrow(|made| made.get(&(epoch, base, n)).cloned());
    made.unwrap_or_else(|| {
        let bytes = new_line(epoch, base, n);
        MADE.with_borrow_mut(|made| made.insert((epoch, base, n), bytes.clone()));
        bytes
    })
}

fn new_line(epoch: usize, base: usize, n: usize) -> Bytes {
    let previous = match (epoch, n) {
        (1, 1) => genesis(ATTEMPT),
        (2, 1) if base == 0 => genesis(ATTEMPT),
        (2, 1) => Fixed(sha256(&line(1, 0, base).0)),
        _ => Fixed(sha256(&line(epoch, base, n - 1).0)),
    };
    Bytes(canonical::encode(&JournalEntry {
        attempt: ATTEMPT,
        epoch: u32::try_from(epoch).unwrap(),
        sequence: u64::try_from(base + n).unwrap(),
        previous,
        question: 1,
        response: Response::Choice(u8::try_from(n).unwrap()),
        flagged: false,
        elapsed: Millis(0),
    }))
}

impl World {
    fn begin() -> Self {
        let mut world = Self {
            epoch: 1,
            ..Self::default()
        };
        world.seats[0].claimed = true;
        world
    }

    fn journal(&self) -> Vec<Bytes> {
        let base = self.stored[0];
        let first = (1..=self.stored[0]).map(|n| line(1, 0, n));
        first
            .chain((1..=self.stored[1]).map(|n| line(2, base, n)))
            .collect()
    }

    /// The server takes a frame: the rules are those of the program.
    fn receive(&mut self, (seat, first, last): (usize, usize, usize)) {
        let epoch = seat + 1;
        let base = self.seats[seat].base;
        let sent: Vec<Bytes> = (first..=last).map(|n| line(epoch, base, n)).collect();
        let owner = Owner {
            attempt: ATTEMPT,
            epoch: u32::try_from(epoch).unwrap(),
            questions: 1,
        };
        let lines = decode(&owner, sent).expect("an honest seat's frame");
        if epoch != self.epoch {
            let places = lines.iter().map(|line| usize::try_from(line.sequence).unwrap());
            self.side.extend(places);
            return;
        }
        let stored = self.journal();
        let head = stored
            .last()
            .map_or(genesis(ATTEMPT), |line| Fixed(sha256(&line.0)));
        let same = |lines: &[Line]| {
            lines
                .iter()
                .all(|line| stored[usize::try_from(line.sequence).unwrap() - 1].0 == line.bytes)
        };
        match position(lines, u64::try_from(stored.len()).unwrap(), &head) {
            Position::Replay(lines) => assert!(same(&lines), "an honest replay is the same"),
            Position::Continues { replayed, new } => {
                assert!(same(&replayed));
                self.stored[seat] += new.len();
            }
            Position::Apart => return,
        }
        self.acknowledgements.insert((seat, self.journal().len()));
    }

    fn next(&self) -> Vec<World> {
        let mut worlds = Vec::new();
        let mut step = |change: &dyn Fn(&mut World)| {
            let mut world = self.clone();
            change(&mut world);
            worlds.push(world);
        };
        for seat in 0..2 {
            let one = &self.seats[seat];
            if one.claimed && one.written < MOST {
                step(&|world| world.seats[seat].written += 1);
            }
            let safe = one.acknowledged.saturating_sub(one.base);
            let more = self.frames.len() < FRAMES;
            for first in (safe + 1..=one.written).filter(|_| more) {
                for last in first..=one.written {
                    step(&|world| {
                        world.frames.insert((seat, first, last));
                    });
                }
            }
        }
        for frame in &self.frames {
            // It arrives, and may arrive again; or it is lost.
            step(&|world| world.receive(*frame));
            step(&|world| {
                world.frames.remove(frame);
            });
        }
        for told in &self.acknowledgements {
            step(&|world| {
                world.acknowledgements.remove(told);
                let seat = &mut world.seats[told.0];
                seat.acknowledged = seat.acknowledged.max(told.1);
            });
        }
        if self.epoch == 1 {
            step(&|world| {
                world.epoch = 2;
                let base = world.journal().len();
                world.seats[1] = Seat {
                    claimed: true,
                    base,
                    written: 0,
                    acknowledged: base,
                };
            });
        }
        // A crash: what was on its way is gone, what was stored is there.
        step(&|world| {
            world.frames.clear();
            world.acknowledgements.clear();
        });
        worlds
    }

    fn check(&self) {
        let journal = self.journal();
        let mut head = genesis(ATTEMPT);
        for (at, bytes) in journal.iter().enumerate() {
            let entry: JournalEntry = canonical::decode(&bytes.0).unwrap();
            assert_eq!(entry.previous, head, "the chain is whole");
            assert_eq!(
                entry.sequence,
                u64::try_from(at + 1).unwrap(),
                "no gap, nothing twice"
            );
            head = Fixed(sha256(&bytes.0));
        }
        for seat in &self.seats {
            assert!(
                seat.acknowledged <= journal.len(),
                "acknowledged and not stored: {self:?}"
            );
        }
        if self.seats[1].claimed {
            assert_eq!(
                self.stored[0], self.seats[1].base,
                "the old seat wrote after the take-over"
            );
        } else {
            assert_eq!(self.stored[1], 0);
        }
    }
}

#[test]
fn every_run_of_two_seats_keeps_what_was_acknowledged_and_fences_the_old_one_off() {
    let mut seen = HashSet::from([World::begin()]);
    let mut open = vec![World::begin()];
    let (mut moved_on, mut sides) = (0, 0);
    while let Some(world) = open.pop() {
        world.check();
        moved_on += usize::from(world.stored == [1, MOST]);
        sides += usize::from(!world.side.is_empty());
        for next in world.next() {
            if seen.insert(next.clone()) {
                open.push(next);
            }
        }
    }
    assert!(seen.len() > 5_000, "only {} states", seen.len());
    assert!(moved_on > 0 && sides > 0, "the interesting states were not met");
}

mod stored {
    //! The same against the database: orders of five steps, each on an attempt of its own.

    use super::*;
    use crate::sitting::store::{self, journal::Append, journal::append_batch};
    use crate::trial::Trial;
    use exam_protocol::time::Timestamp;

    /// What happens, in some order.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    enum Step {
        /// The first seat's first line.
        First,
        /// The same frame again.
        Again,
        /// Its second line.
        Second,
        /// Another PC claims the seat.
        TakeOver,
        /// That PC's first line.
        New,
    }

    fn orders(left: &[Step]) -> Vec<Vec<Step>> {
        if left.is_empty() {
            return vec![Vec::new()];
        }
        let mut all = Vec::new();
        for (at, step) in left.iter().enumerate() {
            let mut rest = left.to_vec();
            rest.remove(at);
            all.extend(
                orders(&rest)
                    .into_iter()
                    .map(|order| [vec![*step], order].concat()),
            );
        }
        all
    }

    async fn attempt(trial: &Trial, number: usize) -> AttemptId {
        let mut id = [0x55; 16];
        id[..8].copy_from_slice(&number.to_be_bytes());
        let id = AttemptId::from_random(id);
        let (citizen, sitting, room) = (
            format!("0990000{number:05}"),
            trial.sitting.to_string(),
            trial.rooms[0].to_string(),
        );
        trial
            .sql(
                "insert into candidate (citizen_number, name, birth_date, sex) values ($1, 'A', '2008-01-01', 'F')",
                &[&citizen],
            )
            .await;
        let text =
            "insert into attempt (id, sitting, room, citizen_number, candidate_number, seat, epoch, head)
             values ($1, $2, $3, $4, $4, $4, 1, x'0000000000000000000000000000000000000000000000000000000000000000')";
        trial
            .sql(text, &[&id.to_string(), &sitting, &room, &citizen])
            .await;
        id
    }

    fn append(attempt: AttemptId, epoch: u32, after: u64) -> Append {
        let bytes = vec![u8::try_from(epoch).unwrap(), u8::try_from(after).unwrap()];
        Append {
            attempt,
            epoch,
            after,
            lines: vec![Line {
                sequence: after + 1,
                previous: Fixed([0; 32]),
                question: 1,
                blank: false,
                hash: Fixed(sha256(&bytes)),
                bytes,
            }],
        }
    }

    async fn taken(trial: &Trial, append: Append) -> bool {
        let mut tx = trial.app.db.write_answers().await.unwrap();
        let taken = append_batch(&mut tx, &[append], Timestamp(0)).await.unwrap();
        tx.commit().await.unwrap();
        taken == [true]
    }

    #[tokio::test]
    async fn the_database_takes_and_fences_as_the_rules_say() {
        let trial = Trial::new().await;
        trial
            .sql("update room set state = 'running', running_since = 0", &[])
            .await;
        let steps = [Step::First, Step::Again, Step::Second, Step::TakeOver, Step::New];
        for (number, order) in orders(&steps).into_iter().enumerate() {
            let id = attempt(&trial, number).await;
            let (mut epoch, mut last, mut base) = (1, 0, 0);
            for step in &order {
                let (of, after, should) = match step {
                    Step::First | Step::Again => (1, 0, epoch == 1 && last == 0),
                    Step::Second => (1, 1, epoch == 1 && last == 1),
                    Step::New => (2, base, epoch == 2 && last == base),
                    Step::TakeOver => {
                        let mut tx = trial.app.db.write().await.unwrap();
                        store::seat::next_epoch(&mut tx, id).await.unwrap();
                        tx.commit().await.unwrap();
                        (epoch, base) = (2, last);
                        continue;
                    }
                };
                assert_eq!(
                    taken(&trial, append(id, of, after)).await,
                    should,
                    "{order:?} at {step:?}"
                );
                last += u64::from(should);
            }
            let rows = store::journal::lines(trial.app.db.reader(), id).await.unwrap();
            assert_eq!(u64::try_from(rows.len()).unwrap(), last, "{order:?}");
        }
    }
}
