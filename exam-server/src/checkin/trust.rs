//! The trust store of the server: country signers, link certificates and revocation lists as they lie in the database, read
//! once and kept until something is added or removed.
//!
//! Each was checked when it was installed and is checked again when it is read; what can't be read now confirms nobody.

use certs::travel_document::TrustAnchors;
use exam_protocol::time::Timestamp;
use std::sync::{Arc, Mutex, PoisonError};

/// What is installed, and when it was last changed.
#[derive(Clone, Debug, Default)]
pub struct Installed {
    /// Certificates, X.509 in DER.
    pub certificates: Vec<Vec<u8>>,
    /// Revocation lists in DER.
    pub revocation_lists: Vec<Vec<u8>>,
}

/// Which state of the tables something was read from: how many rows there are, and when the newest came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Version {
    /// Certificates.
    pub certificates: (i64, Timestamp),
    /// Revocation lists.
    pub revocation_lists: (i64, Timestamp),
}

/// Reads what is installed.
pub fn read(installed: &Installed) -> TrustAnchors {
    let mut anchors = TrustAnchors::empty();
    for certificate in &installed.certificates {
        if let Err(error) = anchors.add_pem_or_der(certificate) {
            tracing::error!(%error, "an installed trust anchor can't be read");
        }
    }
    for list in &installed.revocation_lists {
        if let Err(error) = anchors.add_revocation_list(list) {
            tracing::error!(%error, "an installed revocation list can't be used");
        }
    }
    anchors
}

/// The store as it was last read.
#[derive(Debug, Default)]
pub struct TrustStore(Mutex<Option<(Version, Arc<TrustAnchors>)>>);

impl TrustStore {
    /// What was read of this version.
    pub fn get(&self, version: Version) -> Option<Arc<TrustAnchors>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.as_ref()
            .filter(|(of, _)| *of == version)
            .map(|(_, anchors)| Arc::clone(anchors))
    }

    /// Keeps what was read of this version.
    pub fn put(&self, version: Version, anchors: TrustAnchors) -> Arc<TrustAnchors> {
        let anchors = Arc::new(anchors);
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((version, Arc::clone(&anchors)));
        anchors
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_version_is_read_anew() {
        let store = TrustStore::default();
        let version = |count| Version {
            certificates: (count, Timestamp(1)),
            revocation_lists: (0, Timestamp(0)),
        };
        assert!(store.get(version(1)).is_none());
        store.put(version(1), read(&Installed::default()));
        assert!(store.get(version(1)).is_some());
        assert!(store.get(version(2)).is_none());
    }

    #[test]
    fn rubbish_confirms_nobody() {
        let installed = Installed {
            certificates: vec![vec![1, 2, 3]],
            revocation_lists: vec![vec![4, 5, 6]],
        };
        assert!(read(&installed).is_empty());
    }
}
