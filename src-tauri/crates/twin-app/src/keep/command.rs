//! The commands for history that is closed, as a person types them, and names with a time in them.

use std::path::{Path, PathBuf};

use twin_core::{Said, SaidValue, Timestamp, said};

/// The program that has them.
const PROGRAM: &str = "twinscope-headless";
/// What the historian says of a file that it set aside.
const SET_ASIDE: &str = "history-set-aside";

/// The folder for backups whose own folder is not named.
pub fn backups(workspace: &Path) -> PathBuf {
    workspace.join("backups")
}

/// `20261122T193000Z`: names sort by time.
pub fn stamp(at: Timestamp) -> String {
    let at = jiff::Timestamp::from_microsecond(at.micros()).unwrap_or_default();
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// A command line that does `work` with the history of a workspace; what comes after it is up to the person.
pub fn line(workspace: &Path, work: &str) -> String {
    format!(
        "{} --workspace {} {work}",
        quoted(&program()),
        quoted(&absolute(workspace))
    )
}

/// A notice of the opening of history with what to do about it, where something can be done.
pub fn notice(workspace: &Path, notice: &Said) -> Said {
    let Some(kept) = set_aside(notice) else {
        return notice.clone();
    };
    let salvage = format!("salvage {}", quoted(&absolute(Path::new(kept))));
    said!(
        "history-salvage",
        "{notice}. To bring back what can be read in it, close Twinscope and run: {command}",
        notice = notice.clone(),
        command = line(workspace, &salvage)
    )
}

/// The file that history says it has set aside.
fn set_aside(notice: &Said) -> Option<&str> {
    let sentence = notice.sentences.iter().find(|one| one.id == SET_ASIDE)?;
    sentence
        .values
        .iter()
        .find_map(|(name, value)| match value {
            SaidValue::Text(file) if name == "kept" => Some(file.as_str()),
            _ => None,
        })
}

/// A command may be typed in another folder.
fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// The program that lies beside this one, or its bare name.
fn program() -> PathBuf {
    let name = format!("{PROGRAM}{}", std::env::consts::EXE_SUFFIX);
    let beside = std::env::current_exe().map(|own| own.with_file_name(&name));
    match beside {
        Ok(beside) if beside.is_file() => beside,
        _ => PathBuf::from(name),
    }
}

/// As a word for a shell: in quotation marks when it has a character that a shell might take for something else.
pub fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let is_plain = |c: char| c.is_alphanumeric() || "/._-+:=@,~".contains(c);
    if cfg!(windows) {
        return format!("\"{text}\"");
    }
    if !text.is_empty() && text.chars().all(is_plain) && !text.starts_with('~') {
        return text;
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_names_the_command_for_the_file_that_was_kept() {
        // As the historian says it.
        let aside = said!(
            "history-set-aside",
            "{name} was damaged ({why}); it was kept as {kept} and a new one was started; repair can salvage what is \
             readable in it",
            name = "telemetry.db",
            why = "why",
            kept = "/w s/telemetry.db.damaged-1"
        );
        let told = notice(Path::new("/w s"), &aside).to_string();
        assert!(
            told.starts_with(&aside.to_string())
                && told.ends_with("--workspace '/w s' salvage '/w s/telemetry.db.damaged-1'"),
            "{told}"
        );
        let other = Said::from("an exchange of files that was cut short is finished");
        assert_eq!(notice(Path::new("/w"), &other), other);
    }

    #[cfg(unix)]
    #[test]
    fn a_shell_reads_a_quoted_path_as_one_word() {
        for path in ["/a/b.db", "/it's/b", "~x", "", "/a b/$c", "/ä/*"] {
            let command = format!("printf %s {}", quoted(Path::new(path)));
            let output = std::process::Command::new("sh")
                .args(["-c", &command])
                .output()
                .unwrap();
            assert_eq!(String::from_utf8(output.stdout).unwrap(), path);
        }
    }

    #[test]
    fn stamps_are_utc() {
        assert_eq!(
            stamp(Timestamp::from_secs(1_795_358_096)),
            "20261122T143456Z"
        );
    }
}
