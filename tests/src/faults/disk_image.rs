//! A disk whose state at one instant can be kept: an ext4 file system in an image that lies on XFS, which copies whole files
//! by reference. The copy is what a power cut would have left; mounting it is the reboot.
//!
//! Needs the rights of an administrator, for mounting only. Everything is unmounted when dropped.

use anyhow::{Context, Result, ensure};
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// Whether this process may mount file systems: every fault but [`super::Fault::Kill`] needs that.
pub fn may_mount() -> bool {
    DiskImage::lay().is_ok()
}

/// The outer and the inner file system.
#[derive(Debug)]
pub struct DiskImage {
    // Fields are dropped in this order: inner before outer, both before their folder.
    inner: Mount,
    outer: Mount,
    folder: TempDir,
}

impl DiskImage {
    /// Makes the disk. It has 300 MB.
    ///
    /// # Errors
    /// When a tool is missing or mounting is not allowed.
    pub fn lay() -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("exam-disk-").tempdir()?;
        let at = |name: &str| folder.path().join(name);
        sparse(&at("outer.img"), 1_500)?;
        run(Command::new("mkfs.xfs")
            .args(["-q", "-m", "reflink=1"])
            .arg(at("outer.img")))?;
        let outer = Mount::loop_device(&at("outer.img"), at("outer"), "loop")?;
        let image = outer.path.join("inner.img");
        sparse(&image, 300)?;
        run(Command::new("mkfs.ext4").arg("-q").arg(&image))?;
        // Nothing reaches this disk by the mere passing of time: what is not synced is lost.
        let inner = Mount::loop_device(&image, at("inner"), "loop,commit=60")?;
        Ok(Self { inner, outer, folder })
    }

    /// Where a server's data may lie.
    pub fn path(&self) -> &Path {
        &self.inner.path
    }

    /// Keeps the disk as it is at this instant.
    ///
    /// # Errors
    /// When copying or mounting fails.
    pub fn cut_power(&self) -> Result<AfterPowerCut> {
        let image = self.outer.path.join("after.img");
        run(Command::new("cp")
            .arg("--reflink=always")
            .arg(self.outer.path.join("inner.img"))
            .arg(&image))?;
        let mount = Mount::loop_device(&image, self.folder.path().join("after"), "loop")?;
        Ok(AfterPowerCut {
            mount,
            original: self.inner.path.clone(),
        })
    }
}

/// The disk after the reboot.
#[derive(Debug)]
pub struct AfterPowerCut {
    mount: Mount,
    original: PathBuf,
}

impl AfterPowerCut {
    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.mount.path
    }

    /// Runs a program for which this disk stands in the place of the original one, and gives what it printed.
    ///
    /// # Errors
    /// What the program says.
    pub fn run(&self, program: &Path, arguments: &[&str]) -> Result<String> {
        let mut command = Command::new("unshare");
        command.args(["--mount", "sh", "-c"]);
        command.arg(r#"mount --bind "$0" "$1" && shift && exec "$@""#);
        command.arg(&self.mount.path).arg(&self.original);
        run(command.arg(program).args(arguments))
    }
}

#[derive(Debug)]
struct Mount {
    path: PathBuf,
}

impl Mount {
    fn loop_device(image: &Path, path: PathBuf, options: &str) -> Result<Self> {
        std::fs::create_dir_all(&path)?;
        run(Command::new("mount").args(["-o", options]).arg(image).arg(&path))?;
        Ok(Self { path })
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        if let Err(error) = run(Command::new("umount").arg(&self.path)) {
            eprintln!("{error:#}");
        }
    }
}

fn sparse(path: &Path, megabytes: u64) -> Result<()> {
    let file = std::fs::File::create(path)?;
    Ok(file.set_len(megabytes << 20)?)
}

/// Runs a tool of the operating system and gives what it printed.
pub(super) fn run(command: &mut Command) -> Result<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.output().with_context(|| name.clone())?;
    ensure!(
        output.status.success(),
        "{name}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(String::from_utf8(output.stdout)?)
}
