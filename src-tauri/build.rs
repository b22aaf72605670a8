//! Embeds icons and capabilities, and what this program was built from.
use std::process::Command;

fn main() {
    tell("TARGET", std::env::var("TARGET").ok());
    let profile = std::env::var("PROFILE").ok();
    // A developer's build would be made anew with every commit.
    if profile.as_deref() == Some("release") {
        tell("COMMIT", said("git", &["rev-parse", "--short=12", "HEAD"]));
        if let Some(folder) = said("git", &["rev-parse", "--absolute-git-dir"]) {
            println!("cargo:rerun-if-changed={folder}/HEAD");
            println!("cargo:rerun-if-changed={folder}/logs/HEAD");
        }
    }
    tell("PROFILE", profile);
    let compiler = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".into());
    tell("COMPILER", said(&compiler, &["--version"]));
    tauri_build::build();
}

/// Puts a fact into the program; one that is not known stays out.
fn tell(name: &str, fact: Option<String>) {
    if let Some(fact) = fact {
        println!("cargo:rustc-env=TWINSCOPE_{name}={fact}");
    }
}

/// The one line that a command says; none when it cannot be asked.
fn said(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok()?;
    let line = String::from_utf8(output.stdout).ok()?;
    Some(line.trim().to_owned()).filter(|line| output.status.success() && !line.is_empty())
}
