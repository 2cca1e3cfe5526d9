//! Enrolment of machines: desk and seat PCs that get a certificate of the exam CA for a one-time code.
//!
//! The code is shown once, on the console. It carries its own secret and, in its long form, a fingerprint of the exam CA, so
//! that a PC which knows nothing yet can tell the real server from another.

use crate::id::{MachineId, SiteId, StaffId};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// What a machine is for; stands in its certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum MachineKind {
    /// At the door, with a card reader.
    Desk,
    /// In the room, in front of a candidate.
    Seat,
}

/// From a new machine: the code and the request for a certificate. Nobody is logged in.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct EnrolmentRequest {
    /// The code's first three groups, without the fingerprint: `K7Q2-9XMB-4TPA`; spelling as [`normalise_code`] allows.
    pub code: String,
    /// Certification request (PKCS #10, RFC 2986), PEM. Its key is what gets certified; its names are not used.
    pub request: String,
    /// Name of the PC as its operating system knows it; shown to the technician.
    pub host_name: String,
}

/// To a machine that was enrolled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Enrolled {
    /// Its id.
    pub machine: MachineId,
    /// What it is for.
    pub kind: MachineKind,
    /// Its name, as given with the code.
    pub name: String,
    /// Its certificate and that of the issuing authority, PEM, leaf first.
    pub certificate: String,
    /// The exam CA's root certificate, PEM.
    pub exam_ca: String,
    /// When the certificate ends.
    pub not_after: Timestamp,
}

/// Asks for codes for new machines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct CodesRequest {
    /// The site where the machines stand.
    pub site: SiteId,
    /// What they are for.
    pub kind: MachineKind,
    /// Their names, one code each; at most 100.
    pub names: Vec<String>,
}

/// A code for one machine, shown once.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct EnrolmentCode {
    /// The machine's name.
    pub name: String,
    /// Seven groups of four characters: the secret (3 groups, 60 bits) and the CA's fingerprint (4 groups, 80 bits).
    pub code: String,
    /// Until when it can be used.
    pub expires_at: Timestamp,
}

/// A machine on the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct MachineView {
    /// Id.
    pub id: MachineId,
    /// What it is for.
    pub kind: MachineKind,
    /// Name.
    pub name: String,
    /// Where it stands.
    pub site: SiteId,
    /// Name of that site.
    pub site_name: String,
    /// The PC's own name when it was enrolled.
    pub host_name: String,
    /// Serial number of its certificate, hexadecimal.
    pub serial: String,
    /// When it was enrolled.
    pub enrolled_at: Timestamp,
    /// When the certificate ends.
    pub not_after: Timestamp,
    /// Who gave out the code.
    pub enrolled_by: Option<StaffId>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// When it was last connected.
    pub last_seen: Option<Timestamp>,
    /// From which address.
    pub last_address: Option<String>,
    /// Whether it is connected now.
    pub connected: bool,
    /// When its certificate was seen from two addresses at once, and nobody has looked into it yet.
    pub alarm_at: Option<Timestamp>,
}

/// Renames a machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct RenameMachine {
    /// The new name.
    pub name: String,
}

/// Revokes a machine's certificate, or settles an alarm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct MachineReason {
    /// Why.
    pub reason: String,
}

/// Characters of a code's secret.
pub const SECRET_LENGTH: usize = 12;
/// Characters of the CA's fingerprint in a long code.
pub const FINGERPRINT_LENGTH: usize = 16;

/// A code as typed, in the spelling that is hashed: upper case, no hyphens or blanks, `O` read as `0`, `I` and `L` as `1`
/// (Crockford's base 32). Whatever else was typed stays and will not fit.
pub fn normalise_code(typed: &str) -> String {
    typed
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .map(|c| match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_as_people_type_them() {
        assert_eq!(normalise_code(" k7q2-9xmb 4tpo"), "K7Q29XMB4TP0");
        assert_eq!(normalise_code("il-IL"), "1111");
    }
}
