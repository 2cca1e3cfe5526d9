//! What there is: places with their names, people with their roles. Plain.

use crate::staff::rights::Place;
use exam_protocol::id::{ExamId, OrganisationId, RoomId, SiteId, StaffId};
use exam_protocol::people::{AccountState, ExternalLogin};
use exam_protocol::right::{Grant, Scope};
use exam_protocol::staff::FactorKind;
use exam_protocol::time::Timestamp;
use std::collections::{BTreeSet, HashMap};

/// Between the parts of a place's name.
const BETWEEN: &str = " › ";

/// An organisation.
#[derive(Clone, Debug)]
pub struct Organisation {
    /// Id.
    pub id: OrganisationId,
    /// Name.
    pub name: String,
}

/// An exam.
#[derive(Clone, Debug)]
pub struct Exam {
    /// Id.
    pub id: ExamId,
    /// Who holds it.
    pub organisation: OrganisationId,
    /// Title.
    pub title: String,
}

/// A site.
#[derive(Clone, Debug)]
pub struct Site {
    /// Id.
    pub id: SiteId,
    /// Of which exam.
    pub exam: ExamId,
    /// Name.
    pub name: String,
}

/// A room of a sitting.
#[derive(Clone, Debug)]
pub struct Room {
    /// Id.
    pub id: RoomId,
    /// At which site.
    pub site: SiteId,
    /// Name.
    pub name: String,
    /// Subject of the sitting.
    pub subject: String,
    /// Planned start.
    pub starts_at: Timestamp,
}

/// All places.
#[derive(Clone, Debug, Default)]
pub struct Places {
    /// By name.
    pub organisations: Vec<Organisation>,
    /// Newest first.
    pub exams: Vec<Exam>,
    /// By name.
    pub sites: Vec<Site>,
    /// By start and name.
    pub rooms: Vec<Room>,
    by_scope: HashMap<Scope, Place>,
}

impl Places {
    /// Places from their lists. What hangs on something that is not there is not there.
    pub fn new(
        organisations: Vec<Organisation>,
        exams: Vec<Exam>,
        sites: Vec<Site>,
        rooms: Vec<Room>,
    ) -> Self {
        let mut places = HashMap::from([(Scope::Installation, Place::default())]);
        let mut beneath = |above: Scope, scope: Scope, fill: &dyn Fn(&mut Place)| {
            if let Some(mut place) = places.get(&above).copied() {
                fill(&mut place);
                places.insert(scope, place);
            }
        };
        for one in &organisations {
            let fill = |place: &mut Place| place.organisation = Some(one.id);
            beneath(Scope::Installation, Scope::Organisation(one.id), &fill);
        }
        for one in &exams {
            let fill = |place: &mut Place| place.exam = Some(one.id);
            beneath(Scope::Organisation(one.organisation), Scope::Exam(one.id), &fill);
        }
        for one in &sites {
            let fill = |place: &mut Place| place.site = Some(one.id);
            beneath(Scope::Exam(one.exam), Scope::Site(one.id), &fill);
        }
        for one in &rooms {
            let fill = |place: &mut Place| place.room = Some(one.id);
            beneath(Scope::Site(one.site), Scope::Room(one.id), &fill);
        }
        Self {
            organisations,
            exams,
            sites,
            rooms,
            by_scope: places,
        }
    }

    /// The organisation with this id.
    pub fn organisation(&self, id: OrganisationId) -> Option<&Organisation> {
        self.organisations.iter().find(|one| one.id == id)
    }

    /// The place that a scope names, for asking who covers it: nothing but a scope for the whole installation covers the
    /// whole installation. None when there is no such place.
    pub fn of(&self, scope: Scope) -> Option<Place> {
        self.by_scope.get(&scope).copied()
    }

    /// A scope's name from the widest part on; empty for the whole installation.
    pub fn name(&self, scope: Scope) -> String {
        let place = self.of(scope).unwrap_or_default();
        let organisation = place.organisation.and_then(|id| self.organisation(id));
        let exam = place
            .exam
            .and_then(|id| self.exams.iter().find(|one| one.id == id));
        let site = place
            .site
            .and_then(|id| self.sites.iter().find(|one| one.id == id));
        let room = place
            .room
            .and_then(|id| self.rooms.iter().find(|one| one.id == id));
        let parts = [
            organisation.map(|one| one.name.clone()),
            exam.map(|one| one.title.clone()),
            site.map(|one| one.name.clone()),
            room.map(|one| format!("{} ({})", one.name, one.subject)),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(BETWEEN)
    }
}

/// A role that somebody holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// As what and where.
    pub grant: Grant,
    /// Since when.
    pub granted_at: Timestamp,
    /// By whom: `staff:<id>`, `command`, `sign-on:<provider>`.
    pub granted_by: String,
    /// When somebody last confirmed that it is needed, and who.
    pub reviewed: Option<(Timestamp, String)>,
}

/// What stands before a provider's name where a login at it gave the role.
pub const BY_PROVIDER: &str = "sign-on:";

impl Held {
    /// The provider whose logins give this role.
    pub fn provider(&self) -> Option<&str> {
        self.granted_by.strip_prefix(BY_PROVIDER)
    }
}

/// A member of staff.
#[derive(Clone, Debug)]
pub struct Person {
    /// Id.
    pub id: StaffId,
    /// Login name.
    pub name: String,
    /// Name as shown.
    pub display_name: String,
    /// Works for.
    pub organisation: OrganisationId,
    /// Whether somebody closed the account.
    pub disabled: bool,
    /// When it ends.
    pub ends_at: Option<Timestamp>,
    /// When this person last logged in.
    pub last_login: Option<Timestamp>,
    /// Whether it is an account for emergencies.
    pub break_glass: bool,
    /// Roles.
    pub held: Vec<Held>,
    /// Kinds of second factors.
    pub factors: Vec<FactorKind>,
    /// Logins at providers.
    pub external: Vec<ExternalLogin>,
}

impl Person {
    /// Whether this person can log in.
    pub fn state(&self, now: Timestamp) -> AccountState {
        if self.disabled {
            AccountState::Disabled
        } else if self.ends_at.is_some_and(|end| end <= now) {
            AccountState::Ended
        } else {
            AccountState::Active
        }
    }

    /// Roles without their history.
    pub fn grants(&self) -> Vec<Grant> {
        self.held.iter().map(|held| held.grant).collect()
    }
}

/// Everything.
#[derive(Clone, Debug, Default)]
pub struct Directory {
    /// Places.
    pub places: Places,
    /// People by login name.
    pub people: Vec<Person>,
}

impl Directory {
    /// The member with this id.
    pub fn person(&self, id: StaffId) -> Option<&Person> {
        self.people.iter().find(|one| one.id == id)
    }

    /// The member with this login name.
    pub fn named(&self, name: &str) -> Option<&Person> {
        self.people.iter().find(|one| one.name == name)
    }

    /// The name of an actor of the audit, for people; empty where it was done at the server's terminal or by a provider.
    pub fn name_of_actor(&self, actor: &str) -> String {
        let id = actor.strip_prefix("staff:").and_then(|id| id.parse().ok());
        id.and_then(|id| self.person(id))
            .map(|person| person.display_name.clone())
            .unwrap_or_default()
    }

    /// Login names, for finding the ones that are taken.
    pub fn names(&self) -> BTreeSet<&str> {
        self.people.iter().map(|one| one.name.as_str()).collect()
    }

    /// Takes rows that belong to people to their people.
    pub fn distribute<T>(&mut self, rows: Vec<(StaffId, T)>, mut take: impl FnMut(&mut Person, T)) {
        let places: HashMap<StaffId, usize> = self
            .people
            .iter()
            .enumerate()
            .map(|(at, one)| (one.id, at))
            .collect();
        for (id, row) in rows {
            if let Some(person) = places.get(&id).and_then(|at| self.people.get_mut(*at)) {
                take(person, row);
            }
        }
    }
}
