//! Roster photos, erasure and export on a real installation, through commands and doors.

use crate::audit::store::after;
use crate::audit::verify::Database;
use crate::trial::Trial;
use axum::http::StatusCode;
use exam_protocol::personal_data::{ErasureMinutes, PersonExport, PersonRequest};
use exam_protocol::route;
use image::{DynamicImage, RgbImage};

const NUMBER: &str = "001308000001";

/// A folder with photos of two candidates and a file with a fault.
fn photos(trial: &Trial) -> String {
    let folder = trial.path("photos");
    std::fs::create_dir(&folder).unwrap();
    let photo = DynamicImage::ImageRgb8(RgbImage::new(300, 400));
    for name in ["001308000001.jpg", "001308000004.png"] {
        photo.save(format!("{folder}/{name}")).unwrap();
    }
    std::fs::write(format!("{folder}/999999999999.jpg"), b"x").unwrap();
    folder
}

async fn import(trial: &Trial, dry: bool) -> i64 {
    let (folder, sitting) = (trial.path("photos"), trial.sitting.to_string());
    let mut arguments = vec!["photos", "import", &folder, "--sitting", &sitting];
    if dry {
        arguments.push("--dry-run");
    }
    assert!(!trial.command(&arguments).await, "one file has a fault");
    trial.number("select count(*) from photo").await
}

async fn office(trial: &Trial) -> String {
    let text = "insert into staff_role (staff, role, scope_kind, scope_id, granted_at, granted_by)
         select id, 'exam-owner', 'installation', '', 0, 'command' from staff where name = 'lan'";
    trial.sql(text, &[]).await;
    trial.login("lan").await
}

#[tokio::test]
async fn proctors_of_the_room_see_the_roster_photo_and_nobody_else() {
    let trial = Trial::new().await;
    photos(&trial);
    assert_eq!(import(&trial, true).await, 0);
    assert_eq!(import(&trial, false).await, 2);
    let photo = |n: usize| route::with_id(route::ATTEMPT_PHOTO, trial.attempts[n]);
    let lan = trial.login("lan").await;
    let (status, bytes) = trial.get(&lan, &photo(0)).await;
    assert_eq!((status, &bytes[..2]), (StatusCode::OK, &[0xff, 0xd8][..]));
    assert_eq!(trial.get(&lan, &photo(1)).await.0, StatusCode::NOT_FOUND);
    let elsewhere = trial.login("hoa").await;
    assert_eq!(trial.get(&elsewhere, &photo(0)).await.0, StatusCode::NOT_FOUND);
    assert_eq!(trial.get(&elsewhere, &photo(3)).await.0, StatusCode::OK);
    let row = "select count(*) from photo where content like '%JFIF%' or substr(content, 1, 2) = x'ffd8'";
    assert_eq!(trial.number(row).await, 0, "kept sealed");
}

#[tokio::test]
async fn what_is_due_goes_with_minutes_and_an_open_sitting_keeps_everything() {
    let trial = Trial::new().await;
    photos(&trial);
    import(&trial, false).await;
    let left = async || {
        let photos = trial.number("select count(*) from photo").await;
        let people = trial
            .number("select count(*) from candidate where name <> '(đã xóa)'")
            .await;
        (photos, people)
    };
    trial.sql("update sitting set starts_at = 1000", &[]).await;
    trial
        .sql("update room set state = 'ended' where name = 'Phòng 02'", &[])
        .await;
    assert!(trial.command(&["personal-data", "erase"]).await);
    assert_eq!(left().await, (2, 4), "a room waits for its closing");
    trial.sql("update room set state = 'closed'", &[]).await;
    assert!(trial.command(&["personal-data", "erase", "--dry-run"]).await);
    assert!(
        trial
            .command(&["personal-data", "erase", "--before", "1970-02-01"])
            .await
    );
    assert_eq!(left().await, (2, 4), "nothing was due then");
    assert!(
        !trial
            .command(&["personal-data", "erase", "--before", "9999-01-01"])
            .await
    );
    assert!(trial.command(&["personal-data", "erase"]).await);
    assert_eq!(left().await, (0, 0));
    assert_eq!(
        trial.number("select count(*) from attempt").await,
        4,
        "the record stays"
    );
    let real = "select count(*) from attempt where citizen_number not like '000%'";
    assert_eq!(trial.number(real).await, 0);
    let (_, body) = trial.get(&office(&trial).await, route::ERASURES).await;
    let minutes: Vec<ErasureMinutes> = serde_json::from_slice(&body).unwrap();
    assert_eq!(
        minutes.len(),
        1,
        "nothing is written down where nothing was erased"
    );
    let lines: Vec<_> = minutes[0]
        .lines
        .iter()
        .map(|line| (line.rule.as_str(), line.rows))
        .collect();
    assert_eq!(lines, [("images", 2), ("candidates", 4)]);
    assert!(!minutes[0].text.contains(NUMBER));
    let mut chain = Database::new(None);
    for record in after(trial.app.db.reader(), 0).await.unwrap() {
        chain.take(&record).unwrap();
    }
    chain.finish().unwrap();
}

#[tokio::test]
async fn one_persons_data_is_given_for_a_reason_and_put_on_record_without_the_number() {
    let trial = Trial::new().await;
    photos(&trial);
    import(&trial, false).await;
    let office = office(&trial).await;
    let request = |number: &str, reason: &str| PersonRequest {
        citizen_number: number.into(),
        reason: reason.into(),
    };
    let (status, body) = trial
        .post(
            &office,
            route::PERSON_EXPORT,
            &request(NUMBER, "đơn của thí sinh"),
        )
        .await;
    assert_eq!(status, StatusCode::OK);
    let export: PersonExport = serde_json::from_value(body).unwrap();
    let tables: Vec<_> = export.tables.iter().map(|table| table.table.as_str()).collect();
    assert_eq!(tables, ["candidate", "attempt", "photo"]);
    assert_eq!(export.files.len(), 1);
    assert!(!serde_json::to_string(&export).unwrap().contains("001308000002"));
    let number = trial
        .number("select count(*) from audit where act = 'personal-data.export'")
        .await;
    assert_eq!(number, 1);
    let leak =
        "select count(*) from audit where became like '%001308000001%' or object like '%001308000001%'";
    assert_eq!(trial.number(leak).await, 0);
    for (number, reason, expected) in [
        (NUMBER, "", StatusCode::BAD_REQUEST),
        ("001308999999", "đơn của thí sinh", StatusCode::NOT_FOUND),
        ("x", "đơn của thí sinh", StatusCode::NOT_FOUND),
    ] {
        let (status, _) = trial
            .post(&office, route::PERSON_EXPORT, &request(number, reason))
            .await;
        assert_eq!(status, expected);
    }
    let proctor = trial.login("minh").await;
    let (status, _) = trial
        .post(
            &proctor,
            route::PERSON_EXPORT,
            &request(NUMBER, "đơn của thí sinh"),
        )
        .await;
    assert_eq!(status, StatusCode::FORBIDDEN);
}
