//! Whether a shown second factor fits: each is good once.

use crate::app::App;
use crate::db::Tx;
use crate::error::{ApiError, ApiResult};
use crate::staff::factor::passkey::{NoPasskey, RelyingParty};
use crate::staff::factor::{recovery, totp};
use crate::staff::store::factor::{self as store, Factor};
use crate::staff::store::pending::{self, Pending};
use exam_protocol::id::{SessionId, StaffId};
use exam_protocol::problem::ProblemCode;
use exam_protocol::staff::FactorKind;

/// Whether a typed code fits: six digits are an app's, everything else is a recovery code. It is used up inside the
/// transaction.
///
/// # Errors
/// The database, or a secret that can't be opened.
pub async fn code_fits(app: &App, tx: &mut Tx, staff: StaffId, code: &str) -> ApiResult<bool> {
    let typed: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    if typed.len() == 6 && typed.bytes().all(|b| b.is_ascii_digit()) {
        return totp_fits(app, tx, staff, &typed).await;
    }
    recovery_code_fits(app, tx, staff, code).await
}

/// Whether an app's code fits one of somebody's secrets, and neither it nor a later one was used before.
///
/// # Errors
/// The database, or a secret that can't be opened.
pub async fn totp_fits(app: &App, tx: &mut Tx, staff: StaffId, code: &str) -> ApiResult<bool> {
    let now = app.clock.now();
    for factor in of_kind(tx, staff, FactorKind::Totp).await? {
        let secret = totp::open(&factor.content, &staff.to_string(), &app.keys.node);
        let secret = secret.and_then(|secret| totp::SharedSecret::new(secret, "-"));
        let secret = secret.map_err(ApiError::internal)?;
        if let Some(step) = secret.step_of(code, now)
            && store::use_step(tx, &factor.id, step, now).await?
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether it is one of somebody's recovery codes that was not used before.
///
/// # Errors
/// The database.
pub async fn recovery_code_fits(app: &App, tx: &mut Tx, staff: StaffId, code: &str) -> ApiResult<bool> {
    let hash = recovery::hash(staff, code);
    Ok(store::use_code(tx, staff, &hash, app.clock.now()).await?)
}

/// Whether a passkey of somebody's answers this session's challenge, which is taken.
///
/// # Errors
/// The database, or a server without a host name.
pub async fn passkey_fits(
    app: &App,
    tx: &mut Tx,
    (staff, session): (StaffId, SessionId),
    credential: &str,
) -> ApiResult<bool> {
    let now = app.clock.now();
    let Some(state) = pending::take(tx, session, Pending::PasskeyUse, now).await? else {
        return Ok(false);
    };
    let factors = of_kind(tx, staff, FactorKind::Passkey).await?;
    let known: Vec<Vec<u8>> = factors.iter().map(|factor| factor.content.clone()).collect();
    match relying_party(app)?.end_use(&state, credential, &known) {
        Ok((which, content)) => {
            store::used(tx, &factors[which].id, &content, now).await?;
            Ok(true)
        }
        Err(NoPasskey::Refused) => Ok(false),
        Err(broken) => Err(ApiError::internal(broken)),
    }
}

/// Somebody's factors of one kind.
///
/// # Errors
/// Whatever the database says.
pub async fn of_kind(tx: &mut Tx, staff: StaffId, kind: FactorKind) -> Result<Vec<Factor>, sqlx::Error> {
    let mut factors = store::of(&mut **tx, staff).await?;
    factors.retain(|factor| factor.kind == kind);
    Ok(factors)
}

/// Relying party of this installation's passkeys.
pub(super) fn relying_party(app: &App) -> ApiResult<RelyingParty> {
    RelyingParty::new(app.config.http.public_url.as_deref()).map_err(|_| {
        ApiError::new(
            ProblemCode::WrongState,
            "Máy chủ chưa có tên miền (http.public_url) nên chưa dùng được khóa truy cập. Hãy dùng mã từ ứng dụng.",
            "The server has no host name (http.public_url), so there are no passkeys. Use codes of an app.",
        )
    })
}
