//! The scope that a row of a file of staff means.

use crate::staff::people::directory::Places;
use crate::table::text::fold;
use exam_protocol::right::Scope;

/// What the row says of where.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// In one column: "toàn hệ thống", the name of an organisation, an exam or a site.
    pub scope: String,
    /// Exam.
    pub exam: String,
    /// Site.
    pub site: String,
    /// Subject of the sitting.
    pub subject: String,
    /// Room.
    pub room: String,
}

const EVERYTHING: [&str; 4] = ["toan he thong", "he thong", "toan bo", "installation"];

impl Wanted {
    /// Whether nothing is said.
    pub fn is_blank(&self) -> bool {
        [&self.scope, &self.exam, &self.site, &self.subject, &self.room]
            .iter()
            .all(|text| text.is_empty())
    }
}

/// Finds it.
///
/// # Errors
/// What is missing, unknown or not the only one of its name, in Vietnamese and English.
pub fn find(wanted: &Wanted, places: &Places) -> Result<Scope, (String, String)> {
    let named = |wanted: &str, name: &str| wanted.is_empty() || fold(wanted) == fold(name);
    let exam_fits = |id| {
        let mut exams = places.exams.iter();
        exams.any(|exam| exam.id == id && named(&wanted.exam, &exam.title))
    };
    let site_fits = |id| {
        let mut sites = places.sites.iter();
        sites.any(|site| site.id == id && named(&wanted.site, &site.name) && exam_fits(site.exam))
    };
    let (found, text): (Vec<Scope>, &str) = if !wanted.room.is_empty() {
        let rooms = places.rooms.iter().filter(|room| {
            named(&wanted.room, &room.name) && named(&wanted.subject, &room.subject) && site_fits(room.site)
        });
        (rooms.map(|room| Scope::Room(room.id)).collect(), &wanted.room)
    } else if !wanted.site.is_empty() {
        let sites = places.sites.iter().filter(|site| site_fits(site.id));
        (sites.map(|site| Scope::Site(site.id)).collect(), &wanted.site)
    } else if !wanted.exam.is_empty() {
        let exams = places.exams.iter().filter(|exam| exam_fits(exam.id));
        (exams.map(|exam| Scope::Exam(exam.id)).collect(), &wanted.exam)
    } else {
        (in_one_column(&wanted.scope, places), &wanted.scope)
    };
    only(&found, text)
}

fn in_one_column(text: &str, places: &Places) -> Vec<Scope> {
    let wanted = fold(text);
    if wanted.is_empty() {
        return Vec::new();
    }
    if EVERYTHING.contains(&wanted.as_str()) {
        return vec![Scope::Installation];
    }
    let organisations = places.organisations.iter();
    let organisations = organisations.filter(|one| fold(&one.name) == wanted);
    let exams = places.exams.iter().filter(|one| fold(&one.title) == wanted);
    let sites = places.sites.iter().filter(|one| fold(&one.name) == wanted);
    organisations
        .map(|one| Scope::Organisation(one.id))
        .chain(exams.map(|one| Scope::Exam(one.id)))
        .chain(sites.map(|one| Scope::Site(one.id)))
        .collect()
}

fn only(found: &[Scope], text: &str) -> Result<Scope, (String, String)> {
    match found {
        [one] => Ok(*one),
        [] if text.is_empty() => Err((
            "thiếu phạm vi: kỳ thi, điểm thi, phòng, hoặc cột \"Phạm vi\"".into(),
            "no scope: exam, site, room, or the column \"scope\"".into(),
        )),
        [] => Err((format!("không có nơi \"{text}\""), format!("no place \"{text}\""))),
        _ => Err((
            format!("có nhiều nơi tên \"{text}\"; hãy ghi thêm kỳ thi, điểm thi, môn"),
            format!("several places are named \"{text}\"; add exam, site, subject"),
        )),
    }
}
