//! The real window, driven through tauri-driver.

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use fantoccini::{
    Client, ClientBuilder, Locator,
    actions::{InputSource, KeyAction, KeyActions, MOUSE_BUTTON_LEFT, MouseActions, PointerAction},
    elements::Element,
};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

use super::{built, desktop::Desktop, free_port, process, process::Process, repository, wait};

/// A driver that can open windows on a desktop.
#[derive(Debug)]
pub struct Driver {
    port: u16,
    _process: Process,
}

/// The command line of the program on a workspace, without its name.
///
/// # Errors
/// Never in a checkout.
fn arguments(workspace: &Path) -> Result<[String; 4]> {
    let assets = repository()?.join("assets");
    Ok([
        "--workspace".into(),
        workspace.display().to_string(),
        "--assets".into(),
        assets.display().to_string(),
    ])
}

/// Starts the program once more on a workspace that is open already; waits for its end and gives its exit code.
///
/// # Errors
/// When it does not end within twenty seconds.
pub async fn start_again(desktop: &Desktop, workspace: &Path, dir: &Path) -> Result<Option<i32>> {
    let mut command = Command::new(built("twinscope")?);
    let mut process = Process::start(
        desktop.dress(command.args(arguments(workspace)?)),
        &dir.join("again.log"),
    )?;
    for _ in 0..200 {
        if let Some(status) = process.exit()? {
            return Ok(status.code());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    anyhow::bail!("the second start did not end")
}

/// An open window.
#[derive(Debug)]
pub struct Window {
    client: Client,
    workspace: PathBuf,
}

impl Driver {
    /// Starts tauri-driver on a desktop.
    ///
    /// # Errors
    /// When it is not installed or does not come up.
    pub async fn start(desktop: &Desktop, dir: &Path) -> Result<Self> {
        let installed = repository()?.join("target/tools/bin/tauri-driver");
        ensure!(
            installed.exists(),
            "tauri-driver is not installed: run `cargo xtask setup`"
        );
        let (port, native_port) = (free_port()?, free_port()?);
        let mut command = Command::new(installed);
        command.args([
            "--port",
            &port.to_string(),
            "--native-port",
            &native_port.to_string(),
        ]);
        let process = Process::start(desktop.dress(&mut command), &dir.join("driver.log"))?;
        // It listens before the driver behind it does.
        for port in [native_port, port] {
            wait::until("the drivers' ports", Duration::from_secs(20), || async {
                tokio::net::TcpStream::connect(("127.0.0.1", port))
                    .await
                    .ok()
            })
            .await?;
        }
        Ok(Driver {
            port,
            _process: process,
        })
    }

    /// Opens the window on a workspace.
    ///
    /// # Errors
    /// When the program does not start.
    pub async fn open(&self, workspace: &Path) -> Result<Window> {
        let application = json!({ "application": built("twinscope")?.display().to_string(), "args": arguments(workspace)? });
        let mut capabilities = serde_json::Map::new();
        capabilities.insert("tauri:options".into(), application);
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{}", self.port))
            .await
            .context("opening the window")?;
        Ok(Window {
            client,
            workspace: workspace.to_owned(),
        })
    }
}

impl Window {
    /// The element with this test id, once it is there.
    ///
    /// # Errors
    /// When it is not there after `limit`.
    pub async fn find(&self, id: &str, limit: Duration) -> Result<Element> {
        let selector = format!("[data-testid=\"{id}\"]");
        self.select(&selector, limit).await
    }

    /// The first element of a CSS selector, once it is there.
    ///
    /// # Errors
    /// When it is not there after `limit`.
    pub async fn select(&self, selector: &str, limit: Duration) -> Result<Element> {
        let found = self
            .client
            .wait()
            .at_most(limit)
            .for_element(Locator::Css(selector))
            .await;
        found.with_context(|| format!("there is no {selector} after {} s", limit.as_secs()))
    }

    /// Clicks the element with this test id.
    ///
    /// # Errors
    /// When it is not there after ten seconds or cannot be clicked.
    pub async fn click(&self, id: &str) -> Result<()> {
        self.find(id, Duration::from_secs(10))
            .await?
            .click()
            .await
            .with_context(|| format!("clicking {id}"))
    }

    /// Text of the element with this test id as it is now; none while it is not there. The element may be drawn anew
    /// at any time, so it is never held.
    pub async fn text(&self, id: &str) -> Option<String> {
        let script = "return document.querySelector(`[data-testid=\"${arguments[0]}\"]`)?.textContent ?? null";
        let answer = self
            .client
            .execute(script, vec![Value::from(id)])
            .await
            .ok()?;
        answer.as_str().map(str::to_owned)
    }

    /// Waits until the text of the element with this test id passes `test`.
    ///
    /// # Errors
    /// When it does not in time; gives the text as it was last.
    pub async fn text_where(
        &self,
        id: &str,
        limit: Duration,
        test: impl Fn(&str) -> bool,
    ) -> Result<String> {
        let found = wait::until(id, limit, || async {
            self.text(id).await.filter(|text| test(text))
        })
        .await;
        match found {
            Ok(text) => Ok(text),
            Err(error) => {
                let last = self.text(id).await;
                Err(error.context(format!("the text of {id} was last {last:?}")))
            }
        }
    }

    /// Drags sideways over an element, from and to so many pixels right of its middle, with the shift key or without.
    ///
    /// # Errors
    /// When the element is not there after ten seconds.
    pub async fn drag(&self, selector: &str, from: f64, to: f64, shift: bool) -> Result<()> {
        const SHIFT: char = '\u{e008}';
        let element = self.select(selector, Duration::from_secs(10)).await?;
        let over = |x: f64| PointerAction::MoveToElement {
            element: element.clone(),
            duration: Some(Duration::from_millis(200)),
            x,
            y: 0.0,
        };
        if shift {
            let hold = KeyActions::new("keys".into()).then(KeyAction::Down { value: SHIFT });
            self.client.perform_actions(hold).await?;
        }
        let mouse = MouseActions::new("mouse".into())
            .then(over(from))
            .then(PointerAction::Down {
                button: MOUSE_BUTTON_LEFT,
            })
            .then(over((from + to) / 2.0))
            .then(over(to))
            .then(PointerAction::Up {
                button: MOUSE_BUTTON_LEFT,
            });
        self.client.perform_actions(mouse).await?;
        Ok(self.client.release_actions().await?)
    }

    /// Presses a key as a person would, wherever the focus is; with the control key held or without.
    ///
    /// # Errors
    /// When the window is gone.
    pub async fn press(&self, key: char, control: bool) -> Result<()> {
        const CONTROL: char = '\u{e009}';
        let held = if control { vec![CONTROL] } else { vec![] };
        let mut keys = KeyActions::new("keys".into());
        for value in held.iter().copied().chain([key]) {
            keys = keys.then(KeyAction::Down { value });
        }
        for value in [key].into_iter().chain(held) {
            keys = keys.then(KeyAction::Up { value });
        }
        self.client.perform_actions(keys).await?;
        Ok(self.client.release_actions().await?)
    }

    /// Runs a script in the page.
    ///
    /// # Errors
    /// When it throws.
    pub async fn run(&self, script: &str) -> Result<Value> {
        Ok(self.client.execute(script, vec![]).await?)
    }

    /// The whole page's text.
    ///
    /// # Errors
    /// When the window is gone.
    pub async fn page_text(&self) -> Result<String> {
        Ok(self.client.find(Locator::Css("body")).await?.text().await?)
    }

    /// The window's size in pixels.
    ///
    /// # Errors
    /// When the window is gone.
    pub async fn resize(&self, width: u32, height: u32) -> Result<()> {
        Ok(self.client.set_window_size(width, height).await?)
    }

    /// Writes a picture of the window.
    ///
    /// # Errors
    /// When the window is gone or the file cannot be written.
    pub async fn picture(&self, path: &Path) -> Result<()> {
        let png = self.client.screenshot().await?;
        std::fs::write(path, png).with_context(|| format!("writing {}", path.display()))
    }

    /// `kill -9` of the program behind the window.
    ///
    /// # Errors
    /// When it does not run any more.
    pub fn kill(&self) -> Result<()> {
        let processes = self.processes()?;
        ensure!(!processes.is_empty(), "the program does not run");
        processes
            .into_iter()
            .try_for_each(|id| process::signal(id, "KILL"))
    }

    /// The programs that run on this workspace.
    ///
    /// # Errors
    /// When the system does not tell.
    pub fn processes(&self) -> Result<Vec<u32>> {
        let workspace = self.workspace.display().to_string();
        let candidates = process::with_command_line(&workspace)?;
        Ok(candidates
            .into_iter()
            .filter(|id| {
                let program = std::fs::read_link(format!("/proc/{id}/exe")).unwrap_or_default();
                program.file_name().is_some_and(|name| name == "twinscope")
            })
            .collect())
    }

    /// Closes the session.
    ///
    /// # Errors
    /// When the driver is gone.
    pub async fn close(self) -> Result<()> {
        Ok(self.client.close().await?)
    }
}
