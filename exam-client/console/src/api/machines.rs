//! Machines with a certificate of the exam CA. Must not know what a page shows of them.

use crate::api::Answer;
use exam_browser::fetch;
use exam_protocol::id::MachineId;
use exam_protocol::machine::{CodesRequest, EnrolmentCode, MachineReason, MachineView, RenameMachine};
use exam_protocol::route::{self, with_id};

/// The machines that this person may see.
pub async fn machines() -> Answer<Vec<MachineView>> {
    fetch::get(route::MACHINES).await
}

/// Codes for new machines.
pub async fn codes(request: &CodesRequest) -> Answer<Vec<EnrolmentCode>> {
    fetch::post(route::MACHINES, request).await
}

/// Another name.
pub async fn rename(id: MachineId, request: &RenameMachine) -> Answer<MachineView> {
    fetch::put(&with_id(route::MACHINE, id), request).await
}

/// Revokes a machine's certificate.
pub async fn revoke(id: MachineId, request: &MachineReason) -> Answer<MachineView> {
    fetch::post(&with_id(route::MACHINE_REVOKE, id), request).await
}

/// Somebody has looked into an alarm.
pub async fn settle_alarm(id: MachineId, request: &MachineReason) -> Answer<MachineView> {
    fetch::post(&with_id(route::MACHINE_ALARM, id), request).await
}
