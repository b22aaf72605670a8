//! The process pictures of the workspace: listed and read for the window, bound and brought in by a person.

use std::path::PathBuf;

use twin_core::said;

use super::{App, undo::Act};
use crate::{
    api::{
        pictures::{PictureBinding, PictureList, PictureRow, PictureView},
        undo::ActKind,
    },
    error::{Error, Result},
    pictures::{self, PictureBack},
};

/// Most bindings that one save may bring: more than a picture may have elements is no save.
const BINDINGS_MAX: usize = 20_000;

impl App {
    /// The pictures of the workspace. May be asked each second.
    ///
    /// # Errors
    /// [`Error::File`] when their folder cannot be read.
    pub async fn pictures(&self) -> Result<PictureList> {
        self.with_folder(|dir| pictures::list(&dir)).await
    }

    /// A picture with its text.
    ///
    /// # Errors
    /// [`Error::Request`] when it cannot be shown, [`Error::File`] when it cannot be read.
    pub async fn picture(&self, name: &str) -> Result<PictureView> {
        let name = name.to_owned();
        self.with_folder(move |dir| pictures::read(&dir, &name))
            .await
    }

    /// Writes bindings into a picture; every other byte of it stays, and the old one is kept as `.bak`, and that can
    /// be taken back.
    ///
    /// # Errors
    /// [`Error::Request`] when it was changed meanwhile or cannot be bound so, [`Error::File`].
    pub async fn save_picture(
        &self,
        name: &str,
        print: &str,
        bindings: Vec<PictureBinding>,
        user: &str,
    ) -> Result<PictureView> {
        if bindings.len() > BINDINGS_MAX {
            return Err(Error::Request(said!(
                "refused-bindings",
                "more than {most} bindings at once: save fewer",
                most = BINDINGS_MAX
            )));
        }
        let _alone = self.editing.lock().await;
        let what = format!("{} elements bound anew", bindings.len());
        let (name, print) = (name.to_owned(), print.to_owned());
        let before = print.clone();
        let saved = self
            .with_folder(move |dir| pictures::save(&dir, &name, &print, &bindings))
            .await?;
        if saved.print != before {
            let back = PictureBack {
                file: saved.row.name.clone(),
                before: Some(before),
                after: saved.print.clone(),
            };
            let kind = ActKind::BindPicture;
            self.keep_act(Act::picture(kind, &saved.row.title, back))
                .await;
        }
        self.audit(user, "save-picture", &saved.row.name, &what)
            .await;
        Ok(saved)
    }

    /// Copies a picture into the workspace; that can be taken back.
    ///
    /// # Errors
    /// [`Error::Request`] when it cannot be shown, [`Error::File`] when it cannot be read or copied.
    pub async fn import_picture(&self, path: &str, user: &str) -> Result<PictureRow> {
        let _alone = self.editing.lock().await;
        let from = self.workspace.dir().join(path);
        let (row, print) = self
            .with_folder(move |dir| {
                let row = pictures::import(&dir, &from)?;
                let print = pictures::print_of(&dir, &row.name)?;
                Ok((row, print))
            })
            .await?;
        let back = PictureBack {
            file: row.name.clone(),
            before: None,
            after: print,
        };
        let kind = ActKind::ImportPicture;
        self.keep_act(Act::picture(kind, &row.title, back)).await;
        self.audit(user, "import-picture", &row.name, path).await;
        Ok(row)
    }

    /// Files are read and written away from the threads that carry samples.
    pub(super) async fn with_folder<T: Send + 'static>(
        &self,
        work: impl FnOnce(PathBuf) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let dir = self.workspace.dir().to_owned();
        tokio::task::spawn_blocking(move || work(dir))
            .await
            .map_err(|_| Error::Stopped)?
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const PICTURE: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\"><rect/></svg>";

    #[tokio::test]
    async fn who_brought_and_bound_a_picture_is_in_the_audit_trail() {
        let (dir, from) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (app, _notices) = App::start(dir.path(), dir.path()).await.unwrap();
        let path = from.path().join("hall.svg");
        fs::write(&path, PICTURE).unwrap();
        let path = path.display().to_string();
        let row = app.import_picture(&path, "eva").await.unwrap();
        assert_eq!(app.pictures().await.unwrap().rows, [row]);
        let view = app.picture("hall.svg").await.unwrap();
        let binding = PictureBinding {
            element: 1,
            asset: Some("pump-1".into()),
            signal: None,
            show: None,
            side: None,
            low: None,
            high: None,
            on: None,
        };
        let save = || app.save_picture("hall.svg", &view.print, vec![binding.clone()], "eva");
        let saved = save().await.unwrap();
        assert!(saved.text.contains("<rect data-asset=\"pump-1\"/>"));
        // What was refused was not done.
        assert!(save().await.is_err());
        let trail = app.historian.alarms().audit(None, 100).await.unwrap();
        let trail: Vec<_> = trail.iter().rev().map(|one| &one.entry).collect();
        let told: Vec<_> = trail
            .iter()
            .map(|entry| (&*entry.user, &*entry.action, &*entry.subject))
            .collect();
        assert_eq!(
            told,
            [
                ("eva", "import-picture", "hall.svg"),
                ("eva", "save-picture", "hall.svg")
            ]
        );
    }
}
