//! Files that a command writes: for their owner's eyes alone, never over another file unless that was asked for, and whole
//! or not at all. Every export goes through here.

use anyhow::{Context, Result, ensure};
use clap::Args;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// What to do where a file is already.
#[derive(Clone, Copy, Debug, Default, Args)]
pub struct Existing {
    /// Ghi đè tệp đã có / replace files that are there already
    #[arg(long)]
    overwrite: bool,
}

impl Existing {
    /// Refuses files that are there already, before anything is recorded or written.
    ///
    /// # Errors
    /// Names the first one.
    pub fn refuse<P: AsRef<Path>>(self, paths: impl IntoIterator<Item = P>) -> Result<()> {
        if self.overwrite {
            return Ok(());
        }
        for path in paths {
            let path = path.as_ref();
            ensure!(
                !path.try_exists().with_context(|| path.display().to_string())?,
                "{place}: tệp đã có, không ghi đè; chọn tên khác hoặc thêm --overwrite / \
                 the file is there already and is not replaced; choose another name or add --overwrite",
                place = path.display()
            );
        }
        Ok(())
    }

    /// Writes a file.
    ///
    /// # Errors
    /// When it is there already, or can't be written.
    pub fn write(self, path: &Path, bytes: &[u8]) -> Result<()> {
        let mut draft = self.begin(path)?;
        draft.write_all(bytes).with_context(|| place(path))?;
        draft.finish()
    }

    /// Begins a file that is written in pieces; it has its name only when it is finished.
    ///
    /// # Errors
    /// When it is there already, or its folder can't be written.
    pub fn begin(self, path: &Path) -> Result<Draft> {
        self.refuse([path])?;
        let name = path
            .file_name()
            .with_context(|| format!("{}: cần tên tệp / a file name is needed", path.display()))?;
        let hidden = format!(".{}.{}.tmp", name.to_string_lossy(), std::process::id());
        let draft = path.with_file_name(hidden);
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        owner_only(&mut options);
        let file = options.open(&draft).with_context(|| place(path))?;
        Ok(Draft {
            out: Some(BufWriter::new(file)),
            hidden: draft,
            path: path.to_owned(),
            existing: self,
        })
    }
}

/// A file that is being written under another name. Dropped unfinished, nothing is left of it.
#[derive(Debug)]
pub struct Draft {
    out: Option<BufWriter<File>>,
    hidden: PathBuf,
    path: PathBuf,
    existing: Existing,
}

impl Draft {
    /// Makes it durable and gives it its name.
    ///
    /// # Errors
    /// When the disk refuses, or a file of that name has come meanwhile.
    pub fn finish(mut self) -> Result<()> {
        let out = self.out.take().context("finished")?;
        let file = out
            .into_inner()
            .map_err(io::IntoInnerError::into_error)
            .with_context(|| place(&self.path))?;
        file.sync_all().with_context(|| place(&self.path))?;
        drop(file);
        self.existing.refuse([&self.path])?;
        fs::rename(&self.hidden, &self.path).with_context(|| place(&self.path))
    }
}

impl Write for Draft {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.as_mut().map_or(Ok(0), |out| out.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.as_mut().map_or(Ok(()), Write::flush)
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        drop(self.out.take());
        // After `finish` there is none of this name.
        let _gone = fs::remove_file(&self.hidden);
    }
}

/// Makes a folder for exports, its owner's alone; one that is there stays as it is.
///
/// # Errors
/// Names the folder.
pub fn folder(path: &Path) -> Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).with_context(|| place(path))
}

#[cfg(unix)]
fn owner_only(options: &mut OpenOptions) {
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
}

#[cfg(not(unix))]
fn owner_only(_: &mut OpenOptions) {}

fn place(path: &Path) -> String {
    format!("{}: không ghi được / can't be written", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exports_are_private_whole_and_never_over_another() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("marks.csv");
        Existing::default().write(&path, b"one").unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        let refused = Existing::default().write(&path, b"two").unwrap_err();
        assert!(refused.to_string().contains("--overwrite"));
        assert_eq!(fs::read(&path).unwrap(), b"one");
        let forced = Existing { overwrite: true };
        let mut half = forced.begin(&path).unwrap();
        half.write_all(b"hal").unwrap();
        drop(half);
        assert_eq!(
            fs::read(&path).unwrap(),
            b"one",
            "nothing is left of a half-written file"
        );
        forced.write(&path, b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
