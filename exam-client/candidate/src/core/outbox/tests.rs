//! Whatever happens to line, page and server: nothing is lost, and "saved" is never said before the server has it.

use super::*;
use proptest::prelude::*;

const ATTEMPT: AttemptId = AttemptId(Fixed([1; 16]));

/// A server that checks the chain as the real one does, and whose lines are safe only after `commit`.
struct Server {
    received: Vec<(Head, Note)>,
    durable: usize,
}

impl Server {
    fn head(&self) -> Head {
        self.durable
            .checked_sub(1)
            .map_or(genesis(ATTEMPT), |last| self.received[last].0)
    }

    fn receive(&mut self, bytes: &Bytes) {
        let entry: JournalEntry = canonical::decode(&bytes.0).unwrap();
        let last = self.received.last().map_or(genesis(ATTEMPT), |(head, _)| *head);
        assert_eq!(
            (entry.sequence, entry.previous),
            (last.sequence + 1, last.hash),
            "chain broken on the wire"
        );
        self.received.push((
            Head {
                sequence: entry.sequence,
                hash: Fixed(sha256(&bytes.0)),
            },
            note(entry),
        ));
    }

    fn newest(&self, question: u16) -> Option<&Note> {
        self.received[..self.durable]
            .iter()
            .rev()
            .map(|(_, note)| note)
            .find(|note| note.question == question)
    }
}

/// One browser: page, its database, and the line to the server in both directions.
struct World {
    page: Outbox,
    database: BTreeMap<u64, Bytes>,
    unkept: VecDeque<Line>,
    server: Server,
    up: VecDeque<Bytes>,
    down: VecDeque<u64>,
    connected: bool,
    written: BTreeMap<u16, Note>,
}

#[derive(Clone, Debug)]
enum Event {
    Answer(u16, u8),
    KeepOne,
    Send,
    Deliver,
    Commit,
    Acknowledge { twice: bool },
    Disconnect,
    Connect,
    ServerCrash,
    Reload,
}

fn note_of(question: u16, choice: u8) -> Note {
    Note {
        question,
        response: Response::Choice(choice),
        flagged: false,
        elapsed: Millis(0),
    }
}

impl World {
    fn new() -> Self {
        World {
            page: Outbox::begin(ATTEMPT, 1, genesis(ATTEMPT)),
            database: BTreeMap::new(),
            unkept: VecDeque::new(),
            server: Server {
                received: Vec::new(),
                durable: 0,
            },
            up: VecDeque::new(),
            down: VecDeque::new(),
            connected: false,
            written: BTreeMap::new(),
        }
    }

    fn happen(&mut self, event: &Event) {
        match event {
            Event::Answer(question, choice) => self.answer(*question, *choice),
            Event::KeepOne => self.keep_one(),
            Event::Send => self.up.extend(self.page.next_batch()),
            Event::Deliver => drop(self.up.pop_front().map(|bytes| self.server.receive(&bytes))),
            Event::Commit => self.commit(),
            Event::Acknowledge { twice } => self.acknowledge(*twice),
            Event::Disconnect => self.disconnect(),
            Event::Connect => self.connect(),
            Event::ServerCrash => self.crash(),
            Event::Reload => self.reload(),
        }
        self.nothing_is_claimed_too_early();
    }

    fn answer(&mut self, question: u16, choice: u8) {
        self.unkept.push_back(self.page.write(note_of(question, choice)));
        self.written.insert(question, note_of(question, choice));
    }

    fn keep_one(&mut self) {
        if let Some(line) = self.unkept.pop_front() {
            self.database.insert(line.sequence, line.bytes);
            self.page.keep(line.sequence);
        }
    }

    fn commit(&mut self) {
        self.server.durable = self.server.received.len();
        if self.connected {
            self.down.push_back(self.server.head().sequence);
        }
    }

    fn acknowledge(&mut self, twice: bool) {
        if let Some(through) = self.down.pop_front() {
            self.page.acknowledge(through);
            if twice {
                self.page.acknowledge(through);
            }
        }
    }

    fn disconnect(&mut self) {
        self.connected = false;
        self.up.clear();
        self.down.clear();
        self.page.disconnect();
    }

    fn connect(&mut self) {
        self.disconnect();
        self.connected = true;
        // The real server answers Hello from what it has on disk; what it had in memory it has committed by then.
        self.server.durable = self.server.received.len();
        assert_eq!(self.page.connect(self.server.head()), None, "one chain");
    }

    fn crash(&mut self) {
        self.disconnect();
        self.server.received.truncate(self.server.durable);
    }

    /// The candidate presses F5: what the database has not taken yet is gone, and the candidate sees that and types again.
    fn reload(&mut self) {
        self.disconnect();
        let lost = std::mem::take(&mut self.unkept);
        let lines: Vec<Bytes> = self.database.values().cloned().collect();
        let (page, loose) = Outbox::begin(ATTEMPT, 1, genesis(ATTEMPT)).restore(&lines, 0);
        assert!(loose.is_empty(), "the database holds a chain");
        self.page = page;
        for line in lost {
            let Note {
                question,
                response: Response::Choice(choice),
                ..
            } = line.note
            else {
                unreachable!()
            };
            self.answer(question, choice);
        }
    }

    fn nothing_is_claimed_too_early(&self) {
        let acknowledged = self.page.acknowledged().sequence;
        assert!(
            acknowledged <= self.server.durable as u64,
            "said saved before the server had it"
        );
        for (question, note) in &self.written {
            if !self.page.has_unsaved(*question) {
                assert_eq!(
                    self.server.newest(*question),
                    Some(note),
                    "shown as saved, but the server has another"
                );
            }
        }
    }

    fn settle(&mut self) {
        self.connect();
        while !self.unkept.is_empty() {
            self.keep_one();
        }
        self.up.extend(self.page.next_batch());
        while !self.up.is_empty() {
            self.happen(&Event::Deliver);
        }
        self.commit();
        while !self.down.is_empty() {
            self.acknowledge(false);
        }
    }
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let event = prop_oneof![
        4 => (1..4u16, 0..4u8).prop_map(|(question, choice)| Event::Answer(question, choice)),
        4 => Just(Event::KeepOne),
        3 => Just(Event::Send),
        4 => Just(Event::Deliver),
        2 => Just(Event::Commit),
        2 => any::<bool>().prop_map(|twice| Event::Acknowledge { twice }),
        1 => Just(Event::Disconnect),
        2 => Just(Event::Connect),
        1 => Just(Event::ServerCrash),
        1 => Just(Event::Reload),
    ];
    prop::collection::vec(event, 0..80)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_interleaving_loses_an_answer_or_claims_one_too_early(events in events()) {
        let mut world = World::new();
        for event in &events {
            world.happen(event);
        }
        world.settle();
        prop_assert_eq!(world.page.unsaved(), 0);
        for (question, note) in &world.written {
            prop_assert_eq!(world.server.newest(*question), Some(note));
        }
    }
}

#[test]
fn a_lost_browser_goes_on_from_the_servers_head() {
    let mut page = Outbox::begin(ATTEMPT, 1, genesis(ATTEMPT));
    page.write(note_of(1, 0));
    page.write(note_of(1, 2));
    page.write(note_of(2, 3));
    let server = Head {
        sequence: 9,
        hash: Fixed([9; 32]),
    };
    let again = page.connect(server).unwrap();
    assert_eq!(
        again.iter().map(|line| line.sequence).collect::<Vec<_>>(),
        [10, 11]
    );
    assert_eq!(again[0].note, note_of(1, 2));
    let first: JournalEntry = canonical::decode(&again[0].bytes.0).unwrap();
    assert_eq!(first.previous, server.hash);
}

#[test]
fn acknowledgements_of_lines_never_written_change_nothing() {
    let mut page = Outbox::begin(ATTEMPT, 1, genesis(ATTEMPT));
    page.write(note_of(1, 0));
    page.acknowledge(7);
    assert_eq!(page.unsaved(), 1);
}

#[test]
fn a_broken_journal_gives_its_notes_back() {
    let mut page = Outbox::begin(ATTEMPT, 1, genesis(ATTEMPT));
    let lines: Vec<Bytes> = (0..3)
        .map(|choice| page.write(note_of(choice, 0)).bytes)
        .collect();
    let (page, loose) =
        Outbox::begin(ATTEMPT, 1, genesis(ATTEMPT)).restore(&[lines[0].clone(), lines[2].clone()], 0);
    assert_eq!(page.unsaved(), 1);
    assert_eq!(loose, [note_of(2, 0)]);
}

#[test]
fn frames_stay_below_the_servers_limit() {
    let mut page = Outbox::begin(ATTEMPT, 1, genesis(ATTEMPT));
    for question in 0..4 {
        let text = Response::Text("x".repeat(25_000));
        let line = page.write(Note {
            question,
            response: text,
            flagged: false,
            elapsed: Millis(0),
        });
        page.keep(line.sequence);
    }
    page.connect(genesis(ATTEMPT));
    let sizes: Vec<usize> = std::iter::from_fn(|| Some(page.next_batch().len()).filter(|n| *n > 0)).collect();
    assert_eq!(sizes, [2, 2]);
}
