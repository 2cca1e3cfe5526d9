//! Builds the two pages: Rust → WASM → bindings → compressed files in `exam-client/dist`, where the server embeds them.

use crate::shell::{cargo, root, run, target};
use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use wasm_bindgen_cli_support::Bindgen;

/// Name of the folder in `exam-client/`, the package and its library.
const PAGES: [(&str, &str, &str); 2] = [
    ("candidate", "exam-client", "exam_client"),
    ("console", "exam-console", "exam_console"),
];

/// Builds both pages.
pub fn build() -> Result<()> {
    compile()?;
    for (folder, _, library) in PAGES {
        let dist = root().join("exam-client/dist").join(folder);
        let wasm = wasm_folder()
            .join("wasm32-unknown-unknown/wasm")
            .join(format!("{library}.wasm"));
        fs::create_dir_all(&dist)?;
        bind(&wasm, &dist).with_context(|| format!("{}: bindings", wasm.display()))?;
        copy_static(&root().join("exam-client/browser/style"), &dist)?;
        copy_static(&root().join("exam-client").join(folder).join("static"), &dist)?;
        compress(&dist)?;
        report(folder, &dist)?;
    }
    Ok(())
}

fn wasm_folder() -> PathBuf {
    target().join("pages")
}

/// One call of cargo for both, in a target folder of its own so that native and browser builds do not evict each other.
fn compile() -> Result<()> {
    let mut command = cargo();
    command.args([
        "build",
        "--locked",
        "--profile",
        "wasm",
        "--target",
        "wasm32-unknown-unknown",
    ]);
    for (_, package, _) in PAGES {
        command.args(["--package", package]);
    }
    // The standard library of the toolchain has reference types, which no flag of ours takes out again: bindings need one
    // answer for the whole module, and every browser we name has them. Paths of the machine that builds stay out of the file.
    let home = std::env::var("CARGO_HOME").or_else(|_| std::env::var("HOME").map(|home| home + "/.cargo"))?;
    let flags = format!(
        "--remap-path-prefix={home}=cargo --remap-path-prefix={}=.",
        root().canonicalize()?.display()
    );
    run(command
        .env("CARGO_TARGET_DIR", wasm_folder())
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", flags))
}

fn bind(wasm: &Path, dist: &Path) -> Result<()> {
    let mut bindgen = Bindgen::new();
    bindgen
        .input_path(wasm)
        .web(true)?
        .typescript(false)
        .debug(false)
        .demangle(false)
        .keep_debug(false);
    bindgen
        .remove_name_section(true)
        .remove_producers_section(true)
        .out_name("app");
    bindgen.generate(dist)
}

fn copy_static(from: &Path, to: &Path) -> Result<()> {
    for entry in fs::read_dir(from).with_context(|| format!("{}", from.display()))? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            fs::copy(entry.path(), to.join(entry.file_name()))?;
        }
    }
    Ok(())
}

fn compress(dist: &Path) -> Result<()> {
    for name in ["app_bg.wasm", "app.js"] {
        run(Command::new("brotli")
            .args(["-q", "11", "-f", "-k"])
            .arg(dist.join(name)))?;
    }
    Ok(())
}

fn report(page: &str, dist: &Path) -> Result<()> {
    let size = |name: &str| fs::metadata(dist.join(name)).map(|meta| meta.len());
    let (wasm, script) = (size("app_bg.wasm.br")?, size("app.js.br")?);
    println!(
        "page {page}: {} bytes compressed ({wasm} WASM, {script} JavaScript)",
        wasm + script
    );
    Ok(())
}
