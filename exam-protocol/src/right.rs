//! Who may do what, in words that server and console share: roles, scopes, permissions.
//!
//! Which role has which permission is decided by the server alone.

use crate::id::{ExamId, OrganisationId, RoomId, SiteId};
use core::fmt;
use core::str::FromStr;
use serde::{Deserialize, Serialize};

macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($(#[$member_doc:meta])* $member:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$member_doc])* #[serde(rename = $text)] $member,)*
        }

        impl $name {
            /// All of them, in order.
            pub const ALL: &'static [Self] = &[$(Self::$member,)*];

            /// The stable name, as stored and sent.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$member => $text,)* }
            }
        }

        // Derived, it would have the names of the code: the attribute comes out of a macro, where the derive does not see it.
        #[cfg(feature = "schema")]
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                let text = utoipa::openapi::ObjectBuilder::new().schema_type(utoipa::openapi::schema::Type::String);
                text.enum_values(Some(Self::ALL.iter().map(|one| one.name()))).into()
            }
        }

        #[cfg(feature = "schema")]
        impl utoipa::ToSchema for $name {}

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.name())
            }
        }

        impl FromStr for $name {
            type Err = NoSuchName;

            fn from_str(text: &str) -> Result<Self, NoSuchName> {
                Self::ALL.iter().copied().find(|one| one.name() == text).ok_or(NoSuchName)
            }
        }
    };
}

/// The text names no role, permission or kind of scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoSuchName;

impl fmt::Display for NoSuchName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no such name")
    }
}

impl core::error::Error for NoSuchName {}

named! {
    /// Roles of the exam regulations (TT 24/2024/TT-BGDĐT) and of the installation.
    Role {
        /// Chair of the exam council (*chủ tịch Hội đồng thi*): owns the exam.
        ExamOwner = "exam-owner",
        /// Secretary of the council (*thư ký*): lists, rooms, data.
        Secretary = "secretary",
        /// Item author (*người ra đề*).
        ItemAuthor = "item-author",
        /// Reviewer (*phản biện đề*).
        Reviewer = "reviewer",
        /// Approver (*người duyệt đề*).
        Approver = "approver",
        /// Head of a site (*trưởng điểm thi*).
        SiteLead = "site-lead",
        /// First proctor (*cán bộ coi thi 1*): opens, starts and ends the room.
        Proctor1 = "proctor-1",
        /// Second proctor (*cán bộ coi thi 2*): checks identities.
        Proctor2 = "proctor-2",
        /// Supervisor (*cán bộ giám sát*): watches several rooms.
        Supervisor = "supervisor",
        /// Inspector (*thanh tra*): reads everything, changes nothing.
        Inspector = "inspector",
        /// Technician (*cán bộ kỹ thuật*): machines, no content.
        Technician = "technician",
        /// Marker (*cán bộ chấm thi*).
        Marker = "marker",
        /// Administrator of the installation (*quản trị hệ thống*): accounts and machines, no content.
        Administrator = "administrator",
    }
}

named! {
    /// What can be allowed.
    Permission {
        /// Rooms, their boards and live feeds.
        SeeRoom = "see-room",
        /// Check candidates in, admit them, move them to another PC.
        CheckIn = "check-in",
        /// Stand in as second official for an admission.
        ConfirmAdmission = "confirm-admission",
        /// Open, start, pause, resume, end and close a room; give time within the limit.
        RunRoom = "run-room",
        /// Mark lists of closed rooms.
        ReadMarks = "read-marks",
        /// Hand-ins with their journals.
        ReadSubmission = "read-submission",
        /// Propose an act that needs two people.
        Propose = "propose",
        /// Decide on somebody else's proposal.
        Decide = "decide",
        /// Accounts, roles and access reviews, to read.
        SeeStaff = "see-staff",
        /// Accounts, roles and access reviews, to change.
        ManageStaff = "manage-staff",
        /// Machines, to read.
        SeeMachines = "see-machines",
        /// Machines: enrol, rename, revoke.
        ManageMachines = "manage-machines",
        /// The audit: search, export, verify.
        ReadAudit = "read-audit",
        /// Personal data of one person: export, erasure, unmasking.
        PersonalData = "personal-data",
        /// Exams, sites, sittings, rosters and photographs.
        ManageExam = "manage-exam",
    }
}

/// Where a role holds. A wider scope holds in everything beneath: installation → organisation → exam → site → room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case", tag = "kind", content = "id")]
pub enum Scope {
    /// Everything on this installation.
    Installation,
    /// All exams of one organisation.
    Organisation(OrganisationId),
    /// All sites and rooms of one exam.
    Exam(ExamId),
    /// All rooms of one site (*điểm thi*).
    Site(SiteId),
    /// One room of one sitting.
    Room(RoomId),
}

/// A role in a scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Grant {
    /// As what.
    pub role: Role,
    /// Where.
    pub scope: Scope,
}

/// A grant is not written as it must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAGrant {
    /// It is not of the form `role@kind:id`, or the kind is none.
    Form,
    /// There is no such role.
    Role,
    /// The id is none.
    Id,
}

impl fmt::Display for NotAGrant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Form => f.write_str("viết như / write it as proctor-1@room:ID, administrator@installation"),
            Self::Id => f.write_str("sau dấu hai chấm không phải mã / what follows the colon is no id"),
            Self::Role => {
                f.write_str("vai trò / roles:")?;
                Role::ALL
                    .iter()
                    .try_for_each(|role| write!(f, " {}", role.name()))
            }
        }
    }
}

impl core::error::Error for NotAGrant {}

/// As commands and configuration write it: `role@kind:id`, `role@installation`.
impl FromStr for Grant {
    type Err = NotAGrant;

    fn from_str(text: &str) -> Result<Self, NotAGrant> {
        let (role, scope) = text.split_once('@').ok_or(NotAGrant::Form)?;
        let (kind, id) = scope.split_once(':').unwrap_or((scope, ""));
        let scope = match kind {
            "installation" if id.is_empty() => Ok(Scope::Installation),
            "organisation" => id.parse().map(Scope::Organisation),
            "exam" => id.parse().map(Scope::Exam),
            "site" => id.parse().map(Scope::Site),
            "room" => id.parse().map(Scope::Room),
            _ => return Err(NotAGrant::Form),
        };
        Ok(Self {
            role: role.parse().map_err(|_| NotAGrant::Role)?,
            scope: scope.map_err(|_| NotAGrant::Id)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back_and_are_what_is_sent() {
        for role in Role::ALL {
            assert_eq!(role.name().parse(), Ok(*role));
            assert_eq!(
                serde_json::to_string(role).unwrap(),
                format!("\"{}\"", role.name())
            );
        }
        assert_eq!("root".parse::<Role>(), Err(NoSuchName));
    }

    #[test]
    fn grants_are_read_as_commands_write_them() {
        let room = RoomId(crate::bytes::Fixed([7; 16]));
        let everywhere = "administrator@installation".parse::<Grant>().unwrap();
        assert_eq!(
            (everywhere.role, everywhere.scope),
            (Role::Administrator, Scope::Installation)
        );
        let one: Grant = format!("proctor-1@room:{room}").parse().unwrap();
        assert_eq!((one.role, one.scope), (Role::Proctor1, Scope::Room(room)));
        for (text, wrong) in [
            ("proctor-1", NotAGrant::Form),
            ("proctor-1@hall:1", NotAGrant::Form),
            ("proctor-1@installation:1", NotAGrant::Form),
            ("root@installation", NotAGrant::Role),
            ("secretary@exam", NotAGrant::Id),
        ] {
            assert_eq!(text.parse::<Grant>(), Err(wrong), "{text}");
        }
    }
}
