//! Every screen of the real window in the tightest setting: German words in the smallest window. What anybody would see to
//! be wrong fails; the pictures are kept.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use twinscope_tests::{
    harness::{demo::Demo, desktop::Desktop, repository, window::Driver},
    pictures::{album::Album, settings::SETTINGS, shooting::Shooting},
};

const WHOLE: Duration = Duration::from_secs(300);
const SETTING: &str = "german";

#[tokio::test(flavor = "multi_thread")]
async fn no_screen_has_what_anybody_would_see_to_be_wrong() -> Result<()> {
    tokio::time::timeout(WHOLE, every_screen())
        .await
        .context("it hangs")?
}

async fn every_screen() -> Result<()> {
    let setting = SETTINGS.iter().find(|setting| setting.name == SETTING);
    let setting = setting.context("the setting")?;
    let dir = tempfile::tempdir()?;
    let demo = Demo::start(dir.path()).await?;
    let workspace = dir.path().join("workspace");
    demo.workspace(&workspace)?;
    let desktop = Desktop::start_as(dir.path(), setting.desktop).await?;
    let driver = Driver::start(&desktop, dir.path()).await?;
    let shooting = Shooting::open(&driver, &desktop, &workspace, setting).await?;
    let album = Album::open(&repository()?.join("target/pictures"))?;
    let mut wrong = Vec::new();
    for screen in setting.screens() {
        let picture = album.picture(setting.name, screen.name)?;
        let faults = shooting.take(screen, &picture).await?;
        album.note(setting.name, screen.name, &faults)?;
        wrong.extend(
            faults
                .iter()
                .map(|fault| format!("{}: {fault}", screen.name)),
        );
    }
    album.index()?;
    shooting.close().await?;
    ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}
