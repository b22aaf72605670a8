//! The window in one setting: opened, led to a screen, looked over, photographed.

use std::{path::Path, time::Duration};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::{
    screens::{Screen, Step},
    settings::Setting,
};
use crate::harness::{
    desktop::Desktop,
    wait,
    window::{Driver, Window},
};

const SOON: Duration = Duration::from_secs(30);
/// For so long a screen may go on changing; then it is taken as it is.
const CHANGING: Duration = Duration::from_secs(8);
const BETWEEN: Duration = Duration::from_millis(250);
/// In a field it drops what was written (W3C WebDriver, 17.4.2).
const ESCAPE: char = '\u{e00c}';
const READY: &str = "html[data-ready=\"true\"]";
const LISTEN: &str = include_str!("listen.js");
const LOOK: &str = include_str!("look.js");
const SETTLED: &str = include_str!("settled.js");
/// Closes what lies over the screen, and leaves the past.
const LEAVE: &str = "for (const open of document.querySelectorAll('dialog[open]')) open.dispatchEvent(new Event('cancel', { cancelable: true }));
    document.querySelector('[data-testid=time-live]:enabled')?.click();
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();";
/// Whether nothing lies over the screen any more.
const LEFT: &str = "return document.querySelector('dialog[open], .shell.past') === null";

/// A window in a setting.
#[derive(Debug)]
pub struct Shooting<'a> {
    window: Window,
    desktop: &'a Desktop,
    /// The driver points at the wrong place where the desktop shows pages larger: then elements are clicked from inside.
    zoomed: bool,
}

impl<'a> Shooting<'a> {
    /// Opens the window on a workspace.
    ///
    /// # Errors
    /// When it does not come up, or not as large as it should be.
    pub async fn open(
        driver: &Driver,
        desktop: &'a Desktop,
        workspace: &Path,
        setting: &Setting,
    ) -> Result<Shooting<'a>> {
        let window = driver.open(workspace).await?;
        window.select(READY, SOON).await?;
        window.resize(setting.size.0, setting.size.1).await?;
        let mut choices = format!(
            "localStorage.setItem('twinscope.theme', '{}');",
            setting.theme
        );
        if let Some(language) = setting.language {
            choices.push_str(&format!(
                "localStorage.setItem('twinscope.language', '{language}');"
            ));
        }
        // The page that is there now is not the one that comes.
        window
            .run(&format!("{choices} window.left = true; location.reload();"))
            .await?;
        let page = format!(
            "return window.left === undefined && document.documentElement.dataset.ready === 'true'
                && Math.abs(innerWidth - {}) < 3 && Math.abs(innerHeight - {}) < 3",
            setting.page.0, setting.page.1
        );
        let came = wait::until("a page of the wanted size", SOON, || async {
            (window.run(&page).await.ok()? == Value::Bool(true)).then_some(())
        });
        if let Err(error) = came.await {
            let size = window
                .run("return `${innerWidth} x ${innerHeight} at ${devicePixelRatio}`")
                .await?;
            return Err(error.context(format!("the page is {size}")));
        }
        window.run(LISTEN).await?;
        Ok(Shooting {
            window,
            desktop,
            zoomed: setting.size != setting.page,
        })
    }

    /// The window.
    pub const fn window(&self) -> &Window {
        &self.window
    }

    /// Goes to a screen, keeps a picture of it, and gives what is wrong with it, a sentence each.
    ///
    /// # Errors
    /// When the way to the screen is barred: a picture is kept then, too.
    pub async fn take(&self, screen: &Screen, picture: &Path) -> Result<Vec<String>> {
        let gone = self.go(screen).await;
        self.settle().await?;
        self.window.picture(picture).await?;
        let faults = self.window.run(LOOK).await?;
        self.leave().await?;
        gone?;
        serde_json::from_value(faults).context("what is wrong with the screen")
    }

    async fn go(&self, screen: &Screen) -> Result<()> {
        for step in screen.steps {
            self.step(*step)
                .await
                .with_context(|| format!("{step:?}"))?;
        }
        Ok(())
    }

    async fn step(&self, step: Step) -> Result<()> {
        let window = &self.window;
        match step {
            Step::Go(address) => {
                window
                    .run(&format!("location.hash = {}", Value::from(address)))
                    .await?;
            }
            Step::There(selector) => {
                window.select(selector, SOON).await?;
            }
            Step::Click(selector) => self.click(selector).await?,
            Step::Write(id, text) => {
                let field = window.find(id, SOON).await?;
                field.clear().await?;
                field.send_keys(text).await?;
            }
            Step::Press(key) => window.press(key, false).await?,
            Step::Past(seconds) => self.past(seconds).await?,
            Step::Close => self.desktop.close_window()?,
        }
        Ok(())
    }

    async fn click(&self, selector: &str) -> Result<()> {
        let element = self.window.select(selector, SOON).await?;
        if !self.zoomed {
            return Ok(element.click().await?);
        }
        let script = format!("document.querySelector({}).click()", Value::from(selector));
        self.window.run(&script).await?;
        Ok(())
    }

    /// By the keys of the time bar.
    async fn past(&self, seconds: u32) -> Result<()> {
        let script = format!(
            "const strip = document.querySelector('[data-testid=time-strip]');
             const press = (ctrlKey) => strip.dispatchEvent(new KeyboardEvent('keydown', {{ key: 'ArrowLeft', ctrlKey, bubbles: true }}));
             for (let i = 0; i < {}; i += 1) press(false);
             for (let i = 0; i < {}; i += 1) press(true);",
            seconds / 60,
            seconds % 60
        );
        self.window.find("time-strip", SOON).await?;
        self.window.run(&script).await?;
        self.window
            .select("[data-testid=time-bar][data-at]", SOON)
            .await?;
        Ok(())
    }

    /// Waits until nothing but values changes any more.
    async fn settle(&self) -> Result<()> {
        let standing = async {
            let mut before = Value::Null;
            loop {
                let now = self.window.run(SETTLED).await?;
                let waits = now.as_str().is_none_or(|text| text.ends_with("|empty"));
                if now == before && !waits {
                    return anyhow::Ok(());
                }
                before = now;
                tokio::time::sleep(BETWEEN).await;
            }
        };
        // A plant is never at rest for certain: then a moment is as good as another.
        tokio::time::timeout(CHANGING, standing)
            .await
            .unwrap_or(Ok(()))
    }

    async fn leave(&self) -> Result<()> {
        self.window.press(ESCAPE, false).await?;
        self.window.run(LEAVE).await?;
        wait::until("what lies over the screen to go", SOON, || async {
            (self.window.run(LEFT).await.ok()? == Value::Bool(true)).then_some(())
        })
        .await
    }

    /// Closes the window, and waits for the end of the program.
    ///
    /// # Errors
    /// When it goes on.
    pub async fn close(self) -> Result<()> {
        let programs = self.window.processes()?;
        ensure!(!programs.is_empty(), "the program does not run");
        self.window.close().await?;
        wait::until("the end of the program", SOON, || async {
            let running = |id| Path::new(&format!("/proc/{id}/exe")).exists();
            (!programs.iter().copied().any(running)).then_some(())
        })
        .await
    }
}
