//! The Debian packages that building, showing and testing the application need.

use std::collections::BTreeSet;

use anyhow::{Context, Result, bail};

use crate::process::{command, on_path, output_of, run_in_foreground};
use crate::stop::Stop;

/// A compiler for SQLite and ring.
const COMPILER: &[&str] = &["build-essential", "pkg-config"];
/// What the window is made of.
const WINDOW: &[&str] = &[
    "libwebkit2gtk-4.1-dev",
    "libgtk-3-dev",
    "libsoup-3.0-dev",
    "librsvg2-dev",
    "libayatana-appindicator3-dev",
    "libdbus-1-dev",
];
/// A broker to connect to, a CoAP server, an environment for Python's packages, a look at system calls, calls that fail on
/// purpose, and `kill`.
const TEST: &[&str] = &[
    "mosquitto",
    "mosquitto-clients",
    "libcoap3-bin",
    "python3-venv",
    "procps",
    "strace",
    "fiu-utils",
];
/// A screen, a session bus, a notification service and a driver for the window test, and a browser that axe runs in.
const WINDOW_TEST: &[&str] = &[
    "xvfb",
    "dbus",
    "dbus-x11",
    "dunst",
    "webkit2gtk-driver",
    "chromium",
];
/// Other time-series databases, which the historian is compared with: used by one bench, and by nothing else.
const PEERS: &[&str] = &["victoria-metrics", "influxdb"];

/// What somebody is about to do, and so what must be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Run the demo without a window.
    DemoHeadless,
    /// Run the demo in its window.
    Demo,
    /// Run the tests that need no window.
    TestFast,
    /// Run every test.
    Test,
}

impl Purpose {
    /// The packages this purpose needs.
    #[must_use]
    pub fn packages(self) -> Vec<&'static str> {
        match self {
            Self::DemoHeadless => COMPILER.to_vec(),
            Self::Demo => [COMPILER, WINDOW].concat(),
            Self::TestFast => [COMPILER, TEST].concat(),
            Self::Test => [COMPILER, WINDOW, TEST, WINDOW_TEST].concat(),
        }
    }

    /// Whether the front end is built or tested.
    #[must_use]
    pub fn needs_front_end(self) -> bool {
        self != Self::DemoHeadless
    }
}

/// Installs what is missing.
///
/// # Errors
/// On a system without apt, naming the packages; when apt fails.
pub fn install(purpose: Purpose, stop: &Stop) -> Result<()> {
    let wanted = purpose.packages();
    if !on_path("dpkg-query") || !on_path("apt-get") {
        return without_apt(&wanted);
    }
    let missing = missing(&wanted);
    if missing.is_empty() {
        println!("system packages: all {} are installed", wanted.len());
        return Ok(());
    }
    println!("system packages missing: {}", missing.join(" "));
    install_named(&missing, stop)
}

/// Installs the databases that benches compare with, as far as this machine can. One that cannot be installed is no
/// error: the bench says which figures it leaves out.
///
/// # Errors
/// When the end was asked for.
pub fn install_peers(stop: &Stop) -> Result<()> {
    for name in missing(PEERS) {
        println!("not installed, but wanted for comparison: {name}");
        let installed = if on_path("apt-get") {
            install_named(&[name], stop)
        } else {
            Err(anyhow::anyhow!("this system has no apt-get"))
        };
        stop.check()?;
        if let Err(error) = installed {
            println!("{name} could not be installed, its figures will be left out: {error:#}");
        }
    }
    Ok(())
}

/// Has apt install packages that are missing.
fn install_named(missing: &[&str], stop: &Stop) -> Result<()> {
    // A fresh image has no package lists; with lists, an update is only worth its time after a failed install.
    let mut fresh = false;
    if !all_known(missing) {
        apt_get(&["update"], stop)?;
        fresh = true;
    }
    let mut install = vec!["install", "--yes", "--no-install-recommends"];
    install.extend(missing);
    if let Err(error) = apt_get(&install, stop) {
        stop.check()?;
        if fresh {
            return Err(error);
        }
        println!("the package lists may be old: updating them and trying once more");
        apt_get(&["update"], stop)?;
        apt_get(&install, stop)?;
    }
    Ok(())
}

/// Elsewhere packages have other names: all that can be done is to say what is needed.
fn without_apt(wanted: &[&str]) -> Result<()> {
    bail!(
        "this system has no apt-get: install what these Debian packages hold, then build by hand (README.md names the \
         commands):\n  {}",
        wanted.join("\n  ")
    );
}

/// Which of `wanted` dpkg does not have installed.
fn missing<'a>(wanted: &[&'a str]) -> Vec<&'a str> {
    // dpkg-query fails when one name is unknown, and prints the known ones all the same.
    let output = command("dpkg-query")
        .args(["--show", "--showformat", "${Package} ${db:Status-Status}\n"])
        .args(wanted)
        .stderr(std::process::Stdio::null())
        .output();
    let listing = output
        .map(|output| String::from_utf8_lossy(&output.stdout).into_owned())
        .unwrap_or_default();
    missing_from(wanted, &listing)
}

fn missing_from<'a>(wanted: &[&'a str], listing: &str) -> Vec<&'a str> {
    let installed: BTreeSet<&str> = listing
        .lines()
        .filter_map(|line| line.strip_suffix(" installed"))
        .collect();
    wanted
        .iter()
        .filter(|name| !installed.contains(**name))
        .copied()
        .collect()
}

/// Whether the package lists on this machine know every name.
fn all_known(names: &[&str]) -> bool {
    names.iter().all(|name| {
        output_of("apt-cache", &["show", "--no-all-versions", name])
            .is_some_and(|text| !text.is_empty())
    })
}

/// Runs apt-get as root, through sudo where needed.
fn apt_get(arguments: &[&str], stop: &Stop) -> Result<()> {
    let root = output_of("id", &["-u"]).is_some_and(|id| id.trim() == "0");
    if !root && !on_path("sudo") {
        bail!(
            "not root and no sudo here: run as root `apt-get {}`",
            arguments.join(" ")
        );
    }
    let mut apt = command(if root { "env" } else { "sudo" });
    if !root {
        apt.arg("env");
    }
    apt.args(["DEBIAN_FRONTEND=noninteractive", "apt-get"])
        .args(arguments);
    run_in_foreground(&mut apt, stop).context("system packages could not be installed")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_state_installed_counts() {
        let listing = "xvfb installed\ndunst config-files\nxauth not-installed\n";
        assert_eq!(
            missing_from(&["xvfb", "dunst", "xauth", "dbus"], listing),
            ["dunst", "xauth", "dbus"]
        );
    }

    #[test]
    fn a_package_whose_name_begins_like_another_is_not_that_other() {
        assert_eq!(missing_from(&["dbus"], "dbus-x11 installed\n"), ["dbus"]);
    }

    #[test]
    fn without_apt_the_list_is_the_message() {
        let message = without_apt(&Purpose::Demo.packages())
            .unwrap_err()
            .to_string();
        assert!(message.contains("libwebkit2gtk-4.1-dev") && message.contains("pkg-config"));
    }

    #[test]
    fn tests_need_all_that_the_demo_needs() {
        let test = Purpose::Test.packages();
        assert!(
            Purpose::Demo
                .packages()
                .iter()
                .all(|name| test.contains(name))
        );
        assert!(
            !Purpose::DemoHeadless
                .packages()
                .iter()
                .any(|name| name.contains("webkit"))
        );
    }
}
