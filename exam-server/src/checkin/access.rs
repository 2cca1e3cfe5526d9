//! The extractor of stations: a handler that takes a [`Station`] can only be reached with a certificate of the exam CA.

use crate::app::App;
use crate::audit::chain::Actor;
use crate::door::{Access, Guard};
use crate::error::ApiError;
use crate::shell::tls::Peer;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use certs::x509::station_identity;
use exam_protocol::id::StationId;
use exam_protocol::problem::ProblemCode;
use std::sync::Arc;

/// A check-in station, known by its client certificate. The TLS layer has verified that the exam CA issued it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Station {
    /// Id in the certificate.
    pub id: StationId,
    /// Name in the certificate.
    pub name: String,
    /// Network address.
    pub address: String,
}

impl Station {
    /// The actor in the audit.
    pub fn actor(&self) -> Actor {
        Actor {
            who: format!("station:{}", self.id),
            address: self.address.clone(),
        }
    }

    fn of(peer: &Peer) -> Option<Self> {
        let identity = station_identity(peer.certificate.as_deref()?).ok()?;
        Some(Self {
            id: identity.id_hex.parse().ok()?,
            name: identity.name,
            address: peer.address.to_string(),
        })
    }
}

impl FromRequestParts<Arc<App>> for Station {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<App>) -> Result<Self, ApiError> {
        parts.extensions.get::<Peer>().and_then(Station::of).ok_or_else(|| {
            ApiError::new(
                ProblemCode::NotAllowed,
                "Máy điểm danh phải có chứng chỉ trạm do CA của kỳ thi cấp. Hãy cấp bằng lệnh “certs ca issue station”.",
                "A check-in station needs a station certificate of the exam CA. Issue one with “certs ca issue station”.",
            )
        })
    }
}

impl Guard for Station {
    const ACCESS: Access = Access::Machine;
}
