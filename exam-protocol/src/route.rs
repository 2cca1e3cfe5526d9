//! Every URL path of the server. Agent, pages and server take them from here and nowhere else.

/// The candidate's page.
pub const CANDIDATE_PAGE: &str = "/";
/// The proctor's page.
pub const CONSOLE_PAGE: &str = "/console/";

/// `GET`: is the process alive?
pub const HEALTH: &str = "/healthz";

/// `POST` [`crate::seat::ClaimRequest`] → [`crate::seat::ClaimResponse`].
pub const SEAT_CLAIM: &str = "/api/seat/claim";
/// `GET` with `Authorization: Bearer` seat token → sealed form, `application/octet-stream` ([`crate::paper::SealedForm`] in CBOR).
pub const SEAT_FORM: &str = "/api/seat/form";
/// WebSocket of a seat: [`crate::seat::SeatMessage`] up, [`crate::seat::SeatEvent`] down.
pub const SEAT_LIVE: &str = "/api/seat/live";
/// `GET` → [`crate::seat::ServerKeys`], the public keys that receipts are checked against.
pub const SERVER_KEYS: &str = "/api/keys";

/// WebSocket of a check-in station (client certificate needed): [`crate::station::StationMessage`] up, [`crate::station::StationCommand`] down.
pub const STATION_LIVE: &str = "/api/station/live";

/// `POST` [`crate::console::LoginRequest`] → [`crate::console::Me`] and the session cookie; `DELETE` ends the session; `GET` → [`crate::console::Me`].
pub const LOGIN: &str = "/api/console/session";
/// `GET` → `Vec<`[`crate::console::RoomSummary`]`>`: the rooms this person may see.
pub const ROOMS: &str = "/api/console/rooms";
/// `GET` → [`crate::console::Board`].
pub const ROOM_BOARD: &str = "/api/console/rooms/{room}/board";
/// WebSocket: [`crate::console::Board`] down, each time something changed (at most twice a second).
pub const ROOM_LIVE: &str = "/api/console/rooms/{room}/live";
/// `POST` [`crate::console::RoomActionRequest`] → [`crate::console::Board`].
pub const ROOM_ACTION: &str = "/api/console/rooms/{room}/actions";
/// `POST` [`crate::console::StartCheckin`] → [`crate::console::CheckinView`].
pub const ROOM_CHECKINS: &str = "/api/console/rooms/{room}/checkins";
/// `GET` → [`crate::console::CheckinView`].
pub const CHECKIN: &str = "/api/console/checkins/{checkin}";
/// `GET` → the chip's portrait (`image/jpeg`; 404 when there is none).
pub const CHECKIN_PORTRAIT: &str = "/api/console/checkins/{checkin}/portrait";
/// `POST` [`crate::console::AdmitRequest`] → [`crate::console::TicketView`].
pub const CHECKIN_ADMIT: &str = "/api/console/checkins/{checkin}/admit";
/// `POST` [`crate::console::ManualAdmitRequest`] → [`crate::console::TicketView`]: the route without a card.
pub const ATTEMPT_MANUAL_ADMIT: &str = "/api/console/attempts/{attempt}/manual-admission";
/// `POST` [`crate::console::TakeOverRequest`] → [`crate::console::TicketView`]: a new ticket, so that another PC takes the seat over.
pub const ATTEMPT_TAKE_OVER: &str = "/api/console/attempts/{attempt}/take-over";
/// `GET` → the attempt's hand-in with its receipt as a file for `exam-server verify`.
pub const ATTEMPT_SUBMISSION: &str = "/api/console/attempts/{attempt}/submission";
/// `GET`, after the room has ended → marks as CSV.
pub const ROOM_RESULTS_CSV: &str = "/api/console/rooms/{room}/results.csv";
/// `GET`, after the room has ended → marks as XLSX.
pub const ROOM_RESULTS_XLSX: &str = "/api/console/rooms/{room}/results.xlsx";

/// A path with its one `{name}` replaced by an id.
pub fn with_id(path: &str, id: impl core::fmt::Display) -> String {
    match (path.find('{'), path.find('}')) {
        (Some(from), Some(to)) => format!("{}{id}{}", &path[..from], &path[to + 1..]),
        _ => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fills_in_ids() {
        assert_eq!(with_id(ROOM_BOARD, 7), "/api/console/rooms/7/board");
        assert_eq!(with_id(HEALTH, 7), HEALTH);
    }
}
