//! Settings of desk and seat PCs. Holds no rules.

use serde::Deserialize;

/// Desk and seat PCs.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Machines {
    /// How long an enrolment code can be used, in minutes.
    pub code_minutes: u32,
    /// How long a machine's certificate lives, in days; never longer than the issuing authority.
    pub certificate_days: u32,
    /// Whether desks that the exam CA certified and nobody registered may join, at any site.
    pub accept_unregistered: bool,
    /// Whether a seat PC needs a certificate of a registered machine of its room's site.
    pub seats_need_certificate: bool,
}

impl Default for Machines {
    fn default() -> Self {
        Self {
            code_minutes: 30,
            certificate_days: 180,
            accept_unregistered: false,
            seats_need_certificate: false,
        }
    }
}
