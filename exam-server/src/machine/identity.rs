//! Whether the machine behind a verified certificate is the one that is registered. Plain rules.

use certs::x509::MachineIdentity;
use exam_protocol::bytes::Digest;
use exam_protocol::id::{MachineId, SiteId};
use exam_protocol::machine::MachineKind;

/// A machine's registration as far as its certificate is judged by it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registered {
    /// Its id.
    pub id: MachineId,
    /// What it is for.
    pub kind: MachineKind,
    /// Its name; may be another than the certificate's since it was renamed.
    pub name: String,
    /// Where it stands.
    pub site: SiteId,
    /// SHA-256 of its one certificate.
    pub certificate_hash: Digest,
    /// Whether it was revoked.
    pub revoked: bool,
}

/// A machine whose certificate was judged. Only [`judge`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownMachine {
    id: MachineId,
    kind: MachineKind,
    name: String,
    site: Option<SiteId>,
}

impl KnownMachine {
    /// Its id.
    pub fn id(&self) -> MachineId {
        self.id
    }

    /// What it is for.
    pub fn kind(&self) -> MachineKind {
        self.kind
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where it stands; none for an unregistered machine of an installation that takes them.
    pub fn site(&self) -> Option<SiteId> {
        self.site
    }

    /// Whether it may serve rooms of this site.
    pub fn serves(&self, site: SiteId) -> bool {
        self.site.is_none_or(|own| own == site)
    }
}

/// Why a machine is not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stranger {
    /// No certificate, or none of a machine.
    NoMachine,
    /// The exam CA certified it, but nobody registered it here.
    Unregistered,
    /// It was revoked.
    Revoked,
    /// Another certificate is registered for it.
    OtherCertificate,
    /// Registered as something else than its certificate says.
    OtherKind,
}

/// The wire's kind of a certificate's kind.
pub fn kind_of(kind: certs::authority::MachineKind) -> MachineKind {
    match kind {
        certs::authority::MachineKind::Desk => MachineKind::Desk,
        certs::authority::MachineKind::Seat => MachineKind::Seat,
    }
}

/// Judges a certificate by the registration. `accept_unregistered` lets in whomever the exam CA certified and nobody
/// registered, never somebody who was revoked.
///
/// # Errors
/// [`Stranger`] says why not.
pub fn judge(
    certified: &MachineIdentity,
    certificate_hash: Digest,
    registered: Option<Registered>,
    accept_unregistered: bool,
) -> Result<KnownMachine, Stranger> {
    let kind = kind_of(certified.kind);
    let Some(registered) = registered else {
        let id = certified.id_hex.parse().map_err(|_| Stranger::NoMachine)?;
        return if accept_unregistered {
            Ok(KnownMachine {
                id,
                kind,
                name: certified.name.clone(),
                site: None,
            })
        } else {
            Err(Stranger::Unregistered)
        };
    };
    if registered.revoked {
        return Err(Stranger::Revoked);
    }
    if registered.certificate_hash != certificate_hash {
        return Err(Stranger::OtherCertificate);
    }
    if registered.kind != kind {
        return Err(Stranger::OtherKind);
    }
    Ok(KnownMachine {
        id: registered.id,
        kind,
        name: registered.name,
        site: Some(registered.site),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use exam_protocol::bytes::Fixed;

    const HASH: Digest = Fixed([7; 32]);
    const SITE: SiteId = SiteId(Fixed([3; 16]));

    fn certified() -> MachineIdentity {
        MachineIdentity {
            kind: certs::authority::MachineKind::Desk,
            id_hex: "01".repeat(16),
            name: "Bàn 1".into(),
            serial: "ab".into(),
        }
    }

    fn registered() -> Registered {
        Registered {
            id: MachineId(Fixed([1; 16])),
            kind: MachineKind::Desk,
            name: "Cửa P01".into(),
            site: SITE,
            certificate_hash: HASH,
            revoked: false,
        }
    }

    fn check(change: impl FnOnce(&mut Registered), expected: Stranger) {
        let mut one = registered();
        change(&mut one);
        for accept in [false, true] {
            assert_eq!(
                judge(&certified(), HASH, Some(one.clone()), accept),
                Err(expected)
            );
        }
    }

    #[test]
    fn only_the_one_registered_certificate_counts() {
        let known = judge(&certified(), HASH, Some(registered()), false).unwrap();
        assert_eq!((known.name(), known.site()), ("Cửa P01", Some(SITE)));
        assert!(known.serves(SITE));
        assert!(!known.serves(SiteId(Fixed([4; 16]))));
        check(|one| one.revoked = true, Stranger::Revoked);
        check(
            |one| one.certificate_hash = Fixed([8; 32]),
            Stranger::OtherCertificate,
        );
        check(|one| one.kind = MachineKind::Seat, Stranger::OtherKind);
    }

    #[test]
    fn the_unregistered_come_in_only_where_that_is_set() {
        assert_eq!(
            judge(&certified(), HASH, None, false),
            Err(Stranger::Unregistered)
        );
        let known = judge(&certified(), HASH, None, true).unwrap();
        assert_eq!((known.name(), known.site()), ("Bàn 1", None));
        assert!(known.serves(SITE));
    }
}
