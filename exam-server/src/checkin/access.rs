//! The extractor of stations: a handler that takes a [`Station`] can only be reached by a registered desk.

use crate::app::App;
use crate::audit::chain::Actor;
use crate::door::{Access, Guard};
use crate::error::ApiError;
use crate::machine::access::{explain, known, sign_of_life};
use crate::machine::identity::{KnownMachine, Stranger};
use crate::shell::tls::Peer;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use exam_protocol::id::{MachineId, SiteId, StationId};
use exam_protocol::machine::MachineKind;
use std::net::IpAddr;
use std::sync::Arc;

/// A check-in station, known by its client certificate. The TLS layer has verified that the exam CA stands behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Station {
    /// Its id: that of its machine.
    pub id: StationId,
    /// Its name.
    pub name: String,
    /// Where it stands; none for a desk that nobody registered.
    pub site: Option<SiteId>,
    /// Network address.
    pub address: IpAddr,
}

impl Station {
    /// The actor in the audit.
    pub fn actor(&self) -> Actor {
        Actor {
            who: format!("station:{}", self.id),
            address: self.address.to_string(),
        }
    }

    /// The machine that it is.
    pub fn machine(&self) -> MachineId {
        MachineId(self.id.0)
    }

    fn of(machine: &KnownMachine, peer: &Peer) -> Self {
        Self {
            id: StationId(machine.id().0),
            name: machine.name().to_owned(),
            site: machine.site(),
            address: peer.address,
        }
    }
}

impl FromRequestParts<Arc<App>> for Station {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, ApiError> {
        let peer = parts.extensions.get::<Peer>();
        let peer = peer.ok_or_else(|| explain(Stranger::NoMachine))?;
        let machine = known(app, peer).await?;
        if machine.kind() != MachineKind::Desk {
            return Err(explain(Stranger::OtherKind));
        }
        sign_of_life(app, machine.id(), peer.address).await?;
        Ok(Self::of(&machine, peer))
    }
}

impl Guard for Station {
    const ACCESS: Access = Access::Machine;
}
