//! From a document signer up to an installed country signer: directly, or through CSCA link certificates (ICAO Doc
//! 9303-12, section 4.4.2), by which an old key of a country vouches for its next one.
//!
//! Only signatures and names are looked at here. Times, purposes and revocation are [`super::condition`]'s.

use super::Installed;
use crate::certificate::{Certificate, NormalName};

/// So many link certificates may stand between a signer and its root: one each time a country changed its key.
const MAX_LINKS: usize = 3;

/// A country signer and what vouches for it, the self-signed root last.
pub(super) type Path<'a> = Vec<Certificate<'a>>;

/// Who issued a certificate.
pub(super) enum Issuers<'a> {
    /// No installed certificate is the one that it names.
    NotInstalled,
    /// It names an installed one, which did not sign it.
    Pretended,
    /// Installed ones signed it. Without a path none of them leads to a root.
    Found(Vec<Path<'a>>),
}

/// Looks for the certificate's issuers.
pub(super) fn issuers<'a>(installed: &'a [Installed], certificate: &Certificate<'_>) -> Issuers<'a> {
    let claimed = claimed(installed, certificate);
    if claimed.is_empty() {
        return Issuers::NotInstalled;
    }
    let signers: Vec<_> = signers(claimed, certificate).collect();
    if signers.is_empty() {
        return Issuers::Pretended;
    }
    let paths = signers
        .into_iter()
        .flat_map(|(anchor, ca)| upwards(installed, anchor, ca, MAX_LINKS));
    Issuers::Found(paths.collect())
}

/// All ways from an installed country signer, which is `ca` when read, up to a root.
pub(super) fn paths_of<'a>(
    installed: &'a [Installed],
    anchor: &'a Installed,
    ca: Certificate<'a>,
) -> Vec<Path<'a>> {
    upwards(installed, anchor, ca, MAX_LINKS)
}

fn upwards<'a>(
    installed: &'a [Installed],
    anchor: &'a Installed,
    ca: Certificate<'a>,
    links: usize,
) -> Vec<Path<'a>> {
    if is_root(anchor, &ca) {
        return vec![vec![ca]];
    }
    if links == 0 {
        return Vec::new();
    }
    let above = signers(claimed(installed, &ca), &ca)
        .flat_map(|(anchor, issuer)| upwards(installed, anchor, issuer, links - 1));
    above.map(|path| [vec![ca.clone()], path].concat()).collect()
}

/// Whether an installed country signer vouches for itself: of its own name, and signed with its own key. Its bytes never
/// change, so its signature is checked once however many cards are judged by it.
pub(super) fn is_root(anchor: &Installed, ca: &Certificate<'_>) -> bool {
    let vouches = || NormalName::of(ca.issuer) == NormalName::of(ca.subject) && signed_by(ca, ca);
    *anchor.root.get_or_init(vouches)
}

/// The installed certificates that the certificate names as its issuer: by key identifier, and by name.
fn claimed<'a>(installed: &'a [Installed], certificate: &Certificate<'_>) -> Vec<&'a Installed> {
    let name = NormalName::of(certificate.issuer);
    let key_id = certificate.authority_key_id();
    let same_key = |anchor: &Installed| key_id.is_some() && anchor.key_id.as_deref() == key_id;
    let claims = |anchor: &&Installed| same_key(anchor) || anchor.subject == name;
    let mut claimed: Vec<_> = installed.iter().filter(claims).collect();
    // A country's certificates bear one name: the key identifier says at once which of them it is.
    claimed.sort_by_key(|anchor| !same_key(anchor));
    claimed
}

fn signers<'a>(
    claimed: Vec<&'a Installed>,
    certificate: &Certificate<'_>,
) -> impl Iterator<Item = (&'a Installed, Certificate<'a>)> {
    let by_key_id = certificate.authority_key_id();
    let mut found = false;
    claimed
        .into_iter()
        .filter_map(|anchor| Some((anchor, Certificate::parse(&anchor.der).ok()?)))
        .filter(move |(_, issuer)| {
            // Whoever was found by its key identifier spares the others of its name a check.
            let spared = found && issuer.subject_key_id() != by_key_id;
            let signed = !spared && signed_by(certificate, issuer);
            found |= signed;
            signed
        })
}

/// Whoever names an issuer must be signed by it: an unreadable or unknown signature is no excuse.
fn signed_by(certificate: &Certificate<'_>, issuer: &Certificate<'_>) -> bool {
    issuer
        .public_key()
        .and_then(|key| certificate.check_signature(&key))
        .is_ok()
}
