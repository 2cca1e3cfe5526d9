//! Every route of the server, in one place.

use crate::app::App;
use crate::checkin;
use crate::result;
use crate::room;
use crate::shell::{pages, safety};
use crate::sitting;
use crate::staff;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::middleware::from_fn;
use axum::routing::{get, post};
use exam_protocol::route;
use std::sync::Arc;
use std::time::Duration;
use tower_http::timeout::TimeoutLayer;

/// Largest body of a request, in bytes. Answers travel on sockets, files are imported by command.
const MAX_BODY: usize = 64 * 1024;

/// A request whose body does not come, or whose answer can't be made, is given up after this time. Sockets are not
/// meant: they are open once their request has been answered.
const REQUEST_TIME: Duration = Duration::from_secs(20);

/// All routes.
pub fn router(app: Arc<App>) -> Router {
    Router::new()
        .route(route::CANDIDATE_PAGE, get(pages::candidate))
        .route(route::CONSOLE_PAGE, get(pages::console))
        .route("/assets/{page}/{file}", get(pages::asset))
        .route(route::HEALTH, get(|| async { "ok\n" }))
        .route(
            route::LOGIN,
            post(staff::route::login)
                .get(staff::route::who)
                .delete(staff::route::logout),
        )
        .route(route::STATION_LIVE, get(checkin::route::station::live))
        .route(route::ROOM_CHECKINS, post(checkin::route::start))
        .route(route::CHECKIN, get(checkin::route::show))
        .route(route::CHECKIN_PORTRAIT, get(checkin::route::portrait))
        .route(route::CHECKIN_ADMIT, post(room::route::admission::admit))
        .route(
            route::ATTEMPT_MANUAL_ADMIT,
            post(room::route::admission::admit_manually),
        )
        .route(route::ATTEMPT_TAKE_OVER, post(room::route::admission::take_over))
        .route(route::ROOMS, get(room::route::rooms))
        .route(route::ROOM_BOARD, get(room::route::show))
        .route(route::ROOM_LIVE, get(room::route::live::live))
        .route(route::ROOM_ACTION, post(room::route::act))
        .route(route::ROOM_RESULTS_CSV, get(result::route::as_csv))
        .route(route::ROOM_RESULTS_XLSX, get(result::route::as_xlsx))
        .route(route::SEAT_CLAIM, post(sitting::route::claim))
        .route(route::SEAT_FORM, get(sitting::route::form))
        .route(route::SEAT_LIVE, get(sitting::route::live::live))
        .route(route::SERVER_KEYS, get(sitting::route::keys))
        .route(route::ATTEMPT_SUBMISSION, get(sitting::route::submission))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(TimeoutLayer::with_status_code(
            StatusCode::REQUEST_TIMEOUT,
            REQUEST_TIME,
        ))
        .layer(from_fn(safety::guard))
        .with_state(app)
}
