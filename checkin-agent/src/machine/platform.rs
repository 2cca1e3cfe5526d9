//! What differs between operating systems: file modes, users, the PC's name, the system's own certificate stores, how a program is
//! told to stop. The only place that asks which one this is.

pub mod service;

use super::MachineError;
use super::install::tool;
use std::ffi::OsStr;
use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Whether this is Windows; its branches are compiled everywhere.
pub const WINDOWS: bool = cfg!(windows);

/// Users from here on are people (Debian policy, section 9.2.2), up to [`LAST_PERSON`].
const FIRST_PERSON: u32 = 1000;
const LAST_PERSON: u32 = 59_999;

/// Somebody with a home on this PC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Login name.
    pub name: String,
    /// User id.
    pub uid: u32,
    /// Group id.
    pub gid: u32,
    /// Home, below the root folder that was asked about.
    pub home: PathBuf,
}

/// No core dumps, and no other process of the same user looks into this one: the machine's key, card data and what a candidate
/// typed are in its memory.
///
/// # Errors
/// What the system says.
#[cfg(target_os = "linux")]
pub fn forbid_core_dumps() -> io::Result<()> {
    use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    setrlimit(Resource::Core, none)?;
    set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    Ok(())
}

/// Elsewhere the system's own setting holds; Windows keeps no dumps of programs unless somebody has told it to.
///
/// # Errors
/// Never.
#[cfg(not(target_os = "linux"))]
pub fn forbid_core_dumps() -> io::Result<()> {
    Ok(())
}

/// A folder that its owner alone may enter; made if it is not there.
///
/// # Errors
/// What the system says.
pub fn private_folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// A new file; a secret one is its owner's alone. Under Windows the folder's rights hold.
///
/// # Errors
/// What the system says, also when the file is there already.
pub fn write_new(path: &Path, bytes: &[u8], secret: bool) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, if secret { 0o600 } else { 0o644 });
    #[cfg(not(unix))]
    let _ = secret;
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// The PC's own name; empty when the system does not say.
pub fn host_name() -> String {
    let name = if WINDOWS {
        std::env::var("COMPUTERNAME").unwrap_or_default()
    } else {
        fs::read_to_string("/proc/sys/kernel/hostname")
            .or_else(|_| fs::read_to_string("/etc/hostname"))
            .unwrap_or_default()
    };
    // A common name has at most 64 characters.
    name.trim().chars().take(64).collect()
}

/// The hosts file below a root folder.
pub fn hosts_file(root: &Path) -> PathBuf {
    if WINDOWS {
        root.join("Windows/System32/drivers/etc/hosts")
    } else {
        root.join("etc/hosts")
    }
}

/// Waits for the request to stop: Ctrl-C everywhere, SIGTERM where there is one.
///
/// # Errors
/// The system gives no signals.
pub async fn asked_to_stop() -> io::Result<()> {
    #[cfg(unix)]
    {
        let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
        tokio::select! {
            interrupted = tokio::signal::ctrl_c() => interrupted,
            _ = terminate.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}

/// The root folder of this PC.
pub fn root() -> PathBuf {
    if WINDOWS {
        PathBuf::from(std::env::var("SystemDrive").unwrap_or_else(|_| "C:".to_owned()) + "\\")
    } else {
        PathBuf::from("/")
    }
}

/// The people with a home, by the root folder's `etc/passwd`; none under Windows, where one store serves all.
pub fn users(root: &Path) -> Vec<User> {
    let passwd = fs::read_to_string(root.join("etc/passwd")).unwrap_or_default();
    let user = |line: &str| {
        let fields: Vec<&str> = line.split(':').collect();
        let [name, _, uid, gid, _, home, ..] = fields[..] else {
            return None;
        };
        let home = root.join(home.trim_start_matches('/'));
        let uid = uid.parse().ok()?;
        let person = (FIRST_PERSON..=LAST_PERSON).contains(&uid) && home.is_dir();
        person.then_some(User {
            name: name.to_owned(),
            uid,
            gid: gid.parse().ok()?,
            home,
        })
    };
    passwd.lines().filter_map(user).collect()
}

/// A program that will run with this user's rights and no others, so that nothing in a home that its owner prepared can turn
/// the administrator's rights against the PC.
pub fn as_user(program: &OsStr, user: &User) -> Command {
    let mut command = Command::new(program);
    command.env("HOME", &user.home).current_dir(&user.home);
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt;
        command.gid(user.gid).uid(user.uid);
    }
    command
}

/// The user that owns a file or folder, as far as the system has such.
pub fn owner(path: &Path) -> Option<User> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let metadata = fs::metadata(path).ok()?;
        let home = if path.is_dir() { path } else { path.parent()? };
        Some(User {
            name: String::new(),
            uid: metadata.uid(),
            gid: metadata.gid(),
            home: home.to_owned(),
        })
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        None
    }
}

/// Has the system gather its trusted certificates anew; tells what came of it.
pub fn gather_certificates() -> String {
    match tool::run(Command::new("update-ca-certificates"), &[]) {
        Ok(_) => "✓ danh sách CA hệ thống đã lập lại / the system's CA list was gathered anew".to_owned(),
        Err(reason) => {
            format!("✗ update-ca-certificates: {reason} (chạy lại với sudo / run it again with sudo)")
        }
    }
}

/// Puts a certificate into a store of Windows, for all users.
///
/// # Errors
/// [`MachineError::File`] with what `certutil` says.
pub fn add_to_store(store: &str, certificate: &Path) -> Result<(), MachineError> {
    let mut command = Command::new("certutil");
    command.args(["-f", "-addstore", store]).arg(certificate);
    tool::run(command, &[])
        .map(|_| ())
        .map_err(|reason| MachineError::file(certificate, reason))
}

/// Puts a certificate with its key (PEM files side by side, of one name) into Windows' store of this PC.
///
/// # Errors
/// [`MachineError::File`] with what `certutil` says.
pub fn add_key_to_store(certificate: &Path) -> Result<(), MachineError> {
    let bundle = certificate.with_extension("pfx");
    let password = tool::password().map_err(|reason| MachineError::file(&bundle, reason))?;
    let failed = |reason| MachineError::file(certificate, reason);
    let mut merge = Command::new("certutil");
    merge.args(["-f", "-p", &format!("{password},{password}"), "-mergepfx"]);
    merge.arg(certificate).arg(&bundle);
    tool::run(merge, &[]).map_err(failed)?;
    let mut import = Command::new("certutil");
    import.args(["-f", "-p", &password, "-importpfx"]).arg(&bundle);
    let imported = tool::run(import, &[]);
    fs::remove_file(&bundle).map_err(|error| MachineError::file(&bundle, error))?;
    imported.map(|_| ()).map_err(failed)
}

/// Takes a certificate out of a store of Windows.
///
/// # Errors
/// [`MachineError::Certificate`] with what `certutil` says.
pub fn remove_from_store(store: &str, thumbprint: &str) -> Result<String, MachineError> {
    let mut command = Command::new("certutil");
    command.args(["-delstore", store, thumbprint]);
    tool::run(command, &[]).map_err(|reason| MachineError::Certificate(format!("certutil: {reason}")))?;
    Ok(format!(
        "✓ gỡ khỏi kho chứng thư {store} / removed from the store {store}"
    ))
}
