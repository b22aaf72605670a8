//! A desktop for one test: a display, a session bus, and a notification service that writes down what it shows.

use std::{
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::{Context, Result};

use super::{process::Process, wait};

/// The desktop; everything in it ends when it is dropped.
#[derive(Debug)]
pub struct Desktop {
    display: String,
    bus: String,
    notifications: PathBuf,
    _processes: Vec<Process>,
}

impl Desktop {
    /// Starts Xvfb, dbus-daemon and dunst with their files in `dir`.
    ///
    /// # Errors
    /// When one of them is not installed or does not come up.
    pub async fn start(dir: &Path) -> Result<Self> {
        let number_file = dir.join("display");
        let mut xvfb = Command::new("sh");
        // Xvfb chooses a free display and writes its number.
        let script = format!(
            "exec Xvfb -displayfd 3 -screen 0 2560x1440x24 -nolisten tcp 3>{}",
            number_file.display()
        );
        let xvfb = Process::start(xvfb.args(["-c", &script]), &dir.join("xvfb.log"))?;
        let number = wait::until(
            "Xvfb (run `cargo xtask setup` if it is not installed)",
            Duration::from_secs(20),
            || async {
                std::fs::read_to_string(&number_file)
                    .ok()
                    .filter(|text| text.ends_with('\n'))
            },
        );
        let display = format!(":{}", number.await?.trim());

        let bus = format!("unix:path={}", dir.join("bus").display());
        let daemon = Process::start(
            Command::new("dbus-daemon").args([
                "--session",
                "--nofork",
                "--nopidfile",
                "--address",
                &bus,
            ]),
            &dir.join("bus.log"),
        )?;
        wait::until("the session bus", Duration::from_secs(10), || async {
            std::os::unix::net::UnixStream::connect(dir.join("bus")).ok()
        })
        .await?;

        let notifications = dir.join("notifications");
        let script = dir.join("notify.sh");
        let line = format!(
            "#!/bin/sh\nprintf '%s | %s\\n' \"$DUNST_SUMMARY\" \"$DUNST_BODY\" >> {}\n",
            notifications.display()
        );
        std::fs::write(&script, line)?;
        std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755))?;
        let rules = dir.join("dunstrc");
        std::fs::write(
            &rules,
            format!(
                "[global]\nalways_run_script = true\n[all]\nscript = {}\n",
                script.display()
            ),
        )?;
        let dunst = Process::start(
            Command::new("dunst")
                .arg("-conf")
                .arg(&rules)
                .env("DISPLAY", &display)
                .env("DBUS_SESSION_BUS_ADDRESS", &bus),
            &dir.join("dunst.log"),
        )?;
        Ok(Desktop {
            display,
            bus,
            notifications,
            _processes: vec![dunst, daemon, xvfb],
        })
    }

    /// Lets a command run on this desktop.
    pub fn dress<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command
            .env("DISPLAY", &self.display)
            .env("DBUS_SESSION_BUS_ADDRESS", &self.bus)
            .env("GDK_BACKEND", "x11")
            .env_remove("WAYLAND_DISPLAY")
    }

    /// What was shown so far, one line a notification: title, ` | `, text.
    ///
    /// # Errors
    /// Never while nothing was shown.
    pub fn notifications(&self) -> Result<Vec<String>> {
        match std::fs::read_to_string(&self.notifications) {
            Ok(text) => Ok(text.lines().map(str::to_owned).collect()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(error).context("reading what was shown"),
        }
    }
}
