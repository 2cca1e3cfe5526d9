//! The administration of staff through its doors.

use crate::trial::{ORGANISATION, Trial};
use axum::http::StatusCode;
use exam_protocol::id::StaffId;
use exam_protocol::people::{
    AccountState, GrantChange, MemberPage, NewMember, NewOrganisation, ReviewMark, ReviewPage, ScopeTree,
    StaffImport, StartPassword, StateChange,
};
use exam_protocol::right::{Role, Scope};
use exam_protocol::route::{self, with_id};
use serde_json::{Value, json};

const ADMIN: &str = "28282828282828282828282828282828";
const SECRETARY: &str = "29292929292929292929292929292929";

/// An installation with an administrator and a secretary of its one exam, both logged in and confirmed.
async fn office() -> (Trial, String, String) {
    let trial = Trial::new().await;
    let exam = "0".repeat(32);
    for (id, name, role, kind, scope) in [
        (ADMIN, "admin", "administrator", "installation", ""),
        (SECRETARY, "thuky", "secretary", "exam", exam.as_str()),
    ] {
        let text = "insert into staff (id, name, display_name, organisation, password_hash)
             select $1, $2, $3, organisation, password_hash from staff where name = 'lan'";
        trial.sql(text, &[id, name, &name.to_uppercase()]).await;
        let text = "insert into staff_role (staff, role, scope_kind, scope_id, granted_at, granted_by)
             values ($1, $2, $3, $4, 0, 'command')";
        trial.sql(text, &[id, role, kind, scope]).await;
    }
    let admin = trial.login("admin").await;
    let secretary = trial.login("thuky").await;
    let now = trial.app.clock.now().0;
    let text = format!("update staff_session set stage = 'full', strong_at = {now} where staff in ($1, $2)");
    trial.sql(&text, &[ADMIN, SECRETARY]).await;
    (trial, admin, secretary)
}

async fn members(trial: &Trial, cookie: &str, query: &str) -> MemberPage {
    let (status, body) = trial.get(cookie, &format!("{}{query}", route::STAFF)).await;
    assert_eq!(status, StatusCode::OK, "{}", String::from_utf8_lossy(&body));
    serde_json::from_slice(&body).unwrap()
}

async fn add(trial: &Trial, cookie: &str, name: &str) -> (StatusCode, Value) {
    let new = NewMember {
        name: name.into(),
        display_name: "Nguyễn Thị Hạnh".into(),
        organisation: ORGANISATION,
        ends_at: None,
    };
    trial.post(cookie, route::STAFF, &new).await
}

fn change(staff: StaffId, role: Role, scope: Scope) -> GrantChange {
    GrantChange {
        staff,
        role,
        scope,
        reason: String::new(),
    }
}

#[tokio::test]
async fn nobody_voids_the_emergency_account_from_the_console() {
    let (trial, admin, _) = office().await;
    let glass = [
        "staff",
        "add",
        "--name",
        "khan",
        "--display",
        "Khẩn cấp",
        "--break-glass",
        "--grant",
        "administrator@installation",
    ];
    assert!(trial.command(&glass).await);
    let shown = members(&trial, &admin, "").await.members;
    let khan = shown.into_iter().find(|one| one.name == "khan").unwrap();
    assert!(!khan.may_change);
    let forbidden = StatusCode::FORBIDDEN;
    let (status, body) = trial
        .post(&admin, &with_id(route::STAFF_PASSWORD, khan.id), &())
        .await;
    assert_eq!(status, forbidden, "{body}");
    assert!(body["detail"].as_str().unwrap().contains("khẩn cấp"), "{body}");
    let off = StateChange {
        enabled: false,
        reason: "nghỉ".into(),
    };
    let state = with_id(route::STAFF_STATE, khan.id);
    assert_eq!(trial.put(&admin, &state, &off).await.0, forbidden);
    let factors = with_id(route::STAFF_FACTORS, khan.id);
    assert_eq!(trial.delete(&admin, &factors).await.0, forbidden);
    let revoked = change(khan.id, Role::Administrator, Scope::Installation);
    assert_eq!(
        trial.post(&admin, route::GRANT_REVOCATION, &revoked).await.0,
        forbidden
    );
    let given = change(khan.id, Role::Marker, Scope::Installation);
    assert_eq!(trial.post(&admin, route::GRANTS, &given).await.0, forbidden);
    assert_eq!(
        trial
            .number("select count(*) from staff where name = 'khan' and break_glass = 'armed' and disabled_at is null")
            .await,
        1
    );
}

#[tokio::test]
async fn a_member_is_added_appointed_disabled_and_everything_is_in_the_audit() {
    let (trial, admin, secretary) = office().await;
    let (status, body) = add(&trial, &admin, " Hanh.NT ").await;
    assert_eq!(status, StatusCode::OK, "{body}");
    let start: StartPassword = serde_json::from_value(body).unwrap();
    assert_eq!((start.name.as_str(), start.password.len()), ("hanh.nt", 19));
    assert_eq!(add(&trial, &admin, "hanh.nt").await.0, StatusCode::CONFLICT);
    // Accounts of an organisation are not the business of one exam's secretary; its rooms are.
    assert_eq!(add(&trial, &secretary, "khac").await.0, StatusCode::FORBIDDEN);
    let room = Scope::Room(trial.rooms[0]);
    let proctor = change(start.id, Role::Proctor1, room);
    let (status, body) = trial.post(&secretary, route::GRANTS, &proctor).await;
    assert_eq!(status, StatusCode::NO_CONTENT, "{body}");
    let owner = change(start.id, Role::ExamOwner, room);
    assert_eq!(
        trial.post(&secretary, route::GRANTS, &owner).await.0,
        StatusCode::FORBIDDEN
    );
    let own = change(SECRETARY.parse().unwrap(), Role::Proctor1, room);
    assert_eq!(
        trial.post(&secretary, route::GRANTS, &own).await.0,
        StatusCode::FORBIDDEN
    );
    let found = members(&trial, &admin, "?text=hanh&role=proctor-1").await;
    assert_eq!(found.total, 1);
    assert_eq!(found.members[0].grants[0].granted_by, "THUKY");
    assert!(found.members[0].grants[0].scope_name.ends_with("Phòng 01 (Toán)"));
    let off = StateChange {
        enabled: false,
        reason: "nghỉ việc".into(),
    };
    let path = with_id(route::STAFF_STATE, start.id);
    assert_eq!(trial.put(&admin, &path, &off).await.0, StatusCode::NO_CONTENT);
    let found = members(&trial, &admin, "?state=disabled").await;
    assert_eq!(found.members[0].state, AccountState::Disabled);
    let acts = "select count(*) from audit where act in ('staff.add', 'staff.grant', 'staff.state')";
    assert_eq!(trial.number(acts).await, 3);
    assert_eq!(
        trial
            .number("select count(*) from audit where became like '%Hạnh%' or became like '%hanh.nt%'")
            .await,
        0
    );
}

#[tokio::test]
async fn the_last_administrator_stays_and_losing_a_role_ends_the_sessions() {
    let (trial, admin, _) = office().await;
    let (_, body) = add(&trial, &admin, "quantri2").await;
    let second: StartPassword = serde_json::from_value(body).unwrap();
    let everything = change(second.id, Role::Administrator, Scope::Installation);
    assert_eq!(
        trial.post(&admin, route::GRANTS, &everything).await.0,
        StatusCode::NO_CONTENT
    );
    let off = StateChange {
        enabled: false,
        reason: "thử".into(),
    };
    let own = with_id(route::STAFF_STATE, ADMIN);
    assert_eq!(trial.put(&admin, &own, &off).await.0, StatusCode::FORBIDDEN);
    let leads = change(
        StaffId::from_random([21; 16]),
        Role::SiteLead,
        Scope::Installation,
    );
    let lan = trial.login("lan").await;
    let sessions = "select count(*) from staff_session where staff = '15151515151515151515151515151515'";
    assert_eq!(trial.number(sessions).await, 1);
    assert_eq!(
        trial.post(&admin, route::GRANT_REVOCATION, &leads).await.0,
        StatusCode::NO_CONTENT
    );
    assert_eq!(trial.number(sessions).await, 0);
    assert_eq!(trial.get(&lan, route::LOGIN).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(
        trial.post(&admin, route::GRANT_REVOCATION, &leads).await.0,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn a_new_password_is_for_those_who_could_have_given_every_role() {
    let (trial, admin, secretary) = office().await;
    let admins = with_id(route::STAFF_PASSWORD, ADMIN);
    assert_eq!(
        trial.post(&secretary, &admins, &json!({})).await.0,
        StatusCode::NOT_FOUND
    );
    let theirs = with_id(route::STAFF_PASSWORD, SECRETARY);
    let (status, body) = trial.post(&admin, &theirs, &json!({})).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    // Whoever had the old password is out.
    assert_eq!(
        trial.get(&secretary, route::STAFF).await.0,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(
        trial
            .number("select count(*) from staff where name = 'thuky' and password_given = 1")
            .await,
        1
    );
    let text = "select count(*) from audit where act = 'staff.password'";
    assert_eq!(trial.number(text).await, 1);
}

#[tokio::test]
async fn the_console_ends_a_lock_out_that_strangers_brought_about() {
    let (trial, admin, _) = office().await;
    let lan: String = {
        let found = members(&trial, &admin, "?text=lan").await;
        let lan = found.members.iter().find(|member| member.name == "lan");
        lan.unwrap().id.to_string()
    };
    let lock_out = async || {
        let key = crate::staff::lockout::account_key("lan");
        let addresses = (1..=10).map(|last| std::net::IpAddr::from([10, 9, 9, last]));
        let mut tx = trial.app.db.write().await.unwrap();
        for address in addresses {
            for budget in crate::staff::lockout::of_strangers("lan", address, 5, 50) {
                assert_eq!(budget.account, key);
                let full = crate::staff::lockout::Count {
                    failures: budget.most,
                    last: trial.app.clock.now(),
                };
                crate::staff::store::tries::set(&mut tx, &budget, full)
                    .await
                    .unwrap();
            }
        }
        tx.commit().await.unwrap();
        assert_eq!(
            trial
                .number("select count(*) from staff_try where failures > 0")
                .await,
            11
        );
    };
    let told = async |act: &str| {
        let text = format!(
            "select count(*) from audit where act = '{act}' and became like '%\"tries_forgotten\":11%'"
        );
        trial.number(&text).await
    };
    lock_out().await;
    let on = StateChange {
        enabled: true,
        reason: "bị khóa do người khác thử mật khẩu".into(),
    };
    let path = with_id(route::STAFF_STATE, &lan);
    assert_eq!(trial.put(&admin, &path, &on).await.0, StatusCode::NO_CONTENT);
    assert_eq!(
        trial
            .number("select count(*) from staff_try where failures > 0")
            .await,
        0
    );
    assert_eq!(told("staff.state").await, 1);
    lock_out().await;
    let path = with_id(route::STAFF_PASSWORD, &lan);
    assert_eq!(trial.post(&admin, &path, &json!({})).await.0, StatusCode::OK);
    assert_eq!(
        trial
            .number("select count(*) from staff_try where failures > 0")
            .await,
        0
    );
    assert_eq!(told("staff.password").await, 1);
}

#[tokio::test]
async fn whoever_has_not_shown_a_factor_just_now_reads_and_changes_nothing() {
    let (trial, admin, _) = office().await;
    trial
        .sql(
            "update staff_session set strong_at = 1 where staff = $1",
            &[ADMIN],
        )
        .await;
    assert_eq!(members(&trial, &admin, "").await.total, 5);
    let (status, body) = add(&trial, &admin, "ai").await;
    assert_ne!(status, StatusCode::OK);
    assert_eq!(body["code"], "step-up-needed");
}

#[tokio::test]
async fn a_file_is_tried_then_taken_as_it_was_looked_at() {
    let (trial, admin, _) = office().await;
    let file = "Họ tên,Tên đăng nhập,Đơn vị,Vai trò,Điểm thi,Phòng\n\
                Trần Văn Bình,binh.tv,Trường A,CBCT 1,Điểm thi,Phòng 01\n\
                Lê Thị Cúc,cuc.lt,Trường A,Giám sát,Điểm thi,\n";
    let send = async |path: String| {
        let (status, body) = trial.post_file(&admin, &path, file.as_bytes().to_vec()).await;
        (status, serde_json::from_slice::<StaffImport>(&body).ok())
    };
    let (status, tried) = send(route::STAFF_IMPORT.to_owned()).await;
    let tried = tried.unwrap();
    assert_eq!(
        (status, tried.taken, tried.changes.len()),
        (StatusCode::OK, false, 2)
    );
    assert_eq!(
        trial
            .number("select count(*) from staff where name = 'binh.tv'")
            .await,
        0
    );
    let wrong = send(format!("{}?plan={}", route::STAFF_IMPORT, "0".repeat(64))).await;
    assert_eq!(wrong.0, StatusCode::CONFLICT);
    let (status, taken) = send(format!("{}?plan={}", route::STAFF_IMPORT, tried.plan)).await;
    let taken = taken.unwrap();
    assert_eq!(
        (status, taken.taken, taken.start_passwords.len()),
        (StatusCode::OK, true, 2)
    );
    assert_eq!(members(&trial, &admin, "?role=supervisor").await.total, 1);
    let (_, again) = send(route::STAFF_IMPORT.to_owned()).await;
    assert_eq!(again.unwrap().warnings.len(), 2);
    let (status, body) = trial
        .post_file(&admin, route::STAFF_IMPORT, vec![b'x'; 100_000])
        .await;
    let body: StaffImport = serde_json::from_slice(&body).unwrap();
    assert_eq!((status, body.faults.len()), (StatusCode::OK, 1));
    let (status, _) = trial
        .post_file(&admin, route::STAFF_IMPORT, vec![b'x'; 600_000])
        .await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn roles_are_reviewed_by_others_and_scopes_are_shown_as_far_as_they_are_seen() {
    let (trial, admin, secretary) = office().await;
    let (_, body) = trial
        .get(&secretary, &format!("{}?due=true", route::ACCESS_REVIEW))
        .await;
    let page: ReviewPage = serde_json::from_slice(&body).unwrap();
    // Given in 1970: due. The secretary sees what holds in the exam, not what holds everywhere.
    assert_eq!((page.total, page.every_days), (2, 183));
    let hoa = page.entries.iter().find(|one| one.name == "hoa").unwrap();
    let mark = ReviewMark {
        grants: vec![change(hoa.staff, hoa.grant.role, hoa.grant.scope)],
    };
    assert_eq!(
        trial.post(&secretary, route::ACCESS_REVIEW, &mark).await.0,
        StatusCode::NO_CONTENT
    );
    let own = ReviewMark {
        grants: vec![change(
            SECRETARY.parse().unwrap(),
            Role::Secretary,
            Scope::Exam("0".repeat(32).parse().unwrap()),
        )],
    };
    assert_eq!(
        trial.post(&secretary, route::ACCESS_REVIEW, &own).await.0,
        StatusCode::FORBIDDEN
    );
    let (_, body) = trial
        .get(&admin, &format!("{}?text=hoa", route::ACCESS_REVIEW))
        .await;
    let page: ReviewPage = serde_json::from_slice(&body).unwrap();
    assert_eq!(
        (page.entries[0].due, page.entries[0].reviewed_by.as_str()),
        (false, "THUKY")
    );
    let new = NewOrganisation {
        name: "Trường B".into(),
    };
    assert_eq!(
        trial.post(&secretary, route::ORGANISATIONS, &new).await.0,
        StatusCode::FORBIDDEN
    );
    assert_eq!(
        trial.post(&admin, route::ORGANISATIONS, &new).await.0,
        StatusCode::OK
    );
    let (_, body) = trial.get(&admin, route::SCOPES).await;
    let tree: ScopeTree = serde_json::from_slice(&body).unwrap();
    assert_eq!((tree.organisations.len(), tree.roles.len()), (2, Role::ALL.len()));
    let minh = trial.login("minh").await;
    assert_ne!(trial.get(&minh, route::SCOPES).await.0, StatusCode::OK);
}
