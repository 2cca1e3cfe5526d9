//! NSS databases of the PC's users, where Chromium and Firefox keep certificates under Linux: by `certutil` and `pk12util`, run
//! with the rights of the home's owner. On its way from tool to tool a private key is sealed with a password of the moment.

use super::{Papers, tool};
use crate::machine::MachineError;
use crate::machine::manifest::{Entry, Manifest};
use crate::machine::platform::{self, User};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Chromium's database; made if it is not there.
const SHARED: &str = ".pki/nssdb";
/// Databases of programs from the snap store, and folders of Firefox's profiles.
const SNAP: &str = "snap/chromium/current/.pki/nssdb";
const PROFILES: [&str; 2] = [".mozilla/firefox", "snap/firefox/common/.mozilla/firefox"];
/// Files of a database.
const FILES: [&str; 3] = ["cert9.db", "key4.db", "pkcs11.txt"];

/// `pk12util` reads files only, no pipes: the bundle, sealed, lies in a file of the user's own for as long as that takes.
const IMPORT: &str = "umask 077; file=$(mktemp) || exit; trap 'rm -f \"$file\"' EXIT; cat > \"$file\" && pk12util -i \"$file\" \"$@\"";

/// The databases of a user.
pub fn databases(user: &User) -> Vec<PathBuf> {
    let mut databases = vec![user.home.join(SHARED)];
    databases.extend(Some(user.home.join(SNAP)).filter(|path| path.join(FILES[0]).exists()));
    for profiles in PROFILES {
        let Ok(folders) = std::fs::read_dir(user.home.join(profiles)) else {
            continue;
        };
        let profile = folders.filter_map(|folder| Some(folder.ok()?.path()));
        databases.extend(profile.filter(|path| path.join(FILES[0]).exists()));
    }
    databases
}

/// Trusts the root for servers.
///
/// # Errors
/// [`MachineError::File`] with what the tool says.
pub fn add_root(
    user: &User,
    database: &Path,
    papers: &Papers,
    manifest: &mut Manifest,
) -> Result<String, MachineError> {
    make(user, database, manifest)?;
    let nickname = papers.root_nickname();
    add_certificate(user, database, (&nickname, "C,,", &papers.root_pem), manifest)?;
    Ok(format!("CA: {}", database.display()))
}

/// Puts the machine's certificate with its key in, and the link between it and the root, which browsers show to the server.
///
/// # Errors
/// [`MachineError::File`] with what the tools say.
pub fn add_machine(
    user: &User,
    database: &Path,
    papers: &Papers,
    manifest: &mut Manifest,
) -> Result<String, MachineError> {
    let failed = |reason: String| MachineError::file(database, reason);
    let link = papers.issuing_nickname();
    add_certificate(user, database, (&link, ",,", &papers.issuing_pem), manifest)?;
    let nickname = papers.machine_nickname();
    if !holds(user, database, &nickname) {
        let password = tool::password().map_err(failed)?;
        let mut export = Command::new("openssl");
        export.args([
            "pkcs12",
            "-export",
            "-name",
            &nickname,
            "-passout",
            "env:P12_PASSWORD",
        ]);
        export.args(["-in", "/dev/stdin", "-inkey"]).arg(&papers.key);
        export.env("P12_PASSWORD", &password);
        let bundle = tool::run(export, papers.machine_pem.as_bytes()).map_err(failed)?;
        note(manifest, database, &nickname, true)?;
        let mut import = platform::as_user(OsStr::new("sh"), user);
        import.args([
            "-c",
            IMPORT,
            "pk12util",
            "-W",
            &password,
            "-K",
            "",
            "-d",
            &sql(database),
        ]);
        tool::run(import, &bundle).map_err(failed)?;
    }
    Ok(format!(
        "chứng thư máy / the machine's certificate: {}",
        database.display()
    ))
}

/// Adds a certificate: its nickname, its trust in `certutil`'s letters, and its PEM.
fn add_certificate(
    user: &User,
    database: &Path,
    (nickname, trust, pem): (&str, &str, &str),
    manifest: &mut Manifest,
) -> Result<(), MachineError> {
    if holds(user, database, nickname) {
        return Ok(());
    }
    note(manifest, database, nickname, false)?;
    let mut command = certutil(user, database);
    command.args(["-A", "-t", trust, "-n", nickname]);
    let added = tool::run(command, pem.as_bytes());
    added
        .map(|_| ())
        .map_err(|reason| MachineError::file(database, reason))
}

/// Takes a certificate, and its key, out again; the database too, if it was made for this and holds nothing else.
///
/// # Errors
/// [`MachineError::File`] with what the tools say.
pub fn remove(database: &Path, nickname: &str, key: bool) -> Result<String, MachineError> {
    let gone = || {
        format!(
            "· không còn trong / gone already from {}: {nickname}",
            database.display()
        )
    };
    let Some(user) = platform::owner(database) else {
        return Ok(gone());
    };
    if !holds(&user, database, nickname) {
        return Ok(gone());
    }
    let mut command = certutil(&user, database);
    command.args([if key { "-F" } else { "-D" }, "-n", nickname]);
    tool::run(command, &[]).map_err(|reason| MachineError::file(database, reason))?;
    Ok(format!(
        "✓ gỡ khỏi / removed from {}: {nickname}",
        database.display()
    ))
}

/// Removes a database that was made for this, if nothing is in it.
///
/// # Errors
/// [`MachineError::File`].
pub fn remove_database(database: &Path) -> Result<String, MachineError> {
    let gone = || Ok(format!("· không còn / gone already {}", database.display()));
    let Some(user) = platform::owner(database) else {
        return gone();
    };
    if !database.join(FILES[0]).exists() {
        return gone();
    }
    let mut list = certutil(&user, database);
    list.arg("-L");
    let listed = tool::run(list, &[]).map_err(|reason| MachineError::file(database, reason))?;
    // Two lines of headings, and blank ones.
    let listed = String::from_utf8_lossy(&listed)
        .lines()
        .filter(|line| !line.trim().is_empty())
        .count();
    if listed > 2 {
        return Ok(format!(
            "· giữ kho còn chứng thư khác / kept, other certificates are in it: {}",
            database.display()
        ));
    }
    let mut remove = platform::as_user(OsStr::new("rm"), &user);
    remove.arg("--").args(FILES.map(|file| database.join(file)));
    tool::run(remove, &[]).map_err(|reason| MachineError::file(database, reason))?;
    let mut folder = platform::as_user(OsStr::new("rmdir"), &user);
    folder.args(["-p", "--ignore-fail-on-non-empty"]);
    // Relative, so that nothing above the home is asked about.
    let home = database.parent().and_then(Path::parent).unwrap_or(database);
    folder.current_dir(home).arg(SHARED);
    tool::run(folder, &[]).map_err(|reason| MachineError::file(database, reason))?;
    Ok(format!(
        "✓ xóa kho trống / removed the empty database {}",
        database.display()
    ))
}

fn make(user: &User, database: &Path, manifest: &mut Manifest) -> Result<(), MachineError> {
    if database.join(FILES[0]).exists() {
        return Ok(());
    }
    let failed = |reason: String| MachineError::file(database, reason);
    manifest.note(Entry::NssDatabase {
        database: database.to_owned(),
    })?;
    let mut folder = platform::as_user(OsStr::new("mkdir"), user);
    folder.args(["-p", "-m", "700"]).arg(database);
    tool::run(folder, &[]).map_err(failed)?;
    let mut command = certutil(user, database);
    command.args(["-N", "--empty-password"]);
    tool::run(command, &[]).map(|_| ()).map_err(failed)
}

fn note(manifest: &mut Manifest, database: &Path, nickname: &str, key: bool) -> Result<(), MachineError> {
    manifest.note(Entry::Nss {
        database: database.to_owned(),
        nickname: nickname.to_owned(),
        key,
    })
}

fn holds(user: &User, database: &Path, nickname: &str) -> bool {
    let mut command = certutil(user, database);
    command.args(["-L", "-n", nickname]);
    tool::run(command, &[]).is_ok()
}

fn certutil(user: &User, database: &Path) -> Command {
    let mut command = platform::as_user(OsStr::new("certutil"), user);
    command.arg("-d").arg(sql(database));
    command
}

fn sql(database: &Path) -> String {
    format!("sql:{}", database.display())
}
