//! The tree of places where roles can be granted, as a list that is searched and chosen from.
//!
//! Which roles may be granted where is the server's word.

use crate::core::fold::fold;
use exam_protocol::people::ScopeTree;
use exam_protocol::right::{Role, Scope};

/// A place on the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Where.
    pub scope: Scope,
    /// How deep beneath the installation: 0 to 4.
    pub depth: usize,
    /// Name; empty for the whole installation.
    pub name: String,
    /// Roles that may be granted here.
    pub roles: Vec<Role>,
}

/// All places, each before what is beneath it.
pub fn places(tree: &ScopeTree) -> Vec<Place> {
    let mut list = vec![place(Scope::Installation, 0, "", &tree.roles)];
    for organisation in &tree.organisations {
        let scope = Scope::Organisation(organisation.id);
        list.push(place(scope, 1, &organisation.name, &organisation.roles));
        for exam in &organisation.exams {
            list.push(place(Scope::Exam(exam.id), 2, &exam.title, &exam.roles));
            for site in &exam.sites {
                list.push(place(Scope::Site(site.id), 3, &site.name, &site.roles));
                for room in &site.rooms {
                    let name = format!("{} · {}", room.name, room.subject);
                    list.push(place(Scope::Room(room.id), 4, &name, &room.roles));
                }
            }
        }
    }
    list
}

fn place(scope: Scope, depth: usize, name: &str, roles: &[Role]) -> Place {
    Place {
        scope,
        depth,
        name: name.to_owned(),
        roles: roles.to_vec(),
    }
}

/// The places where something can be granted and whose name fits, with those above them.
pub fn visible(places: &[Place], search: &str) -> Vec<Place> {
    let wanted = fold(search.trim());
    let fits: Vec<bool> = places
        .iter()
        .map(|place| !place.roles.is_empty() && (wanted.is_empty() || fold(&place.name).contains(&wanted)))
        .collect();
    let below = |at: usize| {
        let deeper = places[at + 1..]
            .iter()
            .take_while(|place| place.depth > places[at].depth)
            .count();
        fits[at..=at + deeper].iter().any(|fits| *fits)
    };
    (0..places.len())
        .filter(|at| below(*at))
        .map(|at| places[at].clone())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use exam_protocol::id::{ExamId, OrganisationId, SiteId};
    use exam_protocol::people::{ExamNode, OrganisationNode, SiteNode};

    fn tree() -> ScopeTree {
        let site = |byte, name: &str| SiteNode {
            id: SiteId::from_random([byte; 16]),
            name: name.into(),
            roles: vec![Role::Proctor1],
            rooms: Vec::new(),
        };
        ScopeTree {
            roles: Vec::new(),
            may_add_organisation: false,
            organisations: vec![OrganisationNode {
                id: OrganisationId::from_random([1; 16]),
                name: "Sở Quảng Ninh".into(),
                roles: Vec::new(),
                may_add_members: true,
                exams: vec![ExamNode {
                    id: ExamId::from_random([2; 16]),
                    title: "Cuối kỳ I".into(),
                    roles: Vec::new(),
                    sites: vec![site(3, "THPT Hòn Gai"), site(4, "THPT Uông Bí")],
                }],
            }],
        }
    }

    fn names(search: &str) -> Vec<String> {
        visible(&places(&tree()), search)
            .into_iter()
            .map(|place| place.name)
            .collect()
    }

    #[test]
    fn a_place_that_fits_brings_those_above_it() {
        assert_eq!(names("").len(), 5);
        assert_eq!(
            names("hon gai"),
            ["", "Sở Quảng Ninh", "Cuối kỳ I", "THPT Hòn Gai"]
        );
    }

    #[test]
    fn places_without_anything_to_grant_are_left_out() {
        assert!(names("quang ninh").is_empty());
    }
}
