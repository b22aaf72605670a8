//! A desktop for one test: a display, a session bus, and a notification service that writes down what it shows.

use std::{
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::{Context, Result};
use x11rb::{
    connection::Connection,
    protocol::xproto::{AtomEnum, ClientMessageEvent, ConnectionExt, EventMask, MapState, Window},
    rust_connection::RustConnection,
};

use super::{process::Process, wait};

/// What kind of desktop it is.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// Pixels of the screen.
    pub screen: (u32, u32),
    /// What programs find in their environment: language, scale.
    pub environment: &'static [(&'static str, &'static str)],
}

/// What most tests want.
pub const PLAIN: Kind = Kind {
    screen: (2_560, 1_440),
    environment: &[],
};

/// The desktop; everything in it ends when it is dropped.
#[derive(Debug)]
pub struct Desktop {
    display: String,
    bus: String,
    notifications: PathBuf,
    data: PathBuf,
    kind: Kind,
    _processes: Vec<Process>,
}

impl Desktop {
    /// Starts Xvfb, dbus-daemon and dunst with their files in `dir`.
    ///
    /// # Errors
    /// When one of them is not installed or does not come up.
    pub async fn start(dir: &Path) -> Result<Self> {
        Desktop::start_as(dir, PLAIN).await
    }

    /// The same of a certain kind.
    ///
    /// # Errors
    /// As [`start`](Self::start).
    pub async fn start_as(dir: &Path, kind: Kind) -> Result<Self> {
        let number_file = dir.join("display");
        let mut xvfb = Command::new("sh");
        // Xvfb chooses a free display and writes its number.
        let script = format!(
            "exec Xvfb -displayfd 3 -screen 0 {}x{}x24 -nolisten tcp 3>{}",
            kind.screen.0,
            kind.screen.1,
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
            data: dir.join("data"),
            kind,
            _processes: vec![dunst, daemon, xvfb],
        })
    }

    /// Lets a command run on this desktop, where nothing is kept from before.
    pub fn dress<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command
            .envs(self.kind.environment.iter().copied())
            .env("XDG_DATA_HOME", &self.data)
            .env("DISPLAY", &self.display)
            .env("DBUS_SESSION_BUS_ADDRESS", &self.bus)
            .env("GDK_BACKEND", "x11")
            .env_remove("WAYLAND_DISPLAY")
    }

    /// Where programs keep the data of their user.
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// The display, such as `:1`.
    pub fn display(&self) -> &str {
        &self.display
    }

    /// Where the program's window begins on the screen, pixels from its left and upper edge.
    ///
    /// # Errors
    /// When there is no such window.
    pub fn window_origin(&self) -> Result<(i16, i16)> {
        let (display, window) = self.window()?;
        let root = display.query_tree(window)?.reply()?.root;
        let found = display.translate_coordinates(window, root, 0, 0)?.reply()?;
        Ok((found.dst_x, found.dst_y))
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

    /// Closes the program's window as the cross in its corner would.
    ///
    /// # Errors
    /// When there is no such window.
    pub fn close_window(&self) -> Result<()> {
        let (display, window) = self.window()?;
        let atom = |name: &str| {
            Ok::<_, anyhow::Error>(display.intern_atom(false, name.as_bytes())?.reply()?.atom)
        };
        let data = [atom("WM_DELETE_WINDOW")?, x11rb::CURRENT_TIME, 0, 0, 0];
        let message = ClientMessageEvent::new(32, window, atom("WM_PROTOCOLS")?, data);
        display
            .send_event(false, window, EventMask::NO_EVENT, message)?
            .check()?;
        Ok(())
    }

    /// Whether the program's window is on the screen.
    ///
    /// # Errors
    /// When there is no such window.
    pub fn window_is_shown(&self) -> Result<bool> {
        let (display, window) = self.window()?;
        Ok(display.get_window_attributes(window)?.reply()?.map_state == MapState::VIEWABLE)
    }

    /// Title of the program's window.
    ///
    /// # Errors
    /// When there is no such window.
    pub fn window_title(&self) -> Result<String> {
        let (display, window) = self.window()?;
        title(&display, window)
    }

    /// The largest window whose title names the program: toolkits make small hidden ones, too.
    fn window(&self) -> Result<(RustConnection, Window)> {
        let (display, screen) = x11rb::connect(Some(&self.display))?;
        let root = display.setup().roots.get(screen).context("a screen")?.root;
        let mut found = None;
        let mut left = vec![root];
        while let Some(window) = left.pop() {
            // A window may go while it is looked at.
            let Ok(tree) = display.query_tree(window)?.reply() else {
                continue;
            };
            left.extend(tree.children);
            let Ok(shape) = display.get_geometry(window)?.reply() else {
                continue;
            };
            if shape.width > 300 && title(&display, window)?.contains("Twinscope") {
                found = Some(window);
            }
        }
        let window = found.context("there is no window of Twinscope")?;
        Ok((display, window))
    }
}

fn title(display: &RustConnection, window: Window) -> Result<String> {
    let name = display.intern_atom(false, b"_NET_WM_NAME")?.reply()?.atom;
    match display
        .get_property(false, window, name, AtomEnum::ANY, 0, 1_024)?
        .reply()
    {
        Ok(property) => Ok(String::from_utf8_lossy(&property.value).into_owned()),
        Err(_) => Ok(String::new()),
    }
}
