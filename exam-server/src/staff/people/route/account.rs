//! Accounts: adding, changing, closing, new passwords and factors, logins at providers.

use super::{Change, Manages, begin, malformed, record, refuse, seen, viewer};
use crate::app::App;
use crate::db::Tx;
use crate::error::{ApiError, ApiResult};
use crate::shell::extract::{Json, Path};
use crate::staff::control::{self, Kind, Move};
use crate::staff::people::directory::{Directory, Person};
use crate::staff::people::store::{self, NewPerson};
use crate::staff::people::{appoint, text};
use crate::staff::store::{account, factor, session, tries};
use crate::staff::{lockout, password};
use axum::extract::State;
use axum::http::StatusCode;
use exam_protocol::id::StaffId;
use exam_protocol::people::{ExternalLogin, MemberChange, NewMember, StartPassword, StateChange};
use exam_protocol::problem::ProblemCode;
use exam_protocol::time::Timestamp;
use serde_json::{Value, json};
use std::sync::Arc;

/// Adds a member.
pub(super) async fn add(
    may: Manages,
    State(app): State<Arc<App>>,
    Json(new): Json<NewMember>,
) -> ApiResult<Json<StartPassword>> {
    let name = login_name(&new.name)?;
    let display_name = shown_name(&new.display_name)?;
    let start = given(&app, name, display_name).await?;
    let now = app.clock.now();
    ends_later(new.ends_at, now)?;
    let mut tx = app.db.write().await?;
    let directory = store::directory(&mut tx).await?;
    let viewer = viewer(&directory, may.member().id, now)?;
    appoint::may_staff(&viewer.person.grants(), new.organisation, &directory.places).map_err(refuse)?;
    if directory.named(&start.shown.name).is_some() {
        return Err(taken());
    }
    insert(&mut tx, &start, new.organisation, now).await?;
    account::set_end(&mut tx, start.shown.id, new.ends_at).await?;
    let change = Change {
        act: "staff.add",
        staff: start.shown.id,
        was: Value::Null,
        became: json!({ "organisation": new.organisation, "ends_at": new.ends_at }),
        reason: "",
        control: Some(Kind::Created),
    };
    record(&mut tx, may.actor(), change, now).await?;
    tx.commit().await?;
    Ok(Json(start.shown))
}

/// A start password with its hash.
pub(super) struct Start {
    /// What is shown once.
    pub(super) shown: StartPassword,
    hash: String,
}

/// A new id and start password. Hashing takes long: not within a transaction.
pub(super) async fn given(app: &App, name: String, display_name: String) -> ApiResult<Start> {
    let password = text::start_password(app.random.bytes()?);
    let hash = password::hash_aside(password.clone()).await;
    Ok(Start {
        hash: hash.map_err(ApiError::internal)?,
        shown: StartPassword {
            id: StaffId::from_random(app.random.bytes()?),
            name,
            display_name,
            password,
        },
    })
}

/// Stores a new member.
pub(super) async fn insert(
    tx: &mut Tx,
    start: &Start,
    organisation: exam_protocol::id::OrganisationId,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    let person = NewPerson {
        id: start.shown.id,
        name: &start.shown.name,
        display_name: &start.shown.display_name,
        organisation,
        password_hash: &start.hash,
    };
    store::add(tx, &person, now).await
}

fn login_name(typed: &str) -> ApiResult<String> {
    text::login_name(typed).ok_or_else(|| {
        malformed(
            "name",
            "Tên đăng nhập phải gồm 2–64 chữ thường không dấu, chữ số, dấu . - _ @.",
            "A login name is 2 to 64 plain letters, digits, . - _ @.",
        )
    })
}

fn shown_name(typed: &str) -> ApiResult<String> {
    text::shown_name(typed).ok_or_else(|| {
        malformed(
            "display_name",
            "Họ tên không được trống và không quá 120 ký tự.",
            "The name must not be empty or longer than 120 characters.",
        )
    })
}

fn ends_later(ends_at: Option<Timestamp>, now: Timestamp) -> ApiResult<()> {
    if ends_at.is_some_and(|end| end <= now) {
        return Err(malformed(
            "ends_at",
            "Ngày hết hạn đã qua; muốn dừng ngay thì hãy khóa tài khoản.",
            "The end has passed; to stop at once, disable the account.",
        ));
    }
    Ok(())
}

fn taken() -> ApiError {
    ApiError::new(
        ProblemCode::WrongState,
        "Tên đăng nhập này đã có người dùng; hãy chọn tên khác.",
        "This login name is taken; choose another one.",
    )
    .at("name")
}

/// Somebody's account in the hands of somebody who may touch it.
struct Touch<'a> {
    actor: &'a Person,
    holder: &'a Person,
    directory: &'a Directory,
    now: Timestamp,
}

fn touch<'a>(directory: &'a Directory, may: &Manages, staff: &str, now: Timestamp) -> ApiResult<Touch<'a>> {
    let staff = staff.parse().map_err(|_| ApiError::not_found())?;
    let actor = directory
        .person(may.member().id)
        .ok_or_else(ApiError::not_found)?;
    let holder = seen(&viewer(directory, actor.id, now)?, staff)?;
    appoint::may_touch(actor, holder, &directory.places).map_err(refuse)?;
    Ok(Touch {
        actor,
        holder,
        directory,
        now,
    })
}

impl Touch<'_> {
    fn stays_administered(&self) -> ApiResult<()> {
        appoint::stays_administered(self.directory, self.holder.id, self.now).map_err(refuse)
    }
}

/// Changes name, organisation and end. Ends the member's sessions.
pub(super) async fn change(
    may: Manages,
    State(app): State<Arc<App>>,
    Path(staff): Path<String>,
    Json(change): Json<MemberChange>,
) -> ApiResult<StatusCode> {
    let display_name = shown_name(&change.display_name)?;
    let (mut tx, directory, now) = begin(&app).await?;
    let touch = touch(&directory, &may, &staff, now)?;
    let holder = touch.holder;
    appoint::may_staff(&touch.actor.grants(), change.organisation, &directory.places).map_err(refuse)?;
    if change.ends_at != holder.ends_at {
        ends_later(change.ends_at, now)?;
    }
    if change.ends_at.is_some() {
        touch.stays_administered()?;
    }
    store::change(
        &mut tx,
        holder.id,
        &display_name,
        change.organisation,
        change.ends_at,
    )
    .await?;
    let renamed = display_name != holder.display_name;
    let moved = Move {
        was: holder.organisation,
        became: change.organisation,
    };
    if moved.was != moved.became {
        control::store::note_move(&mut tx, holder.id, moved, (may.actor(), now)).await?;
    }
    let change = Change {
        act: "staff.change",
        staff: holder.id,
        was: json!({ "organisation": holder.organisation, "ends_at": holder.ends_at }),
        became: json!({ "organisation": change.organisation, "ends_at": change.ends_at, "renamed": renamed }),
        reason: "",
        control: (change.ends_at != holder.ends_at).then_some(Kind::Opened),
    };
    record(&mut tx, may.actor(), change, now).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Wrong passwords of others no longer keep the holder out: in how many places they did.
async fn let_in(tx: &mut Tx, holder: &Person) -> Result<u64, sqlx::Error> {
    tries::forget_account(tx, &lockout::account_key(&holder.name)).await
}

/// Disables or enables. Disabling ends the member's sessions; enabling ends a lock-out too.
pub(super) async fn state(
    may: Manages,
    State(app): State<Arc<App>>,
    Path(staff): Path<String>,
    Json(change): Json<StateChange>,
) -> ApiResult<StatusCode> {
    let reason = change.reason.trim();
    if reason.is_empty() || reason.chars().count() > 500 {
        return Err(malformed(
            "reason",
            "Hãy ghi lý do, không quá 500 ký tự.",
            "Say why, in at most 500 characters.",
        ));
    }
    let (mut tx, directory, now) = begin(&app).await?;
    let touch = touch(&directory, &may, &staff, now)?;
    let mut became = json!({ "enabled": change.enabled });
    if change.enabled {
        account::enable(&mut tx, touch.holder.id, now).await?;
        became["tries_forgotten"] = let_in(&mut tx, touch.holder).await?.into();
    } else {
        touch.stays_administered()?;
        account::disable(&mut tx, touch.holder.id, "disabled", now).await?;
    }
    let control = change.enabled.then_some(Kind::Opened);
    let change = Change {
        act: "staff.state",
        staff: touch.holder.id,
        was: json!({ "enabled": !touch.holder.disabled }),
        became,
        reason,
        control,
    };
    record(&mut tx, may.actor(), change, now).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Gives a start password. Ends the member's sessions, and a lock-out.
pub(super) async fn password(
    may: Manages,
    State(app): State<Arc<App>>,
    Path(staff): Path<String>,
) -> ApiResult<Json<StartPassword>> {
    let mut start = given(&app, String::new(), String::new()).await?;
    let (mut tx, directory, now) = begin(&app).await?;
    let holder = touch(&directory, &may, &staff, now)?.holder;
    store::give_password(&mut tx, holder.id, &start.hash, now).await?;
    let forgotten = let_in(&mut tx, holder).await?;
    let change = Change {
        act: "staff.password",
        staff: holder.id,
        was: Value::Null,
        became: json!({ "tries_forgotten": forgotten }),
        reason: "",
        control: Some(Kind::Password),
    };
    record(&mut tx, may.actor(), change, now).await?;
    tx.commit().await?;
    start.shown.id = holder.id;
    start.shown.name.clone_from(&holder.name);
    start.shown.display_name.clone_from(&holder.display_name);
    Ok(Json(start.shown))
}

/// Takes all second factors out of force. Ends the member's sessions.
pub(super) async fn factors(
    may: Manages,
    State(app): State<Arc<App>>,
    Path(staff): Path<String>,
) -> ApiResult<StatusCode> {
    let (mut tx, directory, now) = begin(&app).await?;
    let holder = touch(&directory, &may, &staff, now)?.holder;
    factor::remove_all(&mut tx, holder.id).await?;
    session::close_all(&mut tx, holder.id).await?;
    let change = Change {
        act: "staff.factors",
        staff: holder.id,
        was: json!(holder.factors),
        became: json!([]),
        reason: "",
        control: Some(Kind::Factors),
    };
    record(&mut tx, may.actor(), change, now).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ties a login at a provider to a member.
pub(super) async fn link(
    may: Manages,
    State(app): State<Arc<App>>,
    Path(staff): Path<String>,
    Json(external): Json<ExternalLogin>,
) -> ApiResult<StatusCode> {
    let known = app.config.oidc.provider(&external.provider).is_some();
    // OpenID Connect Core 1.0, section 2: at most 255 ASCII characters.
    let fits = external.subject.is_ascii() && (1..=255).contains(&external.subject.len());
    if !known || !fits {
        return Err(malformed(
            "subject",
            "Không có nhà cung cấp này, hoặc mã người dùng không đúng.",
            "No such provider, or the subject is malformed.",
        ));
    }
    let (mut tx, directory, now) = begin(&app).await?;
    let holder = touch(&directory, &may, &staff, now)?.holder;
    if !store::link(&mut tx, holder.id, &external, now).await? {
        return Err(ApiError::new(
            ProblemCode::WrongState,
            "Tài khoản này ở nhà cung cấp đã gắn với một cán bộ; hãy gỡ trước.",
            "This login at the provider is a member's already; untie it first.",
        ));
    }
    external_changed(
        &mut tx,
        &may,
        ("staff.sign-on-link", Kind::Linked),
        (holder.id, &external),
        now,
    )
    .await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Unties a login at a provider; roles that it gave go. Ends the member's sessions.
pub(super) async fn unlink(
    may: Manages,
    State(app): State<Arc<App>>,
    Path(staff): Path<String>,
    Json(external): Json<ExternalLogin>,
) -> ApiResult<StatusCode> {
    let (mut tx, directory, now) = begin(&app).await?;
    let holder = touch(&directory, &may, &staff, now)?.holder;
    if !store::unlink(&mut tx, holder.id, &external).await? {
        return Err(ApiError::not_found());
    }
    external_changed(
        &mut tx,
        &may,
        ("staff.sign-on-unlink", Kind::Roles),
        (holder.id, &external),
        now,
    )
    .await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn external_changed(
    tx: &mut Tx,
    may: &Manages,
    (act, control): (&str, Kind),
    (staff, external): (StaffId, &ExternalLogin),
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    let subject = hex::encode(certs::hash::sha256(external.subject.as_bytes()));
    let change = Change {
        act,
        staff,
        was: Value::Null,
        became: json!({ "provider": external.provider, "subject_sha256": subject }),
        reason: "",
        control: Some(control),
    };
    record(tx, may.actor(), change, now).await
}
