//! Own second factors: enrolling, listing, taking out of force.

use super::{CODES_ID, OFFER_LIFE, me_now, new_id, opening, proof, record, wrong_credentials};
use crate::app::App;
use crate::config::SecondFactorRule;
use crate::db::Tx;
use crate::error::{ApiError, ApiResult};
use crate::shell::extract::{Json, Path};
use crate::staff::access::{Confirmed, LoggedIn};
use crate::staff::control::store as control;
use crate::staff::factor::passkey::NoPasskey;
use crate::staff::factor::{recovery, totp};
use crate::staff::store::factor::{self as store, Factor};
use crate::staff::store::pending::{self, Pending};
use axum::extract::State;
use axum::http::StatusCode;
use axum_extra::extract::CookieJar;
use exam_protocol::console::Me;
use exam_protocol::id::StaffId;
use exam_protocol::problem::ProblemCode;
use exam_protocol::staff::{
    ControlKind, FactorKind, FactorView, PasskeyChallenge, PasskeyEnrolment, RecoveryCodes, TotpEnrolment,
    TotpOffer,
};
use qrcode::{Color, QrCode};
use std::sync::Arc;

/// Most factors that somebody can have.
const MOST: usize = 10;

/// Most characters of a factor's name.
const LONGEST_LABEL: usize = 60;

/// What somebody can show as second factor.
///
/// # Errors
/// Whatever the database says.
pub async fn methods(app: &App, staff: StaffId) -> Result<Vec<FactorKind>, sqlx::Error> {
    let factors = store::of(app.db.reader(), staff).await?;
    let any = |kind| factors.iter().any(|factor| factor.kind == kind);
    let codes = store::codes_left(app.db.reader(), staff).await?;
    let mut methods = Vec::new();
    for kind in [FactorKind::Passkey, FactorKind::Totp] {
        if any(kind) {
            methods.push(kind);
        }
    }
    if codes.is_some_and(|codes| codes.left > 0) {
        methods.push(FactorKind::RecoveryCode);
    }
    Ok(methods)
}

/// `GET`: own factors; recovery codes are one line.
///
/// # Errors
/// The database.
pub async fn list(login: LoggedIn, State(app): State<Arc<App>>) -> ApiResult<Json<Vec<FactorView>>> {
    let factors = store::of(app.db.reader(), login.member.id).await?;
    let codes = store::codes_left(app.db.reader(), login.member.id).await?;
    let mut views: Vec<FactorView> = factors
        .into_iter()
        .map(|factor| FactorView {
            id: factor.id,
            kind: factor.kind,
            label: factor.label,
            created_at: factor.created_at,
            last_used: factor.last_used,
            left: None,
        })
        .collect();
    views.extend(codes.map(|codes| FactorView {
        id: CODES_ID.into(),
        kind: FactorKind::RecoveryCode,
        label: String::new(),
        created_at: codes.created_at,
        last_used: codes.last_used,
        left: Some(codes.left),
    }));
    Ok(Json(views))
}

/// `DELETE`: takes a factor out of force. The last one stays while everybody needs one; with the last one the recovery
/// codes go.
///
/// # Errors
/// No such factor, the last one, or the database.
pub async fn remove(
    login: Confirmed<LoggedIn>,
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> ApiResult<StatusCode> {
    let staff = login.member.id;
    let mut tx = app.db.write().await?;
    if id == CODES_ID {
        store::remove_codes(&mut tx, staff).await?;
    } else {
        if !store::remove(&mut tx, staff, &id).await? {
            return Err(ApiError::not_found());
        }
        if store::of(&mut *tx, staff).await?.is_empty() {
            if app.config.staff.second_factor == SecondFactorRule::Required {
                return Err(ApiError::new(
                    ProblemCode::WrongState,
                    "Không bỏ được lớp xác thực cuối cùng. Hãy đăng ký lớp khác trước.",
                    "The last second factor can't be removed. Enrol another one first.",
                ));
            }
            store::remove_codes(&mut tx, staff).await?;
        }
    }
    let became = serde_json::json!({ "factor": id }).to_string();
    record(
        &mut tx,
        login.actor(),
        "staff.factor-remove",
        &became,
        app.clock.now(),
    )
    .await?;
    control::note(
        &mut tx,
        staff,
        ControlKind::OwnFactors,
        (login.actor(), app.clock.now()),
    )
    .await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST`: offers a secret for an app.
///
/// # Errors
/// The database, or no randomness.
pub async fn offer_totp(
    login: Confirmed<LoggedIn>,
    State(app): State<Arc<App>>,
) -> ApiResult<Json<TotpOffer>> {
    let secret = app.random.bytes()?;
    let shared = totp::SharedSecret::new(secret, &login.member.name).map_err(ApiError::internal)?;
    let uri = shared.uri().map_err(ApiError::internal)?;
    let holder = login.member.id.to_string();
    let sealed = totp::seal(&secret, &holder, &app.keys.node, app.random.ring());
    let sealed = sealed.map_err(ApiError::internal)?;
    let mut tx = app.db.write().await?;
    let expires = app.clock.now() + OFFER_LIFE;
    pending::put(&mut tx, login.session.id, Pending::TotpOffer, &sealed, expires).await?;
    tx.commit().await?;
    let modules = modules(&uri)?;
    Ok(Json(TotpOffer {
        secret: shared.base32(secret),
        uri,
        modules,
    }))
}

fn modules(text: &str) -> ApiResult<Vec<String>> {
    let code = QrCode::new(text).map_err(ApiError::internal)?;
    let dark = |color: &Color| if *color == Color::Dark { '1' } else { '0' };
    Ok(code
        .to_colors()
        .chunks(code.width())
        .map(|row| row.iter().map(dark).collect())
        .collect())
}

/// `PUT`: puts the offered secret in force, once the app shows its code.
///
/// # Errors
/// Nothing was offered, a wrong code, or the database.
pub async fn enrol_totp(
    login: Confirmed<LoggedIn>,
    State(app): State<Arc<App>>,
    jar: CookieJar,
    Json(enrolment): Json<TotpEnrolment>,
) -> ApiResult<(CookieJar, Json<Me>)> {
    let now = app.clock.now();
    let mut tx = app.db.write().await?;
    let sealed = pending::peek(&mut tx, login.session.id, Pending::TotpOffer, now).await?;
    let sealed = sealed.ok_or_else(nothing_offered)?;
    let secret = totp::open(&sealed, &login.member.id.to_string(), &app.keys.node);
    let shared = secret.and_then(|secret| totp::SharedSecret::new(secret, &login.member.name));
    let shared = shared.map_err(ApiError::internal)?;
    let step = shared
        .step_of(&enrolment.code, now)
        .ok_or_else(wrong_credentials)?;
    pending::take(&mut tx, login.session.id, Pending::TotpOffer, now).await?;
    let factor = Factor {
        id: new_id(&app)?,
        kind: FactorKind::Totp,
        label: label(&enrolment.label)?,
        content: sealed,
        last_step: step,
        created_at: now,
        last_used: None,
    };
    let jar = enrol(&app, &mut tx, &login, &factor, jar).await?;
    tx.commit().await?;
    Ok((jar, me_now(&app, &login).await?))
}

/// `POST`: begins to enrol a passkey.
///
/// # Errors
/// A server without a host name, or the database.
pub async fn offer_passkey(
    login: Confirmed<LoggedIn>,
    State(app): State<Arc<App>>,
) -> ApiResult<Json<PasskeyChallenge>> {
    let member = &login.member;
    let mut tx = app.db.write().await?;
    let keys = proof::of_kind(&mut tx, member.id, FactorKind::Passkey).await?;
    let known: Vec<Vec<u8>> = keys.into_iter().map(|factor| factor.content).collect();
    let names = (member.name.as_str(), member.display_name.as_str());
    let begun = proof::relying_party(&app)?.begin_enrolment(member.id, names, &known);
    let begun = begun.map_err(ApiError::internal)?;
    let (session, expires) = (login.session.id, app.clock.now() + OFFER_LIFE);
    pending::put(&mut tx, session, Pending::PasskeyEnrolment, &begun.state, expires).await?;
    tx.commit().await?;
    Ok(Json(PasskeyChallenge {
        options: begun.options,
    }))
}

/// `PUT`: puts a passkey in force.
///
/// # Errors
/// Nothing was begun, an answer that does not fit, or the database.
pub async fn enrol_passkey(
    login: Confirmed<LoggedIn>,
    State(app): State<Arc<App>>,
    jar: CookieJar,
    Json(enrolment): Json<PasskeyEnrolment>,
) -> ApiResult<(CookieJar, Json<Me>)> {
    let now = app.clock.now();
    let label = label(&enrolment.label)?;
    let mut tx = app.db.write().await?;
    let state = pending::take(&mut tx, login.session.id, Pending::PasskeyEnrolment, now).await?;
    let state = state.ok_or_else(nothing_offered)?;
    let passkey = match proof::relying_party(&app)?.end_enrolment(&state, &enrolment.credential) {
        Ok(passkey) => passkey,
        Err(NoPasskey::Refused) => {
            tx.commit().await?;
            return Err(wrong_credentials());
        }
        Err(broken) => return Err(ApiError::internal(broken)),
    };
    let factor = Factor {
        id: new_id(&app)?,
        kind: FactorKind::Passkey,
        label,
        content: passkey,
        last_step: 0,
        created_at: now,
        last_used: None,
    };
    let jar = enrol(&app, &mut tx, &login, &factor, jar).await?;
    tx.commit().await?;
    Ok((jar, me_now(&app, &login).await?))
}

/// Puts a factor in force. Whoever enrols one has shown it: the session gets a new token and counts as confirmed.
async fn enrol(
    app: &App,
    tx: &mut Tx,
    login: &LoggedIn,
    factor: &Factor,
    jar: CookieJar,
) -> ApiResult<CookieJar> {
    let now = app.clock.now();
    if store::of(&mut **tx, login.member.id).await?.len() >= MOST {
        return Err(ApiError::new(
            ProblemCode::WrongState,
            format!("Mỗi người có tối đa {MOST} lớp xác thực. Hãy bỏ bớt một lớp."),
            format!("Nobody has more than {MOST} second factors. Remove one first."),
        ));
    }
    store::put(tx, login.member.id, factor).await?;
    let became = serde_json::json!({ "factor": factor.id, "kind": factor.kind }).to_string();
    record(tx, login.actor(), "staff.factor-add", &became, now).await?;
    control::note(tx, login.member.id, ControlKind::OwnFactors, (login.actor(), now)).await?;
    opening::renew(app, tx, login.session.id, true, jar).await
}

/// `POST`: new recovery codes; older ones are void.
///
/// # Errors
/// While there is no other factor, or the database.
pub async fn new_codes(
    login: Confirmed<LoggedIn>,
    State(app): State<Arc<App>>,
) -> ApiResult<Json<RecoveryCodes>> {
    if !login.account.has_factor {
        return Err(ApiError::new(
            ProblemCode::WrongState,
            "Hãy đăng ký ứng dụng hoặc khóa truy cập trước, rồi mới tạo mã dự phòng.",
            "Enrol an app or a passkey first, then make recovery codes.",
        ));
    }
    let mut tx = app.db.write().await?;
    let (staff, codes) = (login.member.id, recovery::new_codes(&app.random)?);
    store::remove_codes(&mut tx, staff).await?;
    store::put_codes(&mut tx, staff, &recovery::hashes(staff, &codes), app.clock.now()).await?;
    record(
        &mut tx,
        login.actor(),
        "staff.recovery-codes",
        "",
        app.clock.now(),
    )
    .await?;
    tx.commit().await?;
    Ok(Json(RecoveryCodes { codes }))
}

fn label(typed: &str) -> ApiResult<String> {
    let label = typed.trim();
    let count = label.chars().count();
    if count <= LONGEST_LABEL && !label.chars().any(char::is_control) {
        return Ok(label.to_owned());
    }
    Err(ApiError::new(
        ProblemCode::MalformedRequest,
        format!("Tên có tối đa {LONGEST_LABEL} ký tự."),
        format!("A name has at most {LONGEST_LABEL} characters."),
    )
    .at("label"))
}

fn nothing_offered() -> ApiError {
    ApiError::new(
        ProblemCode::WrongState,
        "Lần đăng ký này đã quá 10 phút hoặc đã dùng. Hãy bắt đầu lại.",
        "This enrolment is more than 10 minutes old or was used. Begin again.",
    )
}
