//! What the operating system says of the server's process and of the machine (proc(5)).

use anyhow::{Context, Result};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde::Serialize;
use std::fs::read_to_string;

/// Clock ticks in a second, as `/proc/PID/stat` counts them: the same on every Linux that Rust's standard library runs on.
const TICKS: f64 = 100.0;

/// Where something was measured.
#[derive(Clone, Debug, Serialize)]
pub struct Machine {
    /// Name of the processor.
    pub processor: String,
    /// Its cores, as far as this program may use them.
    pub cores: usize,
    /// Memory in MiB.
    pub memory_mb: u64,
    /// How many processes wanted to run in the minute before.
    pub load_before: f64,
}

impl Machine {
    /// This one, now.
    ///
    /// # Errors
    /// When the operating system does not say.
    pub fn here() -> Result<Self> {
        let field = |text: &str, name: &str| {
            let line = text.lines().find(|line| line.starts_with(name))?;
            Some(line.split_once(':')?.1.trim().to_owned())
        };
        let memory = field(&read_to_string("/proc/meminfo")?, "MemTotal").context("MemTotal")?;
        let load = read_to_string("/proc/loadavg")?;
        Ok(Self {
            processor: field(&read_to_string("/proc/cpuinfo")?, "model name").unwrap_or_default(),
            cores: std::thread::available_parallelism()?.get(),
            memory_mb: kilobytes(&memory)? / 1024,
            load_before: load.split_whitespace().next().context("loadavg")?.parse()?,
        })
    }
}

/// The server's processes, taken together.
#[derive(Debug)]
pub struct Server {
    ids: Vec<u32>,
    cpu: f64,
    most_memory: u64,
}

impl Server {
    /// The processes of these ids.
    pub fn of(ids: Vec<u32>) -> Self {
        Self {
            ids,
            cpu: 0.0,
            most_memory: 0,
        }
    }

    /// Looks again.
    ///
    /// # Errors
    /// When a process is gone.
    pub fn look(&mut self) -> Result<()> {
        let all = self.ids.iter().map(|id| one(*id)).collect::<Result<Vec<_>>>()?;
        self.cpu = all.iter().map(|(cpu, _)| cpu).sum();
        self.most_memory = all.iter().map(|(_, memory)| memory).sum();
        Ok(())
    }

    /// What the process spent, in seconds, while something was done.
    ///
    /// # Errors
    /// Of what was done, or when the process is gone.
    pub async fn spend<T>(&mut self, work: impl Future<Output = Result<T>>) -> Result<(T, f64)> {
        self.look()?;
        let before = self.cpu;
        let done = work.await?;
        self.look()?;
        Ok((done, self.cpu - before))
    }

    /// Processor time of the whole process at the last look, in seconds.
    pub fn cpu_seconds(&self) -> f64 {
        self.cpu
    }

    /// Most memory it ever held, in MiB.
    pub fn most_memory_mb(&self) -> f64 {
        f64::from(u32::try_from(self.most_memory).unwrap_or(u32::MAX)) / 1024.0
    }
}

/// Processor time of a process in seconds, and the most memory that it ever held, in KiB.
fn one(id: u32) -> Result<(f64, u64)> {
    let stat = read_to_string(format!("/proc/{id}/stat")).context("the server is gone")?;
    // The name may hold spaces; it ends with the last bracket. User and system time are the fields 14 and 15.
    let after = stat.rsplit_once(')').context("stat")?.1;
    let fields: Vec<&str> = after.split_whitespace().collect();
    let ticks = |index: usize| -> Result<f64> { Ok(fields.get(index).context("stat")?.parse()?) };
    let status = read_to_string(format!("/proc/{id}/status"))?;
    let most = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    Ok((
        (ticks(11)? + ticks(12)?) / TICKS,
        kilobytes(most.context("VmHWM")?)?,
    ))
}

fn kilobytes(text: &str) -> Result<u64> {
    Ok(text.trim().trim_end_matches("kB").trim().parse()?)
}

/// Takes as many descriptors as the operating system allows; the server that is started next inherits that.
///
/// # Errors
/// When the operating system refuses.
pub fn allow_descriptors() -> Result<()> {
    let now = getrlimit(Resource::Nofile);
    let most = Rlimit {
        current: now.maximum,
        maximum: now.maximum,
    };
    setrlimit(Resource::Nofile, most).context("open files")
}
