//! Installs what the build, the demo and the tests need: Debian or Ubuntu packages and rustc's target for the pages.

use crate::shell::{outside, present, root, run};
use anyhow::{Context, Result, bail};
use std::fs;
use std::process::{Command, Stdio};

const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// A package and why it is needed.
pub struct Package(pub &'static str, pub &'static str);

const PACKAGES: [Package; 21] = [
    Package("build-essential", "C compiler for SQLite and ring"),
    Package("pkg-config", "finds the PC/SC library"),
    Package("libpcsclite-dev", "the check-in agent talks PC/SC"),
    Package("pcscd", "PC/SC service"),
    Package("vsmartcard-vpcd", "virtual card reader for demo and tests"),
    Package("iproute2", "own network namespace for the virtual reader"),
    Package("chromium", "browser for demo and tests"),
    Package("chromium-driver", "drives the browser in tests"),
    Package(
        "libnss3-tools",
        "lets the demo's own browser profile trust the demo's CA",
    ),
    Package(
        "fonts-noto-core",
        "Vietnamese and mathematical letters in the browser",
    ),
    Package("openssl", "outside judge of our certificates and signatures"),
    Package("brotli", "compresses the pages"),
    Package(
        "postgresql",
        "tests start a PostgreSQL of their own; the service is not used",
    ),
    Package(
        "xfsprogs",
        "disks whose state at a power cut is kept: the outer one",
    ),
    Package("sqlite3", "says whether a database is whole after a power cut"),
    Package("strace", "lets syncs of the disk fail"),
    Package(
        "libeatmydata1",
        "a server without syncs, to show that power cuts do lose",
    ),
    Package("rsyslog", "collector that the audit feed is tested against"),
    Package("rsyslog-gnutls", "lets that collector speak TLS"),
    Package("nodejs", "runs the OpenID provider of the single sign-on tests"),
    Package("npm", "fetches that provider and the accessibility checker"),
];

const WEB_JUDGES: [Package; 4] = [
    Package("testssl.sh", "examines TLS"),
    Package("bsdmainutils", "testssl.sh needs hexdump"),
    Package("dnsutils", "testssl.sh asks for names"),
    Package("python3-venv", "a place of its own for schemathesis"),
];

/// Installs all that is missing.
pub fn everything() -> Result<()> {
    install(&PACKAGES)?;
    rust_target(WASM_TARGET, "the pages are built for it")?;
    // The provider that single sign-on is tested against, and the checker of WCAG rules that browser tests put into pages.
    from_npm("oidc", "openid-provider", "oidc-provider")?;
    from_npm("accessibility", "accessibility", "axe-core")
}

/// Fetches what the lockfile of a folder in `tests/` names. Runs none of the packages' own scripts.
fn from_npm(lists_in: &str, place: &str, package: &str) -> Result<()> {
    let folder = outside(place);
    let lists = ["package.json", "package-lock.json"];
    let wanted = |name: &str| root().join("tests").join(lists_in).join(name);
    let same = |name: &&str| fs::read(folder.join(name)).ok() == fs::read(wanted(name)).ok();
    if folder.join("node_modules").join(package).exists() && lists.iter().all(same) {
        return Ok(());
    }
    println!("Fetching {package} for the tests");
    fs::create_dir_all(&folder)?;
    for name in lists {
        fs::copy(wanted(name), folder.join(name)).with_context(|| name.to_owned())?;
    }
    run(Command::new("npm")
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
        .current_dir(folder))
}

/// Programs that judge the server's web surface.
pub fn web_judges() -> Result<()> {
    install(&WEB_JUDGES)
}

/// Installs those of these packages that are missing.
pub fn install(packages: &[Package]) -> Result<()> {
    let missing: Vec<&Package> = packages
        .iter()
        .filter(|package| !installed(package.0) && !from_elsewhere(package.0))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    if !present("apt-get") {
        let names: Vec<&str> = missing.iter().map(|package| package.0).collect();
        bail!(
            "this is neither Debian nor Ubuntu; please install by hand what these packages hold: {}",
            names.join(" ")
        );
    }
    println!("Installing with apt-get:");
    for Package(name, reason) in &missing {
        println!("  {name:18} {reason}");
    }
    run(apt().arg("update").arg("-qq"))?;
    run(apt()
        .args(["install", "-y", "-qq", "--no-install-recommends"])
        .args(missing.iter().map(|package| package.0)))
}

fn installed(package: &str) -> bool {
    let output = Command::new("dpkg-query")
        .args(["-W", "-f=${Status}", package])
        .stderr(Stdio::null())
        .output();
    output.is_ok_and(|output| output.stdout.ends_with(b" installed"))
}

/// Node that did not come as a package is as good; so is one version of PostgreSQL without the package that follows the newest.
fn from_elsewhere(package: &str) -> bool {
    match package {
        "nodejs" => present("node"),
        "npm" => present("npm"),
        "python3-venv" => has_venv(),
        "postgresql" => {
            fs::read_dir("/usr/lib/postgresql").is_ok_and(|mut versions| versions.next().is_some())
        }
        _ => false,
    }
}

/// Whether this machine's Python makes virtual environments.
fn has_venv() -> bool {
    let asked = Command::new("python3")
        .args(["-c", "import venv, ensurepip"])
        .output();
    asked.is_ok_and(|output| output.status.success())
}

fn apt() -> Command {
    let root = Command::new("id")
        .arg("-u")
        .output()
        .is_ok_and(|output| output.stdout.starts_with(b"0\n"));
    let mut command = if root {
        Command::new("apt-get")
    } else {
        Command::new("sudo")
    };
    if !root {
        command.arg("apt-get");
    }
    command
        .env("DEBIAN_FRONTEND", "noninteractive")
        .stdout(Stdio::null());
    command
}

/// Adds a target to rustc, saying why, if it is missing.
pub fn rust_target(target: &str, reason: &str) -> Result<()> {
    let sysroot = Command::new("rustc").args(["--print", "sysroot"]).output()?;
    let sysroot = String::from_utf8_lossy(&sysroot.stdout).trim().to_owned();
    if std::path::Path::new(&sysroot)
        .join("lib/rustlib")
        .join(target)
        .exists()
    {
        return Ok(());
    }
    println!("Adding rustc's target {target}: {reason}");
    run(Command::new("rustup").args(["target", "add", target]))
}
