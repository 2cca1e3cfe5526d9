//! Who is behind a client certificate: the one place where a machine is let in or told why not.

use super::identity::{self, KnownMachine, Stranger};
use super::store;
use crate::app::App;
use crate::audit::{
    self,
    chain::{Act, Actor},
};
use crate::db::DbExecutor;
use crate::error::{ApiError, ApiResult};
use crate::shell::tls::Peer;
use crate::staff::place::{self, Kind};
use certs::hash::sha256;
use certs::x509::machine_identity;
use exam_protocol::bytes::Fixed;
use exam_protocol::id::{MachineId, RoomId};
use exam_protocol::problem::ProblemCode;
use std::net::IpAddr;

/// The machine behind a connection.
///
/// # Errors
/// Why it is not let in, or the database.
pub async fn known(app: &App, peer: &Peer) -> ApiResult<KnownMachine> {
    let certificate = peer.certificate.as_deref();
    let certificate = certificate.ok_or_else(|| explain(Stranger::NoMachine))?;
    let certified = machine_identity(certificate).map_err(|_| explain(Stranger::NoMachine))?;
    let registered = store::registered(app.db.reader(), &certified.id_hex).await?;
    let hash = Fixed(sha256(certificate));
    let known = identity::judge(
        &certified,
        hash,
        registered,
        app.config.machines.accept_unregistered,
    );
    known.map_err(|stranger| {
        tracing::warn!(machine = certified.id_hex, serial = certified.serial, address = %peer.address,
            ?stranger, "machine not let in");
        explain(stranger)
    })
}

/// The machine in front of a candidate; none where seats need no certificate.
///
/// # Errors
/// Why it is not let in, or the database.
pub async fn at_seat(app: &App, peer: Option<&Peer>) -> ApiResult<Option<KnownMachine>> {
    if !app.config.machines.seats_need_certificate {
        return Ok(None);
    }
    let peer = peer.ok_or_else(|| explain(Stranger::NoMachine))?;
    let machine = known(app, peer).await?;
    sign_of_life(app, machine.id(), peer.address).await?;
    Ok(Some(machine))
}

/// Whether a seat's machine stands at the site of the room.
///
/// # Errors
/// When it stands elsewhere, or the database.
pub async fn serves_room(
    executor: impl DbExecutor<'_>,
    machine: Option<&KnownMachine>,
    room: RoomId,
) -> ApiResult<()> {
    let Some(machine) = machine else { return Ok(()) };
    let place = place::of(executor, Kind::Room, &room.to_string()).await?;
    let site = place.and_then(|place| place.site);
    if site.is_some_and(|site| machine.serves(site)) {
        return Ok(());
    }
    Err(ApiError::new(
        ProblemCode::NotAllowed,
        "Máy này được đăng ký ở điểm thi khác.",
        "This PC is registered at another site.",
    ))
}

/// A machine has shown itself: keeps when and where, and raises the alarm where the same certificate is at two addresses.
///
/// # Errors
/// Whatever the database says.
pub async fn sign_of_life(app: &App, machine: MachineId, address: IpAddr) -> Result<(), sqlx::Error> {
    let now = app.clock.now();
    let sighting = app.machines.seen(machine, address, now);
    if !sighting.note && sighting.elsewhere.is_none() {
        return Ok(());
    }
    let mut tx = app.db.write().await?;
    store::note_seen(&mut tx, machine, &address.to_string(), now).await?;
    let raised = sighting.elsewhere.is_some() && store::raise_alarm(&mut tx, machine, now).await?;
    if let (true, Some(elsewhere)) = (raised, sighting.elsewhere) {
        tracing::warn!(%machine, %address, %elsewhere, "one certificate at two addresses");
        let became = serde_json::json!({ "addresses": [elsewhere, address] }).to_string();
        let act = Act {
            at: now,
            actor: &Actor {
                who: format!("machine:{machine}"),
                address: address.to_string(),
            },
            act: "machine.alarm",
            object: &format!("machine:{machine}"),
            was: "",
            became: &became,
            reason: "",
        };
        audit::store::append(&mut tx, &act).await?;
    }
    tx.commit().await?;
    if raised {
        app.changes.progress_everywhere();
    }
    Ok(())
}

/// Whether a machine was revoked; one that nobody registered was not.
///
/// # Errors
/// Whatever the database says.
pub async fn is_revoked(app: &App, machine: MachineId) -> Result<bool, sqlx::Error> {
    let registered = store::registered(app.db.reader(), &machine.to_string()).await?;
    Ok(registered.is_some_and(|one| one.revoked))
}

/// What a machine is told that is not let in.
pub fn explain(stranger: Stranger) -> ApiError {
    let (detail, detail_en) = match stranger {
        Stranger::NoMachine => (
            "Máy này phải có chứng thư do CA của kỳ thi cấp. Hãy xin mã đăng ký rồi chạy “checkin-agent enroll”.",
            "This PC needs a machine's certificate of the exam CA. Ask for a code and run “checkin-agent enroll”.",
        ),
        Stranger::Unregistered => (
            "Chứng thư của máy này chưa được đăng ký. Hãy chạy “exam-server machine add”, hoặc xin mã đăng ký mới.",
            "This PC's certificate is not registered. Run “exam-server machine add”, or ask for a new code.",
        ),
        Stranger::Revoked => (
            "Chứng thư của máy này đã bị thu hồi. Hãy báo cán bộ kỹ thuật; máy còn dùng thì xin mã mới, chạy “checkin-agent unenroll” rồi “checkin-agent enroll”.",
            "This PC's certificate was revoked. Tell the technician; if the PC stays in use, get a new code, run “checkin-agent unenroll”, then “checkin-agent enroll”.",
        ),
        Stranger::OtherCertificate => (
            "Máy này đã đăng ký với một chứng thư khác. Hãy đăng ký lại.",
            "Another certificate is registered for this PC. Enrol it again.",
        ),
        Stranger::OtherKind => (
            "Chứng thư của máy này cấp cho loại máy khác. Hãy đăng ký lại.",
            "This PC's certificate is for another kind of machine. Enrol it again.",
        ),
    };
    ApiError::new(ProblemCode::NotAllowed, detail, detail_en)
}
