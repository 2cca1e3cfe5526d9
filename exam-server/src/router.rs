//! All doors of the server, gathered from the slices, and what holds for each request.

use crate::app::App;
use crate::audit;
use crate::checkin;
use crate::door::Doors;
use crate::error::ApiError;
use crate::exam;
use crate::machine;
use crate::personal_data;
use crate::result;
use crate::room;
use crate::shell::{about, pages, ready, safety};
use crate::sitting;
use crate::staff;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::Response;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tower_http::timeout::TimeoutLayer;

/// Largest body of a request, in bytes. Answers travel on sockets, files are imported by command.
const MAX_BODY: usize = 64 * 1024;

/// A request whose body does not come, or whose answer can't be made, is given up after this time. Sockets are not
/// meant: they are open once their request has been answered.
const REQUEST_TIME: Duration = Duration::from_secs(20);

/// Every door of the server.
pub fn doors() -> Doors {
    [
        pages::doors,
        about::doors,
        ready::doors,
        audit::route::doors,
        staff::route::doors,
        staff::people::route::doors,
        staff::oidc::route::doors,
        exam::photo_route::doors,
        machine::route::doors,
        checkin::route::doors,
        sitting::route::doors,
        result::route::doors,
        room::route::doors,
        personal_data::route::doors,
    ]
    .into_iter()
    .fold(Doors::default(), |doors, slice| slice(doors))
}

/// All routes, with what holds for each of them.
pub fn router(app: Arc<App>) -> Router {
    doors()
        .into_router()
        .fallback(|| async { ApiError::not_found() })
        .method_not_allowed_fallback(|| async { ApiError::method_not_allowed() })
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(TimeoutLayer::with_status_code(
            StatusCode::REQUEST_TIMEOUT,
            REQUEST_TIME,
        ))
        .layer(from_fn(safety::guard))
        .layer(from_fn_with_state(app.clone(), measure))
        .with_state(app)
}

/// Counts requests and their time; of a socket only that it was opened.
async fn measure(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let response = next.run(request).await;
    app.metrics.request(response.status().as_u16(), began.elapsed());
    response
}
