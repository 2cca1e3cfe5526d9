//! Which doors a pass goes through, by their paths. Knows no judge.

use exam_protocol::route;

/// Doors that end the session which they are tried with: they get a session of their own, tried last.
pub(super) const LAST: [&str; 7] = [
    route::LOGIN,
    route::SECOND_FACTOR,
    route::UNLOCK,
    route::SINGLE_LOGOUT,
    route::MY_SESSION,
    route::MY_PASSWORD,
    route::MY_FACTOR,
];

/// Doors of seats.
pub(super) const SEATS: [&str; 3] = [route::SEAT_CLAIM, route::SEAT_FORM, route::SEAT_LIVE];

/// Doors of machines.
pub(super) const MACHINES: [&str; 2] = [route::STATION_LIVE, route::MACHINE_ENROLMENT];
