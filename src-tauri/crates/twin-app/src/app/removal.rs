//! Removing a connection, and taking that back.

use twin_core::{Duration, Timestamp, said};
use twin_model::PlantDocument;

use super::App;
use crate::{
    clock,
    error::{Error, Result},
};

/// A removal can be taken back for so long; then its password is forgotten.
const KEPT_FOR: Duration = Duration::from_secs(600);

/// The last connection that was removed.
pub(super) struct Removed {
    id: String,
    /// The plant file with it, and without it.
    before: String,
    after: String,
    password: Option<String>,
    at: Timestamp,
}

impl App {
    /// Removes a connection from the plant file and ends it. For ten minutes it can be taken back.
    ///
    /// # Errors
    /// When assets of the plant file still use it, or the file cannot be written.
    pub async fn remove_connection(&self, id: &str, user: &str) -> Result<()> {
        let _alone = self.editing.lock().await;
        let password = self.workspace.password(id)?;
        let edited = self.edit(|document| document.remove_connection(id))?;
        let before = edited.before.clone();
        let text = self.audit_edited(edited).await;
        self.audit(user, "remove-connection", id, "").await;
        *self.removed.lock().await = Some(Removed {
            id: id.to_owned(),
            before,
            after: text.clone(),
            password,
            at: clock::now(),
        });
        let forgotten = self.workspace.put_password(id, "").map_err(|error| {
            Error::Request(said!(
                "refused-password-left",
                "the connection \"{id}\" is removed, but its password is still stored: {error}",
                id = id,
                error = error.said()
            ))
        });
        let taken_up = self.take_up_edit(text).await;
        if let (Err(_), Err(error)) = (&taken_up, &forgotten) {
            tracing::warn!("{error}");
        }
        taken_up.and(forgotten)
    }

    /// Takes the removal of a connection back: the plant file is again what it was, to the byte, and the password is stored
    /// again.
    ///
    /// # Errors
    /// [`Error::Restore`] when something else was removed since, it is too long ago, or the plant file was changed; those
    /// of editing the plant file.
    pub async fn restore_connection(&self, id: &str, user: &str) -> Result<()> {
        let _alone = self.editing.lock().await;
        let mut held = self.removed.lock().await;
        let now = clock::now();
        let is_it = |of: &Removed| of.id == id && now.since(of.at) < KEPT_FOR;
        let Some(removed) = held.as_ref().filter(|of| is_it(of)) else {
            return Err(Error::Restore(said!(
                "restore-too-late",
                "The connection \"{id}\" cannot be brought back any more: that is possible for ten minutes, and until \
                 another one is removed. Add it anew.",
                id = id
            )));
        };
        // First: a connection that runs without its password would only be refused by its broker.
        if let Some(password) = &removed.password {
            self.workspace.put_password(id, password)?;
        }
        let workspace = &self.workspace;
        let edited = workspace.edit_plant(|document| {
            if document.to_string() != removed.after {
                return Err(Error::Restore(said!(
                    "restore-changed",
                    "plant.toml was changed since the connection \"{id}\" was removed, so it is not put back as it was. Add \
                     the connection anew.",
                    id = id
                )));
            }
            *document = PlantDocument::parse(&removed.before).map_err(|source| workspace.wrong_plant(source))?;
            Ok(())
        });
        let edited = match edited {
            Ok(edited) => edited,
            Err(error) => {
                if removed.password.is_some()
                    && let Err(error) = workspace.put_password(id, "")
                {
                    tracing::warn!(
                        "the password of a connection that is removed is still stored: {error}"
                    );
                }
                return Err(error);
            }
        };
        *held = None;
        drop(held);
        let text = self.audit_edited(edited).await;
        self.audit(user, "restore-connection", id, "").await;
        self.take_up_edit(text).await
    }

    /// Forgets a removal that cannot be taken back any more. To be called every second.
    pub(super) async fn forget_removed(&self, now: Timestamp) {
        let mut held = self.removed.lock().await;
        if held.as_ref().is_some_and(|of| now.since(of.at) >= KEPT_FOR) {
            *held = None;
        }
    }
}
