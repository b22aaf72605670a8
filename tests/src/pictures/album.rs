//! The pictures as files: a folder a setting, what is wrong beside each, and a page to go through them.

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use super::settings::SETTINGS;

/// How the page looks. It is opened from a disk: nothing is loaded from elsewhere.
const STYLE: &str = "body{margin:24px;background:#1b1d20;color:#d5d8dc;font:14px/20px system-ui,sans-serif}\
    a{color:inherit}nav{display:flex;flex-wrap:wrap;gap:6px 16px}section>div{display:grid;gap:20px;\
    grid-template-columns:repeat(auto-fill,minmax(440px,1fr))}figure{margin:0}img{width:100%;border:1px solid #34383e}\
    ul{margin:4px 0;padding-left:18px;color:#f1f3f5}";

/// A folder of pictures.
#[derive(Debug)]
pub struct Album(PathBuf);

impl Album {
    /// Opens or makes it.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn open(folder: &Path) -> Result<Album> {
        fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
        Ok(Album(folder.to_owned()))
    }

    /// Where the picture of a screen in a setting is to be kept.
    ///
    /// # Errors
    /// When its folder cannot be made.
    pub fn picture(&self, setting: &str, screen: &str) -> Result<PathBuf> {
        fs::create_dir_all(self.0.join(setting))?;
        Ok(self.path(setting, screen))
    }

    fn path(&self, setting: &str, screen: &str) -> PathBuf {
        self.0.join(setting).join(format!("{screen}.png"))
    }

    /// Keeps what is wrong with a screen beside its picture.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn note(&self, setting: &str, screen: &str, faults: &[String]) -> Result<()> {
        let file = self.path(setting, screen).with_extension("txt");
        if !faults.is_empty() {
            return fs::write(&file, faults.join("\n") + "\n").context("noting faults");
        }
        match fs::remove_file(&file) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(error).context("forgetting faults")
            }
            _ => Ok(()),
        }
    }

    /// Writes the page that shows all pictures that there are, and gives its path.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn index(&self) -> Result<PathBuf> {
        let (mut links, mut sections) = (String::new(), String::new());
        for setting in SETTINGS {
            let mut figures = String::new();
            for screen in setting.screens() {
                let picture = self.path(setting.name, screen.name);
                if picture.exists() {
                    figure(&mut figures, setting.name, screen.name, &picture)?;
                }
            }
            if figures.is_empty() {
                continue;
            }
            let (name, about) = (setting.name, setting.about);
            writeln!(links, "<a href=\"#{name}\">{name}</a>")?;
            writeln!(
                sections,
                "<section id=\"{name}\"><h2>{about}</h2>\n<div>{figures}</div></section>"
            )?;
        }
        let page = format!(
            "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Pictures of the window</title>\
             <style>{STYLE}</style><h1>Pictures of the window</h1>\n<nav>{links}</nav>\n{sections}</html>\n"
        );
        let path = self.0.join("index.html");
        fs::write(&path, page).with_context(|| format!("writing {}", path.display()))?;
        Ok(path)
    }
}

fn figure(page: &mut String, setting: &str, screen: &str, picture: &Path) -> Result<()> {
    let file = format!("{setting}/{screen}.png");
    write!(
        page,
        "<figure><a href=\"{file}\"><img loading=\"lazy\" src=\"{file}\" alt=\"{screen}\"></a>\
         <figcaption>{screen}"
    )?;
    let faults = fs::read_to_string(picture.with_extension("txt")).unwrap_or_default();
    if !faults.is_empty() {
        page.push_str("<ul>");
        for fault in faults.lines() {
            let fault = fault.replace('&', "&amp;").replace('<', "&lt;");
            write!(page, "<li>{fault}</li>")?;
        }
        page.push_str("</ul>");
    }
    page.push_str("</figcaption></figure>\n");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::Album;

    #[test]
    fn the_page_shows_what_there_is_and_what_is_wrong() {
        let folder = tempfile::tempdir().unwrap();
        let album = Album::open(folder.path()).unwrap();
        let picture = album.picture("german", "alarms").unwrap();
        std::fs::write(&picture, "x").unwrap();
        album
            .note("german", "alarms", &["<b> is cut".into()])
            .unwrap();
        let page = std::fs::read_to_string(album.index().unwrap()).unwrap();
        assert!(page.contains("german/alarms.png") && page.contains("&lt;b> is cut"));
        assert!(!page.contains("german/asset.png") && !page.contains("1280x800-dark"));
        album.note("german", "alarms", &[]).unwrap();
        let page = std::fs::read_to_string(album.index().unwrap()).unwrap();
        assert!(page.contains("german/alarms.png") && !page.contains("is cut"));
    }
}
