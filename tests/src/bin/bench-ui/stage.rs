//! What every measurement stands on: a desktop, a driver, a broker, and a window on a workspace.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, Result};
use twinscope_tests::harness::{
    broker::Broker, desktop::Desktop, feed::Shape, wait, window::Driver,
};

use crate::{machine, page::Page, screen::Screen};

/// The window that is measured, CSS pixels: as it opens.
pub const WINDOW: (u32, u32) = (1_440, 900);
const GONE: Duration = Duration::from_secs(20);

/// A desktop with a driver, in a folder of its own that goes with it.
#[derive(Debug)]
pub struct Stage {
    /// The display, as a person sees it.
    pub screen: Screen,
    desktop: Desktop,
    driver: Driver,
    folder: tempfile::TempDir,
}

impl Stage {
    /// Sets it up below `folder`.
    ///
    /// # Errors
    /// When a program is not installed or does not come up.
    pub async fn set_up(folder: &Path) -> Result<Stage> {
        let folder = tempfile::Builder::new()
            .prefix("run-")
            .tempdir_in(folder)
            .with_context(|| format!("making a folder in {}", folder.display()))?;
        let desktop = Desktop::start(folder.path()).await?;
        let driver = Driver::start(&desktop, folder.path()).await?;
        let screen = Screen::connect(desktop.display())?;
        screen.point(0, 0)?;
        Ok(Stage {
            screen,
            desktop,
            driver,
            folder,
        })
    }

    /// The folder.
    pub fn dir(&self) -> &Path {
        self.folder.path()
    }

    /// A broker with a workspace of this plant connected to it.
    ///
    /// # Errors
    /// When mosquitto does not come up.
    pub async fn plant(&self, shape: Shape) -> Result<(Broker, PathBuf)> {
        let broker = Broker::start(self.dir()).await?;
        let workspace = self.dir().join("workspace");
        shape.write(&workspace, broker.port)?;
        Ok((broker, workspace))
    }

    /// Opens the window on a workspace, with the probe in its page.
    ///
    /// # Errors
    /// When it does not come up; says what the program said.
    pub async fn open(&self, workspace: &Path) -> Result<Page> {
        let opened = async {
            let page = Page::ready(self.driver.open(workspace).await?).await?;
            page.0.resize(WINDOW.0, WINDOW.1).await?;
            Ok(page)
        };
        opened.await.map_err(|error: anyhow::Error| {
            let said = std::fs::read_to_string(self.dir().join("driver.log")).unwrap_or_default();
            error.context(format!("the program said:\n{said}"))
        })
    }

    /// Closes the window and waits for the program's end.
    ///
    /// # Errors
    /// When it goes on.
    pub async fn close(&self, page: Page) -> Result<()> {
        let program = program(&page)?;
        page.0.close().await?;
        wait::until("the end of the program", GONE, || async {
            machine::name(program).is_empty().then_some(())
        })
        .await
    }

    /// Where the window's page begins on the screen.
    ///
    /// # Errors
    /// When there is no window.
    pub fn origin(&self) -> Result<(i16, i16)> {
        self.desktop.window_origin()
    }
}

/// The program behind a window.
///
/// # Errors
/// When it does not run.
pub fn program(page: &Page) -> Result<u32> {
    page.0
        .processes()?
        .first()
        .copied()
        .context("the program does not run")
}
