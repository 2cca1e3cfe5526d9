//! The places in which somebody can be given a role, as one person sees them. Plain rules.

use super::appoint::{appointable, may_staff};
use super::directory::{Exam, Organisation, Room, Site};
use super::listing::Viewer;
use exam_protocol::people::{ExamNode, OrganisationNode, RoomNode, ScopeTree, SiteNode};
use exam_protocol::right::{Grant, Role, Scope};

/// The tree: what this person may see, with whatever stands above it.
pub fn of(viewer: &Viewer<'_>) -> ScopeTree {
    let builder = Builder {
        viewer,
        own: viewer.person.grants(),
    };
    let organisations = &viewer.directory.places.organisations;
    let roles = builder.roles(Scope::Installation);
    ScopeTree {
        may_add_organisation: !roles.is_empty(),
        roles,
        organisations: organisations
            .iter()
            .filter_map(|one| builder.organisation(one))
            .collect(),
    }
}

struct Builder<'a> {
    viewer: &'a Viewer<'a>,
    own: Vec<Grant>,
}

impl Builder<'_> {
    fn roles(&self, scope: Scope) -> Vec<Role> {
        let place = self.viewer.directory.places.of(scope);
        place.map_or_else(Vec::new, |place| appointable(&self.own, &place))
    }

    fn organisation(&self, one: &Organisation) -> Option<OrganisationNode> {
        let places = &self.viewer.directory.places;
        let exams = places.exams.iter().filter(|exam| exam.organisation == one.id);
        let exams: Vec<ExamNode> = exams.filter_map(|exam| self.exam(exam)).collect();
        let scope = Scope::Organisation(one.id);
        (self.viewer.sees_scope(scope) || !exams.is_empty()).then(|| OrganisationNode {
            id: one.id,
            name: one.name.clone(),
            roles: self.roles(scope),
            may_add_members: may_staff(&self.own, one.id, places).is_ok(),
            exams,
        })
    }

    fn exam(&self, exam: &Exam) -> Option<ExamNode> {
        let sites = self.viewer.directory.places.sites.iter();
        let sites: Vec<SiteNode> = sites
            .filter(|site| site.exam == exam.id)
            .filter_map(|site| self.site(site))
            .collect();
        let scope = Scope::Exam(exam.id);
        (self.viewer.sees_scope(scope) || !sites.is_empty()).then(|| ExamNode {
            id: exam.id,
            title: exam.title.clone(),
            roles: self.roles(scope),
            sites,
        })
    }

    fn site(&self, site: &Site) -> Option<SiteNode> {
        let rooms = self.viewer.directory.places.rooms.iter();
        let rooms: Vec<RoomNode> = rooms
            .filter(|room| room.site == site.id && self.viewer.sees_scope(Scope::Room(room.id)))
            .map(|room| self.room(room))
            .collect();
        let scope = Scope::Site(site.id);
        (self.viewer.sees_scope(scope) || !rooms.is_empty()).then(|| SiteNode {
            id: site.id,
            name: site.name.clone(),
            roles: self.roles(scope),
            rooms,
        })
    }

    fn room(&self, room: &Room) -> RoomNode {
        RoomNode {
            id: room.id,
            name: room.name.clone(),
            subject: room.subject.clone(),
            starts_at: room.starts_at,
            roles: self.roles(Scope::Room(room.id)),
        }
    }
}
