//! Sessions, duties, own factors and accounts: what happens after a login.

use super::*;
use exam_protocol::right::Grant;

#[tokio::test]
async fn a_resting_session_locks_itself_and_its_password_opens_it() {
    let trial = Trial::new().await;
    let mut lan = Visitor::new(&trial, 1);
    lan.log_in("lan").await;
    trial.app.clock.advance(Millis::minutes(14));
    assert_eq!(lan.said(Method::POST, route::ACTIVITY, &()).await, "ok");
    trial.app.clock.advance(Millis::minutes(14));
    assert_eq!(lan.rooms().await, "ok", "reading is no activity");
    trial.app.clock.advance(Millis::minutes(2));
    for path in [route::ROOMS, route::LOGIN, route::MY_SESSIONS] {
        assert_eq!(lan.said(Method::GET, path, &()).await, "session-locked", "{path}");
    }
    assert_eq!(
        lan.said(Method::POST, route::ACTIVITY, &()).await,
        "session-locked"
    );
    assert_eq!(
        lan.recovery("lan").await,
        "session-locked",
        "a factor does not open it"
    );
    let old = lan.clone();
    let unlock = |password: &str| Unlock {
        password: password.into(),
    };
    assert_eq!(
        lan.said(Method::POST, route::UNLOCK, &unlock("sai")).await,
        "wrong-credentials"
    );
    assert_eq!(
        lan.said(Method::POST, route::UNLOCK, &unlock(PASSWORD)).await,
        "ok"
    );
    assert_eq!(lan.rooms().await, "ok");
    assert_eq!(old.clone().rooms().await, "not-logged-in", "with another token");
    assert_eq!(
        (
            acts(&trial, "staff.unlock").await,
            acts(&trial, "staff.unlock-failed").await
        ),
        (1, 1)
    );
}

#[tokio::test]
async fn administrators_rest_less() {
    let trial = Trial::new().await;
    let grant = [
        "staff",
        "add",
        "--name",
        "sao",
        "--display",
        "Sao",
        "--break-glass",
    ];
    assert!(trial.command(&grant).await);
    let mut tx = trial.app.db.write().await.unwrap();
    let id = store::account::id_of(&mut tx, "minh").await.unwrap().unwrap();
    let administrator = Grant {
        role: Role::Administrator,
        scope: Scope::Installation,
    };
    store::grant(&mut tx, id, administrator, "command", trial.app.clock.now())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let mut minh = Visitor::new(&trial, 1);
    minh.log_in("minh").await;
    let me: Me = minh.get(route::LOGIN).await;
    assert_eq!(me.idle.after, Millis::minutes(5));
    trial.app.clock.advance(Millis::minutes(6));
    assert_eq!(minh.rooms().await, "session-locked");
}

#[tokio::test]
async fn the_oldest_of_too_many_sessions_ends_and_own_ones_can_be_ended() {
    let trial = Trial::new().await;
    let mut visitors = Vec::new();
    for last in 1..=6 {
        let mut visitor = Visitor::new(&trial, last);
        visitor.log_in("lan").await;
        trial.app.clock.advance(Millis::seconds(1));
        visitors.push(visitor);
    }
    assert_eq!(visitors[0].rooms().await, "not-logged-in");
    let list: Vec<SessionView> = visitors[1].get(route::MY_SESSIONS).await;
    assert_eq!(list.len(), 5);
    assert_eq!(list.iter().filter(|one| one.current).count(), 1);
    assert_eq!(list[0].address, "10.0.0.6");
    let newest = route::with_id(route::MY_SESSION, list[0].id);
    assert_eq!(visitors[1].said(Method::DELETE, &newest, &()).await, "ok");
    assert_eq!(visitors[5].rooms().await, "not-logged-in");
    let mut minh = Visitor::new(&trial, 9);
    minh.log_in("minh").await;
    let foreign = route::with_id(route::MY_SESSION, list[1].id);
    assert_eq!(
        minh.said(Method::DELETE, &foreign, &()).await,
        "not-found",
        "somebody else's"
    );
}

#[tokio::test]
async fn sessions_end_in_time_but_not_in_a_running_room() {
    let trial = Trial::new().await;
    let mut lan = Visitor::new(&trial, 1);
    lan.log_in("lan").await;
    trial.sql("update room set state = 'running'", &[]).await;
    for _ in 0..13 * 6 {
        trial.app.clock.advance(Millis::minutes(10));
        assert_eq!(lan.said(Method::POST, route::ACTIVITY, &()).await, "ok");
    }
    trial.sql("update room set state = 'closed'", &[]).await;
    assert_eq!(
        lan.rooms().await,
        "not-logged-in",
        "13 hours and no room is running"
    );
}

#[tokio::test]
async fn a_new_member_changes_the_password_and_enrols_a_factor_before_anything_else() {
    let trial = Trial::new().await;
    trial
        .sql("update staff set password_given = 1 where name = 'lan'", &[])
        .await;
    trial.sql("delete from staff_factor", &[]).await;
    let mut lan = Visitor::new(&trial, 1);
    assert_eq!(lan.password("lan", PASSWORD).await, "ok");
    let me: Me = lan.get(route::LOGIN).await;
    assert_eq!(me.duties, [Duty::ChangePassword, Duty::EnrolFactor]);
    assert_eq!(lan.rooms().await, "duty-first");
    let mut change = PasswordChange {
        old: PASSWORD.into(),
        new: "lan-1234".into(),
    };
    assert_eq!(
        lan.said(Method::POST, route::MY_PASSWORD, &change).await,
        "password-refused"
    );
    change.new = PASSWORD.into();
    assert_eq!(
        lan.said(Method::POST, route::MY_PASSWORD, &change).await,
        "password-refused",
        "the same again"
    );
    change.new = "trời mưa rồi lại nắng".into();
    assert_eq!(lan.said(Method::POST, route::MY_PASSWORD, &change).await, "ok");
    assert_eq!(lan.rooms().await, "duty-first");
    enrol_app(&trial, &mut lan).await;
    assert_eq!(lan.rooms().await, "ok");
    let codes: RecoveryCodes =
        serde_json::from_value(lan.post(route::MY_RECOVERY_CODES, &()).await.1).unwrap();
    assert_eq!(codes.codes.len(), 10);
    let factors: Vec<FactorView> = lan.get(route::MY_FACTORS).await;
    assert_eq!(
        factors.iter().map(|one| (one.kind, one.left)).collect::<Vec<_>>(),
        [(FactorKind::Totp, None), (FactorKind::RecoveryCode, Some(10)),]
    );
    let last = route::with_id(route::MY_FACTOR, &factors[0].id);
    assert_eq!(
        lan.said(Method::DELETE, &last, &()).await,
        "wrong-state",
        "the last one stays"
    );
    let mut again = Visitor::new(&trial, 2);
    assert_eq!(
        again.password("lan", PASSWORD).await,
        "wrong-credentials",
        "the old password"
    );
    assert_eq!(again.password("lan", &change.new).await, "ok");
    let code = codes.codes[3].to_lowercase();
    assert_eq!(again.show(&SecondFactor::RecoveryCode { code }).await, "ok");
    let back = PasswordChange {
        old: change.new,
        new: PASSWORD.into(),
    };
    assert_eq!(
        lan.said(Method::POST, route::MY_PASSWORD, &back).await,
        "password-refused"
    );
}

async fn enrol_app(trial: &Trial, visitor: &mut Visitor<'_>) {
    let (_, offer) = visitor.post(route::MY_TOTP, &()).await;
    let offer: TotpOffer = serde_json::from_value(offer).unwrap();
    assert!(offer.uri.contains(&offer.secret));
    assert!(offer.modules.len() >= 21 && offer.modules.iter().all(|row| row.len() == offer.modules.len()));
    let enrolment = |code: String| TotpEnrolment {
        label: "điện thoại".into(),
        code,
    };
    let wrong = enrolment("000000".into());
    assert_eq!(
        visitor.said(Method::PUT, route::MY_TOTP, &wrong).await,
        "wrong-credentials"
    );
    let code = code_of(&offer.secret, trial.app.clock.now());
    let before = visitor.clone();
    assert_eq!(
        visitor
            .said(Method::PUT, route::MY_TOTP, &enrolment(code.clone()))
            .await,
        "ok"
    );
    assert_eq!(
        before.clone().rooms().await,
        "not-logged-in",
        "more rights, another token"
    );
    assert_eq!(
        visitor.said(Method::PUT, route::MY_TOTP, &enrolment(code)).await,
        "wrong-state",
        "taken once"
    );
}

fn code_of(base32: &str, at: Timestamp) -> String {
    let secret = totp_rs::Secret::try_from_base32(base32).unwrap();
    let totp = totp_rs::Builder::new().with_secret(secret).build().unwrap();
    totp.generate(u64::try_from(at.0 / 1000).unwrap()).to_string()
}

#[tokio::test]
async fn own_factors_want_a_fresh_confirmation() {
    let trial = Trial::new().await;
    let mut lan = Visitor::new(&trial, 1);
    lan.log_in("lan").await;
    trial.app.clock.advance(Millis::minutes(6));
    assert_eq!(
        lan.said(Method::POST, route::MY_TOTP, &()).await,
        "step-up-needed"
    );
    assert_eq!(
        lan.said(Method::POST, route::MY_RECOVERY_CODES, &()).await,
        "step-up-needed"
    );
    let before = lan.clone();
    assert_eq!(lan.recovery("lan").await, "ok");
    assert_eq!(
        before.clone().rooms().await,
        "not-logged-in",
        "another token after the step-up"
    );
    assert_eq!(lan.said(Method::POST, route::MY_TOTP, &()).await, "ok");
}

#[tokio::test]
async fn closed_ended_and_forgotten_accounts_stay_out() {
    let trial = Trial::new().await;
    let mut lan = Visitor::new(&trial, 1);
    lan.log_in("lan").await;
    assert!(
        trial
            .command(&["staff", "disable", "lan", "--reason", "nghỉ hưu"])
            .await
    );
    assert_eq!(lan.rooms().await, "not-logged-in", "sessions end at once");
    assert_eq!(lan.password("lan", PASSWORD).await, "wrong-credentials");
    assert!(trial.command(&["staff", "enable", "lan"]).await);
    assert_eq!(lan.password("lan", PASSWORD).await, "ok");
    let mut minh = Visitor::new(&trial, 2);
    minh.log_in("minh").await;
    let soon = trial.app.clock.now() + Millis::minutes(10);
    trial
        .sql(
            &format!("update staff set ends_at = {} where name = 'minh'", soon.0),
            &[],
        )
        .await;
    assert_eq!(minh.rooms().await, "ok");
    trial.app.clock.advance(Millis::minutes(11));
    assert_eq!(minh.rooms().await, "not-logged-in", "its end ends its sessions");
    assert_eq!(minh.password("minh", PASSWORD).await, "wrong-credentials");
    let mut hoa = Visitor::new(&trial, 3);
    hoa.log_in("hoa").await;
    trial.app.clock.advance(Millis::minutes(46 * 24 * 60));
    assert_eq!(
        hoa.password("hoa", PASSWORD).await,
        "wrong-credentials",
        "46 days"
    );
    assert_eq!(
        trial
            .number("select count(*) from staff where disabled_why = 'unused'")
            .await,
        1
    );
    assert_eq!(acts(&trial, "staff.login-refused").await, 3);
}

#[tokio::test]
async fn the_emergency_account_is_loud_good_once_and_for_an_hour() {
    let trial = Trial::new().await;
    let add = [
        "staff",
        "add",
        "--name",
        "khan",
        "--display",
        "Khẩn cấp",
        "--break-glass",
        "--grant",
        "site-lead@installation",
    ];
    assert!(trial.command(&add).await);
    let hash = password::hash("trong phong bì").unwrap();
    trial
        .sql(
            "update staff set password_hash = $1 where name = 'khan'",
            &[&hash],
        )
        .await;
    // Whoever tries passwords can't close it, not even to those beside them; answers only come slowly.
    for _ in 0..6 {
        let mut other = Visitor::new(&trial, 1);
        assert_eq!(other.password("khan", "sai").await, "wrong-credentials");
    }
    assert_eq!(acts(&trial, "staff.lock-out").await, 0);
    let mut first = Visitor::new(&trial, 1);
    assert_eq!(first.password("khan", "trong phong bì").await, "ok");
    assert_eq!(first.rooms().await, "ok", "no second factor, no duty");
    assert_eq!(acts(&trial, "staff.break-glass").await, 1);
    assert_eq!(
        Visitor::new(&trial, 2).password("khan", "trong phong bì").await,
        "wrong-credentials",
        "once"
    );
    for _ in 0..6 {
        assert_eq!(first.said(Method::POST, route::ACTIVITY, &()).await, "ok");
        trial.app.clock.advance(Millis::minutes(10));
    }
    assert_eq!(first.rooms().await, "not-logged-in", "an hour");
    assert!(trial.command(&["staff", "rearm", "khan"]).await);
    assert_eq!(
        trial
            .number("select count(*) from staff where break_glass = 'armed'")
            .await,
        1
    );
    assert!(
        !trial.command(&["staff", "rearm", "lan"]).await,
        "no emergency account"
    );
}

#[tokio::test]
async fn another_site_can_not_write() {
    let trial = Trial::new().await;
    let cookie = trial.login("lan").await;
    for (name, value) in [
        ("origin", "https://evil.example"),
        ("sec-fetch-site", "cross-site"),
    ] {
        let request = Request::post(route::LIVE_TOKEN)
            .header(header::COOKIE, &cookie)
            .header(header::HOST, "localhost:8443")
            .header(name, value)
            .body(Body::empty())
            .unwrap();
        let response = trial
            .router_for([10, 0, 0, 1].into())
            .oneshot(request)
            .await
            .unwrap();
        assert_eq!(response.status(), StatusCode::FORBIDDEN, "{name}");
    }
}

#[tokio::test]
async fn reset_factors_are_enrolled_anew() {
    let trial = Trial::new().await;
    let mut lan = Visitor::new(&trial, 1);
    lan.log_in("lan").await;
    assert!(trial.command(&["staff", "reset-factors", "lan"]).await);
    assert_eq!(lan.rooms().await, "not-logged-in");
    assert_eq!(lan.password("lan", PASSWORD).await, "ok");
    let me: Me = lan.get(route::LOGIN).await;
    assert_eq!(me.duties, [Duty::EnrolFactor]);
    assert!(me.last_login.is_some());
}

#[tokio::test]
async fn a_second_official_shows_a_code_too() {
    let trial = Trial::new().await;
    trial.sql("update room set state = 'open'", &[]).await;
    let mut lan = Visitor::new(&trial, 1);
    lan.log_in("lan").await;
    let path = route::with_id(route::ATTEMPT_MANUAL_ADMIT, trial.attempts[0]);
    let good = trial.confirmation("minh").await;
    let mut said = Vec::new();
    for second in [
        LoginRequest {
            code: None,
            ..good.clone()
        },
        LoginRequest {
            code: Some("000000".into()),
            ..good.clone()
        },
        LoginRequest {
            password: "sai".into(),
            ..good.clone()
        },
        good.clone(),
        good,
    ] {
        let request = ManualAdmitRequest {
            second,
            reason: "quên thẻ ở nhà".into(),
        };
        said.push(lan.said(Method::POST, &path, &request).await);
    }
    let wrong = "wrong-credentials";
    assert_eq!(said, [wrong, wrong, wrong, "ok", wrong], "a code is good once");
    assert_eq!(acts(&trial, "staff.confirm-failed").await, 3);
}
