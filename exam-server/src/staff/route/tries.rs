//! One try to log in, and what it counts under. It is counted before anything is checked, so that many at once are not more
//! than one after another; what was right is given back.

use super::{opening, wrong_credentials};
use crate::app::App;
use crate::audit::{
    self,
    chain::{Act, Actor},
};
use crate::db::Tx;
use crate::error::{ApiError, ApiResult};
use crate::staff::lockout::{self, Budget};
use crate::staff::store::tries as store;
use axum_extra::extract::CookieJar;
use certs::hash::sha256_of;
use exam_protocol::id::{SessionId, StaffId};
use exam_protocol::problem::ProblemCode;
use exam_protocol::time::Timestamp;
use std::net::IpAddr;
use std::time::Duration;

/// One try.
#[derive(Debug)]
pub struct Try {
    /// The narrowest first.
    budgets: Vec<Budget>,
    /// Whether it is the last that a budget allows.
    last: bool,
    /// Failures in the fullest budget, this try among them.
    failures: i64,
    /// Who tries, and from where: nobody yet at the door, the member whose console it is afterwards.
    actor: Actor,
    holder: Option<StaffId>,
}

/// The count of password tries of whoever holds this session. It is apart from the one at the door, so that a right
/// password gives nobody new tries at the second factor.
pub(super) fn own_count(session: SessionId) -> [u8; 32] {
    sha256_of(&[b"password in session", session.to_string().as_bytes()])
}

/// How long an answer takes after too many failures at an account that tries don't close.
const SLOWLY: Duration = Duration::from_secs(2);

/// Whoever knocks from this address, unless too many do.
fn at_the_door_of(app: &App, address: IpAddr) -> ApiResult<Actor> {
    let address = address.to_string();
    if !app.login_limit.allow(&address, app.clock.now()) {
        return Err(too_many());
    }
    Ok(Actor {
        who: "nobody".into(),
        address,
    })
}

impl Try {
    /// A try from a browser: known to this account by its device cookie, or not.
    ///
    /// # Errors
    /// Too many tries, or the database.
    pub async fn at_the_door(
        app: &App,
        name: &str,
        address: IpAddr,
        jar: &CookieJar,
        holder: Option<StaffId>,
    ) -> ApiResult<Self> {
        let nobody = at_the_door_of(app, address)?;
        let rules = &app.config.staff;
        let budgets = match known_device(app, jar, holder).await? {
            Some(device) => vec![lockout::of_device(name, &device, rules.failures)],
            None => lockout::of_strangers(name, address, rules.failures, rules.failures_everywhere).to_vec(),
        };
        Self::take(app, budgets, nobody, holder).await
    }

    /// A try at an account for emergencies. Its password is 160 random bits, which nobody guesses; so tries never close it,
    /// for whoever could do that would take away the last way in. After some failures those of that network address only
    /// wait for their answer.
    ///
    /// # Errors
    /// Too many logins a minute from one address, or the database.
    pub async fn at_the_glass(app: &App, name: &str, address: IpAddr, holder: StaffId) -> ApiResult<Self> {
        let nobody = at_the_door_of(app, address)?;
        let failures = app.config.staff.failures;
        let [network, _] = lockout::of_strangers(name, address, failures, failures);
        let never = Budget {
            most: i64::MAX,
            ..network
        };
        let one = Self::take(app, vec![never], nobody, Some(holder)).await?;
        if one.failures > i64::from(failures) {
            tokio::time::sleep(SLOWLY).await;
        }
        Ok(one)
    }

    /// A try on a device that is known by other means than its cookie.
    ///
    /// # Errors
    /// Too many tries, or the database.
    pub async fn on_device(
        app: &App,
        name: &str,
        actor: &Actor,
        device: &[u8; 32],
        holder: Option<StaffId>,
    ) -> ApiResult<Self> {
        let budgets = vec![lockout::of_device(name, device, app.config.staff.failures)];
        Self::take(app, budgets, actor.clone(), holder).await
    }

    async fn take(app: &App, budgets: Vec<Budget>, actor: Actor, holder: Option<StaffId>) -> ApiResult<Self> {
        let (now, rest) = (app.clock.now(), app.config.staff.lock_time());
        let mut tx = app.db.write().await?;
        store::forget_older(&mut tx, Timestamp(now.0 - rest.0)).await?;
        let (mut last, mut failures) = (false, 0);
        for budget in &budgets {
            let count = store::count(&mut tx, budget).await?;
            let count = count.next(budget, rest, now).ok_or_else(too_many)?;
            last |= count.failures == budget.most;
            failures = failures.max(count.failures);
            store::set(&mut tx, budget, count).await?;
        }
        tx.commit().await?;
        Ok(Self {
            budgets,
            last,
            failures,
            actor,
            holder,
        })
    }

    /// The login is complete: the narrow count begins anew; the wide one, which others share, forgets this try.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn was_right(&self, tx: &mut Tx) -> Result<(), sqlx::Error> {
        if let Some((narrow, wide)) = self.budgets.split_first() {
            store::forget(tx, &narrow.key).await?;
            for budget in wide {
                store::give_back(tx, budget).await?;
            }
        }
        Ok(())
    }

    /// The first step was right; the count stays where it was before.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn may_go_on(&self, tx: &mut Tx) -> Result<(), sqlx::Error> {
        for budget in &self.budgets {
            store::give_back(tx, budget).await?;
        }
        Ok(())
    }

    /// The try failed: on record where the account is known; otherwise as much work, so that time tells nothing. The refusal
    /// to answer with.
    ///
    /// # Errors
    /// The database.
    pub async fn failed(&self, app: &App, act: &str, what: &str) -> ApiResult<ApiError> {
        let now = app.clock.now();
        let mut tx = app.db.write().await?;
        match self.holder {
            Some(holder) => {
                let became = serde_json::json!({ "failed": what }).to_string();
                append(&mut tx, &self.actor, act, holder, &became, now).await?;
                if self.last {
                    let became = serde_json::json!({ "minutes": app.config.staff.lock_minutes }).to_string();
                    append(&mut tx, &self.actor, "staff.lock-out", holder, &became, now).await?;
                    tracing::warn!(%holder, address = self.actor.address, "too many failed logins: locked out");
                }
            }
            None => {
                for budget in &self.budgets {
                    let count = store::count(&mut tx, budget).await?;
                    store::set(&mut tx, budget, count).await?;
                }
            }
        }
        tx.commit().await?;
        Ok(wrong_credentials())
    }
}

async fn append(
    tx: &mut Tx,
    actor: &Actor,
    act: &str,
    holder: StaffId,
    became: &str,
    at: Timestamp,
) -> Result<(), sqlx::Error> {
    let object = format!("staff:{holder}");
    let act = Act {
        at,
        actor,
        act,
        object: &object,
        was: "",
        became,
        reason: "",
    };
    audit::store::append(tx, &act).await
}

/// The browser's own proof that this person has logged in with it before.
async fn known_device(
    app: &App,
    jar: &CookieJar,
    holder: Option<StaffId>,
) -> Result<Option<[u8; 32]>, sqlx::Error> {
    let Some(holder) = holder else { return Ok(None) };
    for hash in opening::devices(jar) {
        if store::device_known(app.db.reader(), &hash, holder).await? {
            return Ok(Some(hash));
        }
    }
    Ok(None)
}

fn too_many() -> ApiError {
    ApiError::new(
        ProblemCode::TooManyTries,
        "Đã thử sai quá nhiều lần. Hãy đăng nhập trên máy đã từng dùng, hoặc nhờ người quản trị mở khóa, hoặc đợi đến khi \
         hết thời gian khóa.",
        "Too many wrong tries. Log in on a PC that you have used before, ask the administrator to unlock the account, or \
         wait until the lock-out has ended.",
    )
}
