//! The station's settings: one TOML file, read once. `station.example.toml` explains every line.
//!
//! Relative paths are taken from the folder of the file. The private key itself is read by `link::tls` alone.

use serde::Deserialize;
use std::path::{Path, PathBuf};

/// Settings of a check-in station.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Address of the exam server: `wss://host:port`.
    pub server: String,
    /// The exam CA's certificate (PEM): the only root that is trusted.
    pub ca: PathBuf,
    /// The station's certificate (PEM).
    pub certificate: PathBuf,
    /// The station's private key (PEM).
    pub key: PathBuf,
    /// Name of the one card reader to use; any if absent.
    pub reader: Option<String>,
}

/// Why the settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read, or a line of it is wrong.
    #[error("tệp cấu hình {} không dùng được: {reason} / configuration file {} cannot be used: {reason}", .path.display(), .path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// What is wrong, with the line.
        reason: String,
    },
    /// The server's address is not one.
    #[error("“server” phải có dạng wss://tên-máy:cổng / “server” must read wss://host:port")]
    Server,
}

impl Settings {
    /// Reads the file.
    ///
    /// # Errors
    /// [`ConfigError`] names the file and what is wrong in it.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let failed = |error: config::ConfigError| ConfigError::File {
            path: path.to_owned(),
            reason: error.to_string(),
        };
        let source = config::File::from(path).format(config::FileFormat::Toml);
        let read = config::Config::builder().add_source(source).build();
        let mut settings: Self = read.and_then(config::Config::try_deserialize).map_err(failed)?;
        let folder = path.parent().unwrap_or(Path::new(""));
        for file in [&mut settings.ca, &mut settings.certificate, &mut settings.key] {
            *file = folder.join(&file);
        }
        settings.address()?;
        Ok(settings)
    }

    /// Host and port of the server.
    ///
    /// # Errors
    /// [`ConfigError::Server`] when the address is not `wss://host:port`.
    pub fn address(&self) -> Result<(&str, u16), ConfigError> {
        let rest = self.server.strip_prefix("wss://").ok_or(ConfigError::Server)?;
        let (host, port) = rest
            .trim_end_matches('/')
            .rsplit_once(':')
            .ok_or(ConfigError::Server)?;
        let host = host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'))
            .unwrap_or(host);
        let port = port.parse().map_err(|_| ConfigError::Server)?;
        if host.is_empty() || host.contains(['/', '@', '[']) {
            Err(ConfigError::Server)
        } else {
            Ok((host, port))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(server: &str) -> Option<(String, u16)> {
        let file = PathBuf::from("x.pem");
        let settings = Settings {
            server: server.to_owned(),
            ca: file.clone(),
            certificate: file.clone(),
            key: file,
            reader: None,
        };
        settings
            .address()
            .ok()
            .map(|(host, port)| (host.to_owned(), port))
    }

    #[test]
    fn addresses() {
        assert_eq!(
            check("wss://may-chu.thi:8443"),
            Some(("may-chu.thi".into(), 8443))
        );
        assert_eq!(check("wss://[::1]:8443/"), Some(("::1".into(), 8443)));
        for bad in [
            "https://a:1",
            "wss://a",
            "wss://:1",
            "wss://a:99999",
            "wss://a/b:1",
            "wss://u@a:1",
        ] {
            assert_eq!(check(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_example_is_valid_and_paths_are_relative_to_it() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("station.example.toml");
        let settings = Settings::load(&path).unwrap();
        assert_eq!(settings.ca, path.parent().unwrap().join("exam-ca.pem"));
        assert_eq!(settings.reader, None);
    }

    #[test]
    fn a_wrong_line_is_named() {
        let path = std::env::temp_dir().join(format!("station-{}.toml", std::process::id()));
        std::fs::write(
            &path,
            "server = \"wss://a:1\"\nca = \"a\"\ncertificate = \"b\"\nkey = \"c\"\nreeder = \"d\"\n",
        )
        .unwrap();
        let message = Settings::load(&path).unwrap_err().to_string();
        std::fs::remove_file(&path).unwrap();
        assert!(message.contains("reeder"), "{message}");
    }
}
