//! Whether a window can be shown: a display that is named *and* answers.

use std::net::{TcpStream, ToSocketAddrs};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixStream};
use std::path::PathBuf;
use std::time::Duration;

/// The display as a person knows it, or why there is none.
///
/// # Errors
/// A sentence that says what is missing.
pub fn usable() -> Result<String, String> {
    usable_in(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
}

fn usable_in(variable: impl Fn(&str) -> Option<String>) -> Result<String, String> {
    let mut unusable = None;
    if let Some(name) = variable("WAYLAND_DISPLAY") {
        let folder = variable("XDG_RUNTIME_DIR").unwrap_or_default();
        if UnixStream::connect(PathBuf::from(folder).join(&name)).is_ok() {
            return Ok(format!("Wayland display {name}"));
        }
        unusable = Some(format!(
            "WAYLAND_DISPLAY is {name}, but nothing answers there"
        ));
    }
    if let Some(name) = variable("DISPLAY") {
        if x11_answers(&name) {
            return Ok(format!("X display {name}"));
        }
        unusable = Some(format!("DISPLAY is {name}, but nothing answers there"));
    }
    Err(unusable.unwrap_or_else(|| "neither DISPLAY nor WAYLAND_DISPLAY is set".to_owned()))
}

/// Tries the sockets an X client would try for `[host]:number[.screen]`.
fn x11_answers(name: &str) -> bool {
    let Some((host, number)) = parse_x11(name) else {
        return false;
    };
    if host.is_empty() || host == "unix" {
        let path = format!("/tmp/.X11-unix/X{number}");
        return UnixStream::connect(&path).is_ok()
            || SocketAddr::from_abstract_name(&path)
                .is_ok_and(|address| UnixStream::connect_addr(&address).is_ok());
    }
    // X over TCP listens at 6000 + display number (X.Org's xserver manual).
    let Ok(mut addresses) = (host, 6000 + number).to_socket_addrs() else {
        return false;
    };
    addresses.any(|address| TcpStream::connect_timeout(&address, Duration::from_secs(1)).is_ok())
}

/// Host and display number of an X display name; display numbers over 59,535 have no TCP port and are refused.
fn parse_x11(name: &str) -> Option<(&str, u16)> {
    let (host, display) = name.rsplit_once(':')?;
    let number = display.split('.').next()?.parse().ok()?;
    (number <= u16::MAX - 6000).then_some((host, number))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::net::UnixListener;

    fn with(pairs: &[(&str, &str)]) -> Result<String, String> {
        usable_in(|name| {
            pairs
                .iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn nothing_set_is_no_display() {
        assert!(with(&[]).unwrap_err().contains("neither"));
    }

    #[test]
    fn a_name_that_nobody_answers_is_no_display() {
        assert!(
            with(&[("DISPLAY", ":54321")])
                .unwrap_err()
                .contains(":54321")
        );
        assert!(with(&[("DISPLAY", "nonsense")]).is_err());
    }

    #[test]
    fn a_wayland_socket_that_answers_is_a_display() {
        let folder = tempfile::tempdir().unwrap();
        let _listener = UnixListener::bind(folder.path().join("wayland-7")).unwrap();
        let runtime = folder.path().to_str().unwrap();
        let found = with(&[
            ("WAYLAND_DISPLAY", "wayland-7"),
            ("XDG_RUNTIME_DIR", runtime),
        ]);
        assert_eq!(found.unwrap(), "Wayland display wayland-7");
    }

    #[test]
    fn x11_names_are_read_as_x_clients_do() {
        assert_eq!(parse_x11(":0"), Some(("", 0)));
        assert_eq!(parse_x11("localhost:10.0"), Some(("localhost", 10)));
        assert_eq!(parse_x11(":x"), None);
        assert_eq!(parse_x11(":60000"), None);
    }
}
