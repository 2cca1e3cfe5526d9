//! No core dumps: of the server, and of the commands, which see the same keys, passwords and papers.

/// Keys, portraits and answers are in this process's memory: whatever kills it, none of that goes to a file, and no other
/// process of the same account may look into it.
///
/// # Errors
/// What the operating system says; then nothing secret may be read.
#[cfg(target_os = "linux")]
pub fn forbid() -> std::io::Result<()> {
    use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    setrlimit(Resource::Core, none)?;
    set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    Ok(())
}

/// Elsewhere the operating system's own setting holds.
///
/// # Errors
/// Never.
#[cfg(not(target_os = "linux"))]
pub fn forbid() -> std::io::Result<()> {
    Ok(())
}
