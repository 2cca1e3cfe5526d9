//! The ledger: one line of JSON for each round, added up over many runs.

use super::{Fault, Round, hold};
use anyhow::{Context, Result};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::File;
use std::io::Write;
use std::path::PathBuf;

/// A file of rounds. Lines are only ever appended.
#[derive(Clone, Debug)]
pub struct Ledger {
    path: PathBuf,
}

#[derive(Default)]
struct Sum {
    rounds: usize,
    acknowledged: usize,
    lost: usize,
    slowest_ready: Option<u64>,
}

impl Ledger {
    /// At this path.
    pub fn at(path: PathBuf) -> Self {
        Self { path }
    }

    /// Adds a round.
    ///
    /// # Errors
    /// When the file can't be written.
    pub fn add(&self, round: &Round) -> Result<()> {
        let mut file = File::options().create(true).append(true).open(&self.path)?;
        writeln!(file, "{}", serde_json::to_string(round)?)?;
        Ok(file.sync_data()?)
    }

    /// All rounds; none where there is no file yet.
    ///
    /// # Errors
    /// When a line is not a round.
    pub fn rounds(&self) -> Result<Vec<Round>> {
        if !self.path.exists() {
            return Ok(vec![]);
        }
        let text = std::fs::read_to_string(&self.path)?;
        let rounds = text.lines().map(serde_json::from_str).collect::<Result<_, _>>();
        rounds.with_context(|| format!("{}", self.path.display()))
    }

    /// What all rounds add up to, as a table for people.
    ///
    /// # Errors
    /// When the ledger can't be read.
    pub fn table(&self) -> Result<String> {
        let mut table = String::from(
            "| fault | rounds | answers acknowledged | of them lost | as it must be | slowest start (ms) |\n\
             | --- | ---: | ---: | ---: | --- | ---: |\n",
        );
        for (fault, sum) in sums(&self.rounds()?) {
            let ready = sum.slowest_ready.map_or("–".to_owned(), |ms| ms.to_string());
            writeln!(
                table,
                "| {fault} | {} | {} | {} | {} | {ready} |",
                sum.rounds,
                sum.acknowledged,
                sum.lost,
                if hold(fault, sum.lost) { "yes" } else { "**no**" }
            )?;
        }
        Ok(table)
    }
}

fn sums(rounds: &[Round]) -> BTreeMap<Fault, Sum> {
    let mut sums: BTreeMap<Fault, Sum> = BTreeMap::new();
    for round in rounds {
        let sum = sums.entry(round.fault).or_default();
        sum.rounds += 1;
        sum.acknowledged += round.acknowledged;
        sum.lost += round.lost;
        sum.slowest_ready = sum.slowest_ready.max(round.ready_ms);
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round(fault: Fault, lost: usize) -> Round {
        Round {
            fault,
            candidates: 2,
            acknowledged: 10,
            lost,
            ready_ms: Some(7),
        }
    }

    #[test]
    fn rounds_of_many_runs_add_up_and_a_control_must_lose() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let ledger = Ledger::at(folder.path().join("ledger.jsonl"));
        for one in [
            round(Fault::Kill, 0),
            round(Fault::Kill, 3),
            round(Fault::ControlNormal, 4),
            round(Fault::ControlNormal, 0),
        ] {
            ledger.add(&one)?;
        }
        let table = ledger.table()?;
        assert!(
            table.contains("| server killed with SIGKILL | 2 | 20 | 3 | **no** | 7 |"),
            "{table}"
        );
        assert!(table.contains("normal` | 2 | 20 | 4 | yes | 7 |"), "{table}");
        Ok(())
    }
}
