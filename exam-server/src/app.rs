//! What all handlers share.

use crate::audit;
use crate::checkin;
use crate::clock::{Clock, Randomness};
use crate::config::Config;
use crate::db::Db;
use crate::keys::Keys;
use crate::machine::sighting::Sightings;
use crate::node;
use crate::shell::changes::Changes;
use crate::shell::limit::Limit;
use crate::shell::metrics::Metrics;
use crate::shell::ready::Vitals;
use crate::sitting::presence::Presence;
use crate::sitting::task::writer::Writer;
use crate::staff::oidc::client::SignOns;
use exam_protocol::time::Timestamp;
use std::sync::Arc;
use tokio::sync::watch;

/// Claims per minute from one network address, successful ones not counted: a whole school may be one address.
const CLAIMS_PER_ADDRESS: u32 = 600;

/// Logins per minute from one network address, which may be a whole school: each costs a slow hash.
const LOGINS_PER_ADDRESS: u32 = 300;

/// Enrolments per minute from one network address, successful ones not counted, and from all addresses together.
const ENROLMENTS_PER_ADDRESS: u32 = 20;
const ENROLMENTS: u32 = 2_000;

/// The running server.
pub struct App {
    /// Settings.
    pub config: Config,
    /// Time.
    pub clock: Arc<Clock>,
    /// Randomness.
    pub random: Randomness,
    /// Name of this process among those that serve the database.
    pub node: String,
    /// What is measured.
    pub metrics: Arc<Metrics>,
    /// Whether it works.
    pub vitals: Vitals,
    /// Keys.
    pub keys: Keys,
    /// Database.
    pub db: Db,
    /// Who watches which room.
    pub changes: Changes,
    /// Tries to log in, by network address; what counts for an account is in the database.
    pub login_limit: Limit,
    /// Whose reading of the audit's feed is on record.
    pub audit_readers: audit::readers::Readers,
    /// Providers of single sign-on.
    pub sign_ons: SignOns,
    /// Logins that begin at a provider, by network address.
    pub sign_on_limit: Limit,
    /// Where machines with certificates were last seen.
    pub machines: Arc<Sightings>,
    /// Tries to enrol a machine, by network address.
    pub enrolment_address_limit: Limit,
    /// Tries to enrol a machine, from everywhere.
    pub enrolment_limit: Limit,
    /// Check-in stations that are connected.
    pub stations: checkin::stations::Stations,
    /// Whose cards can be confirmed.
    pub trust: checkin::trust::TrustStore,
    /// Tries to claim a seat, by network address.
    pub claim_address_limit: Limit,
    /// Tries to claim a seat, by the ticket's first half.
    pub claim_ticket_limit: Limit,
    /// Which seats are connected.
    pub presence: Arc<Presence>,
    /// The one writer of the journal.
    pub writer: Writer,
    /// True once the server is told to stop.
    pub stopping: watch::Sender<bool>,
}

impl App {
    /// Reads keys and opens the database.
    ///
    /// # Errors
    /// Names what is missing or broken.
    pub async fn start(config: Config, clock: Arc<Clock>) -> anyhow::Result<Arc<Self>> {
        let keys = Keys::read(&config)?;
        let sign_ons = SignOns::start(&config)?;
        let db = Db::open(&config.data.database).await?;
        if let Some(now) = db.time().await? {
            clock.align(now);
        }
        let mut tx = db.write().await?;
        let random = Randomness::system();
        let node = hex::encode(random.bytes::<16>()?);
        let stopped = node::store::begin(&mut tx, &node, clock.now()).await?;
        // With a file there is no other process: whatever is under way was begun by one that is gone.
        let cutoff = if db.is_shared() {
            node::store::dead_before(clock.now())
        } else {
            Timestamp(i64::MAX)
        };
        node::store::end_orphans(&mut tx, cutoff, clock.now()).await?;
        tx.commit().await?;
        if stopped > 0 {
            tracing::error!(
                rooms = stopped,
                "the clock has jumped: rooms wait for their proctors to go on"
            );
        }
        let metrics = Arc::<Metrics>::default();
        let vitals = Vitals::at(clock.now());
        let writer = Writer::start(db.clone(), clock.clone(), (node.clone(), metrics.clone()));
        Ok(Arc::new(Self {
            config,
            clock,
            random,
            node,
            metrics,
            vitals,
            keys,
            db,
            changes: Changes::default(),
            audit_readers: audit::readers::Readers::default(),
            login_limit: Limit::of(LOGINS_PER_ADDRESS),
            sign_ons,
            sign_on_limit: Limit::of(LOGINS_PER_ADDRESS),
            machines: Arc::default(),
            enrolment_address_limit: Limit::of(ENROLMENTS_PER_ADDRESS),
            enrolment_limit: Limit::of(ENROLMENTS),
            trust: checkin::trust::TrustStore::default(),
            stations: checkin::stations::Stations::default(),
            claim_address_limit: Limit::of(CLAIMS_PER_ADDRESS),
            claim_ticket_limit: Limit::default(),
            presence: Arc::default(),
            writer,
            stopping: watch::Sender::new(false),
        }))
    }
}
