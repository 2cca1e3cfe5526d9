//! Where the data is: a file, or a PostgreSQL server. A password never stands in the settings, so that no message can show it.

use reqwest::Url;
use serde::Deserialize;
use std::fmt;
use std::path::{Path, PathBuf};

/// Where the data is.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
pub enum Database {
    /// A SQLite file.
    File(PathBuf),
    /// A database on a PostgreSQL server.
    Server(Server),
}

/// A database on a PostgreSQL server, and as whom to use it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    url: Url,
    password_file: Option<PathBuf>,
}

/// Why a URL can't be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It does not parse, or names no role or database.
    #[error("cần dạng postgres://VAI-TRÒ@MÁY/CSDL / it must be postgres://ROLE@HOST/DATABASE")]
    Form,
    /// The password is in it.
    #[error(
        "không ghi mật khẩu trong URL; dùng database_password_file / \
         no password may stand in the URL; use database_password_file"
    )]
    Password,
    /// The server is another machine, and the line to it is not protected.
    #[error(
        "máy chủ CSDL ở máy khác: cần sslmode=verify-full / \
         the database is on another machine: sslmode=verify-full is needed"
    )]
    Unprotected,
}

impl TryFrom<String> for Database {
    type Error = Refused;

    fn try_from(text: String) -> Result<Self, Refused> {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            Server::new(&text).map(Self::Server)
        } else {
            Ok(Self::File(text.into()))
        }
    }
}

impl Database {
    /// Makes paths relative to `folder`, where the configuration file is.
    pub(super) fn settle(&mut self, folder: &Path, password_file: Option<&Path>) {
        match self {
            Self::File(path) => *path = folder.join(&*path),
            Self::Server(server) => {
                server.password_file = password_file.map(|path| folder.join(path));
                server.settle(folder);
            }
        }
    }

    /// The folder of the file; none where the data is on a server.
    pub fn folder(&self) -> Option<&Path> {
        match self {
            Self::File(path) => Some(path.parent().unwrap_or(Path::new("."))),
            Self::Server(_) => None,
        }
    }
}

impl fmt::Display for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Server(server) => server.url.fmt(f),
        }
    }
}

impl Server {
    /// From a URL without a password. To another machine the certificate of the database is checked.
    ///
    /// # Errors
    /// Why it can't be used.
    pub fn new(text: &str) -> Result<Self, Refused> {
        let mut url: Url = text.parse().map_err(|_| Refused::Form)?;
        let named = |name: &str| url.query_pairs().any(|(key, _)| key == name);
        if url.password().is_some() || named("password") {
            return Err(Refused::Password);
        }
        if url.username().is_empty() || url.path().trim_matches('/').is_empty() {
            return Err(Refused::Form);
        }
        if !is_here(&url) {
            let mode = url.query_pairs().find(|(key, _)| key == "sslmode");
            match mode.map(|(_, value)| value.into_owned()).as_deref() {
                None => {
                    url.query_pairs_mut().append_pair("sslmode", "verify-full");
                }
                Some("verify-full") => {}
                Some(_) => return Err(Refused::Unprotected),
            }
        }
        Ok(Self {
            url,
            password_file: None,
        })
    }

    /// The same database as another role, which has another password.
    ///
    /// # Errors
    /// When the role's name does not fit into a URL.
    pub fn as_role(&self, role: &str, password_file: Option<PathBuf>) -> Result<Self, Refused> {
        let mut url = self.url.clone();
        url.set_username(role).map_err(|()| Refused::Form)?;
        Ok(Self { url, password_file })
    }

    /// Where it is and as whom; without a password.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The file with the password.
    pub fn password_file(&self) -> Option<&Path> {
        self.password_file.as_deref()
    }

    /// Certificates named in the URL may stand beside the configuration file.
    fn settle(&mut self, folder: &Path) {
        let files = ["sslrootcert", "sslcert", "sslkey"];
        let pairs: Vec<(String, String)> = self
            .url
            .query_pairs()
            .map(|(key, value)| {
                let path = files
                    .contains(&&*key)
                    .then(|| folder.join(&*value).to_string_lossy().into_owned());
                (key.into_owned(), path.unwrap_or_else(|| value.into_owned()))
            })
            .collect();
        if !pairs.is_empty() {
            self.url.query_pairs_mut().clear().extend_pairs(pairs);
        }
    }
}

/// Whether the way to the database does not leave this machine: a Unix socket or the loopback.
fn is_here(url: &Url) -> bool {
    let host = url
        .query_pairs()
        .find(|(key, _)| key == "host" || key == "hostaddr")
        .map_or_else(
            || url.host_str().unwrap_or_default().to_owned(),
            |(_, host)| host.into_owned(),
        );
    let host = host.trim_matches(['[', ']']).to_lowercase();
    host.is_empty()
        || host.starts_with('/')
        || host.starts_with("%2f")
        || matches!(host.as_str(), "localhost" | "127.0.0.1" | "::1")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(text: &str) -> Result<String, Refused> {
        Server::new(text).map(|server| server.url.to_string())
    }

    #[test]
    fn a_file_and_a_server_are_told_apart() {
        let file = Database::try_from("exam.sqlite".to_owned()).unwrap();
        assert_eq!(file.folder(), Some(Path::new("")));
        let remote = Database::try_from("postgresql://exam_server@db.example/exam".to_owned()).unwrap();
        assert_eq!(remote.folder(), None);
    }

    #[test]
    fn another_machine_must_prove_itself() {
        assert_eq!(
            server("postgres://a@db.example/exam").as_deref(),
            Ok("postgres://a@db.example/exam?sslmode=verify-full")
        );
        for mode in ["disable", "prefer", "require", "verify-ca"] {
            let url = format!("postgres://a@db.example/exam?sslmode={mode}");
            assert_eq!(server(&url), Err(Refused::Unprotected));
        }
        assert_eq!(
            server("postgres://a@localhost/exam?host=db.example&sslmode=disable"),
            Err(Refused::Unprotected)
        );
        for here in [
            "postgres://a@localhost/exam",
            "postgres://a@[::1]:5433/exam",
            "postgres://a@%2Frun%2Fpostgresql/exam",
            "postgres://a@localhost/exam?host=/run/postgresql",
        ] {
            assert_eq!(server(here).as_deref(), Ok(here));
        }
    }

    #[test]
    fn a_password_never_stands_in_the_settings() {
        assert_eq!(
            server("postgres://a:secret@localhost/exam"),
            Err(Refused::Password)
        );
        assert_eq!(
            server("postgres://a@localhost/exam?password=secret"),
            Err(Refused::Password)
        );
        assert_eq!(server("postgres://localhost/exam"), Err(Refused::Form));
        assert_eq!(server("postgres://a@localhost"), Err(Refused::Form));
        let shown = format!("{:?}", Server::new("postgres://a:secret@localhost/exam"));
        assert!(!shown.contains("secret"));
    }

    #[test]
    fn certificates_stand_beside_the_settings() {
        let mut database =
            Database::try_from("postgres://a@db.example/exam?sslrootcert=db.pem".to_owned()).unwrap();
        database.settle(Path::new("/etc/exam"), Some(Path::new("db.pass")));
        let Database::Server(server) = database else {
            panic!()
        };
        let url = server.url().to_string();
        assert!(url.contains("sslrootcert=%2Fetc%2Fexam%2Fdb.pem"), "{url}");
        assert_eq!(server.password_file(), Some(Path::new("/etc/exam/db.pass")));
    }
}
